// What commands print: text for people, JSON for machines, colours only on a terminal that wants them.
import { env } from '../config/index.ts'

export interface Output {
  readonly hasColor: boolean
  /** A line on stdout. */
  print(text: string): void
  /** A value on stdout as one JSON document. */
  printJson(value: unknown): void
  /** A line on stderr. */
  printError(text: string): void
}

/** Output to this process's streams. */
export function terminalOutput(): Output {
  // A reader that has seen enough, such as head, closes the pipe: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  const hasColor = process.stdout.isTTY === true && env('NO_COLOR') === undefined && env('CI') === undefined
  return {
    hasColor,
    print: (text) => console.log(text),
    printJson: (value) => console.log(JSON.stringify(value, null, 2)),
    printError: (text) => console.error(text),
  }
}
