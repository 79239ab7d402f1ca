// What commands print: text for people, JSON for machines, colours only on a terminal that wants them.
import { env } from '../config/index.ts'
import { visibleJson, visibleText } from '../errors/index.ts'

export interface Output {
  readonly hasColor: boolean
  /** A line on stdout. */
  print(text: string): void
  /** A value on stdout as one JSON document. */
  printJson(value: unknown): void
  /** A line on stderr. */
  printError(text: string): void
}

/** Lets nothing through that steers a terminal: what all commands print passes here. */
export function cleanOutput(output: Output): Output {
  return { hasColor: output.hasColor, print: (text) => output.print(visibleText(text)), printJson: (value) => output.printJson(value), printError: (text) => output.printError(visibleText(text)), [uncleaned]: output } as Output
}

/** A line on stdout in the colours of the kit; strangers' parts of it have gone through `visibleLine`. */
export function printPainted(output: Output, text: string): void {
  if (!output.hasColor) return output.print(text)
  const { print } = (output as Partial<Record<typeof uncleaned, Output>>)[uncleaned] ?? output
  print(text.split(painted).map((part, index) => (index % 2 === 1 ? part : visibleText(part))).join(''))
}

/** A value on stdout as JSON in one line. */
export function printJsonLine(output: Output, value: unknown): void {
  output.print(visibleJson(JSON.stringify(value) ?? 'null'))
}

const uncleaned: unique symbol = Symbol('the output behind a cleaned one')

// The colours of the kit's own; other sequences come from strangers.
// oxlint-disable-next-line no-control-regex -- these characters are what is looked for
const painted = /(\u001b\[(?:0|2|3[1236])m)/

/** Output to this process's streams. */
export function terminalOutput(): Output {
  // A reader that has seen enough, such as head, closes the pipe: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Thrown, another failure would be told to the same stream, and fail again.
    process.exit(error.code === 'EPIPE' ? 0 : 1)
  })
  const hasColor = process.stdout.isTTY === true && env('NO_COLOR') === undefined && env('CI') === undefined
  return {
    hasColor,
    print: (text) => console.log(text),
    printJson: (value) => console.log(visibleJson(JSON.stringify(value, null, 2) ?? 'null')),
    printError: (text) => console.error(text),
  }
}
