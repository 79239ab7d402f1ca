// Reads the command line, runs one command, and turns what is thrown into a sentence and an exit code.
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { formatFault, isHttpError, isUsageError, nearest, UsageError } from '../errors/index.ts'
import { folderFault } from '../workfolder/index.ts'
import type { Command } from './command.ts'
import { commandHelp, mainHelp } from './help.ts'
import { cleanOutput, type Output } from './output.ts'

/** 0: done; 1: what was asked for failed or is faulty; 2: the command line is wrong. */
export type ExitCode = 0 | 1 | 2

/** Runs a command line. Never rejects. */
export async function runCommandLine(options: { root: string; words: string[]; commands: readonly Command[]; output: Output }): Promise<number> {
  const { words, commands, root } = options
  const output = cleanOutput(options.output)
  const [name, ...rest] = words
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const asked = commands.find((command) => command.name === rest[0])
    output.print(asked === undefined ? mainHelp(commands) : commandHelp(asked))
    return 0
  }
  const command = commands.find((candidate) => candidate.name === name)
  if (command === undefined) {
    const similar = nearest(name, commands.map((candidate) => candidate.name))
    output.printError(`klue: there is no command ${name}${similar === undefined ? '' : `; did you mean ${similar}?`} ("klue help" lists them)`)
    return 2
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    output.print(commandHelp(command))
    return 0
  }
  const parsed = parse(command, rest, output)
  if (parsed === undefined) return 2
  try {
    return await command.run({ root, output, ...parsed })
  } catch (error) {
    return report(await toldOfAws(error, command.name), { output, asJson: parsed.values['json'] === true })
  }
}

type Parsed = Pick<Parameters<Command['run']>[0], 'positionals' | 'values'>

function parse(command: Command, words: string[], output: Output): Parsed | undefined {
  const options = Object.fromEntries(Object.entries(command.options).map(([name, { doc: _doc, value: _value, ...option }]) => [name, option])) as NonNullable<ParseArgsConfig['options']>
  try {
    const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true, strict: true })
    return { values: values as Parsed['values'], positionals }
  } catch (error) {
    const unknown = /^--?([\w-]+)/.exec(words.find((word) => word.startsWith('-') && !Object.hasOwn(command.options, word.replace(/^--?/, '').split('=', 1).join(''))) ?? '')?.[1]
    const similar = unknown === undefined ? undefined : nearest(unknown, Object.keys(command.options))
    const sentence = unknown === undefined ? (error as Error).message : `there is no option --${unknown}${similar === undefined ? '' : `; did you mean --${similar}?`}`
    output.printError(`klue ${command.name}: ${sentence} ("klue help ${command.name}" lists them)`)
    return undefined
  }
}

// Whatever a command asks of AWS, and however: what is wrong with credentials, network or account is one sentence.
async function toldOfAws(error: unknown, command: string): Promise<unknown> {
  if (isUsageError(error) || isHttpError(error) || folderFault(error) !== undefined) return error
  const { anyAwsFault } = await import('../deploy/index.ts')
  return anyAwsFault(error, `run "klue ${command}"`) ?? error
}

function report(thrown: unknown, { output, asJson }: { output: Output; asJson: boolean }): number {
  // What nobody foresaw about a file of klue's own is told like a fault all the same.
  const error = folderFault(thrown) ?? thrown
  if (isUsageError(error)) {
    if (asJson) output.printJson({ faults: error.faults })
    else for (const fault of error.faults) output.printError(`klue: ${formatFault(fault)}`)
    return 1
  }
  if (isHttpError(error)) {
    output.printError(`klue: ${error.message}`)
    return 1
  }
  output.printError(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return 1
}

/** The fault of a command line that parses but makes no sense. */
export function misuse(message: string, hint?: string): UsageError {
  return new UsageError({ code: 'command-line', file: '', message, ...(hint === undefined ? {} : { hint }) })
}
