// What a command is: its words, and the one function that it calls.
import type { ParseArgsConfig } from 'node:util'
import type { Output } from './output.ts'

/** An option with the sentence that help and docs/reference/cli.md show. */
export type CommandOption = NonNullable<ParseArgsConfig['options']>[string] & {
  doc: string
  /** Placeholder of the value in the help. */
  value?: string
}

export interface Command {
  name: string
  /** Positional arguments as shown in the help, for example `<key>`. */
  arguments: string
  summary: string
  options: Readonly<Record<string, CommandOption>>
  /** Resolves to the exit code. */
  run(call: CommandCall): Promise<number>
}

export interface CommandCall {
  /** The project's folder. */
  root: string
  positionals: string[]
  values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>
  output: Output
}

/** The text of an option, or undefined. */
export function textOption(call: CommandCall, name: string): string | undefined {
  const value = call.values[name]
  return typeof value === 'string' ? value : undefined
}

/** The option that many commands share. */
export const stageOption: CommandOption = { type: 'string', value: 'NAME', doc: 'Stage whose settings apply; KLUE_STAGE or `local` by default.' }

export const jsonOption: CommandOption = { type: 'boolean', doc: 'Prints JSON for machines.' }
