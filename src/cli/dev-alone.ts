// klue dev without the other commands: what the package holds as one file, because its start is waited for.
import { quietAwsSdk } from '../config/index.ts'
import { dev } from './commands/dev.ts'
import { terminalOutput } from './output.ts'
import { runCommandLine } from './run.ts'

/** Runs `klue dev`; `words` begin with `dev`. Resolves to the exit code. */
export function runDevAlone(words: string[]): Promise<number> {
  quietAwsSdk()
  return runCommandLine({ root: process.cwd(), words, commands: [dev], output: terminalOutput() })
}
