#!/usr/bin/env node
// The klue command.
import { quietAwsSdk } from '../config/index.ts'
import { commands } from './commands.ts'
import { terminalOutput } from './output.ts'
import { runCommandLine } from './run.ts'

quietAwsSdk()
process.exitCode = await runCommandLine({ root: process.cwd(), words: process.argv.slice(2), commands, output: terminalOutput() })
