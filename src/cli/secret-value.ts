// Where the value of a secret comes from: a file, standard input, or a terminal that does not show it.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { resolve } from 'node:path'
import { visibleText } from '../errors/index.ts'
import { type CommandCall, textOption } from './command.ts'
import { askHidden } from './password.ts'
import { misuse } from './run.ts'

/** The value for `klue secret set`, without the line break at its end. Throws a UsageError where there is none. */
export async function readSecretValue(call: CommandCall, name: string): Promise<string> {
  const from = textOption(call, 'value-from')
  const isAsked = from === undefined && process.stdin.isTTY === true
  const text = isAsked ? await askHidden(`Value of ${name}: `) : from === undefined || from === '-' || from === 'stdin' ? await readAll() : readFile(call.root, from)
  const value = text.replace(/\r?\n$/, '')
  if (value !== '') return value
  throw misuse(`there is no value for ${name}`, `for example printf '%s' "$${name.toUpperCase()}" | klue secret set ${name}, or --value-from FILE`)
}

/** Whether somebody at the terminal says yes. Throws a UsageError where there is nobody to ask. */
export async function confirmed(question: string): Promise<boolean> {
  if (process.stdin.isTTY !== true) throw misuse('there is no terminal to ask for confirmation', 'pass --yes')
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await prompt.question(`${visibleText(question)} [y/N] `)).trim())
  } finally {
    prompt.close()
  }
}

async function readAll(): Promise<string> {
  let text = ''
  for await (const part of process.stdin.setEncoding('utf8')) text += String(part)
  return text
}

function readFile(root: string, path: string): string {
  try {
    return readFileSync(resolve(root, path), 'utf8')
  } catch (error) {
    throw misuse(`${path} cannot be read (${String((error as { code?: unknown }).code)})`, 'check the path')
  }
}
