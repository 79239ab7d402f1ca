// The command line with every command.
import { quietAwsSdk } from '../config/index.ts'
import { commands } from './commands.ts'
import { terminalOutput } from './output.ts'
import { runCommandLine } from './run.ts'

/** Runs any command. Resolves to the exit code. */
export function runAnyCommand(words: string[]): Promise<number> {
  quietAwsSdk()
  return runCommandLine({ root: process.cwd(), words, commands, output: terminalOutput() })
}
