// Asks for a password without showing it, or reads it from a pipe.
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { CommandCall } from './command.ts'
import { misuse } from './run.ts'

/** The password for a command. Throws a UsageError where there is nobody to ask. */
export async function readPassword(call: CommandCall): Promise<string> {
  if (call.values['password-stdin'] === true) return readLine()
  if (process.stdin.isTTY !== true) throw misuse('there is no terminal to ask for the password', 'pass it with --password-stdin')
  const first = await askHidden('Password: ')
  if ((await askHidden('Again: ')) !== first) throw misuse('the two passwords differ')
  return first
}

/** What somebody types at a terminal, which does not show it. */
export function askHidden(question: string): Promise<string> {
  process.stderr.write(question)
  // What is typed goes nowhere: the terminal must not show it.
  const muted = new Writable({ write: (_chunk, _encoding, done) => done() })
  const prompt = createInterface({ input: process.stdin, output: muted, terminal: true })
  return new Promise((resolve) => {
    prompt.question('', (answer) => {
      prompt.close()
      process.stderr.write('\n')
      resolve(answer)
    })
  })
}

async function readLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin })
  for await (const line of lines) return line
  throw misuse('standard input holds no password', "for example printf '%s' \"$PASSWORD\" | klue user add ann --password-stdin")
}
