// Writes the exchanges of a run down, so that the answers of two targets can be compared.
import { AsyncLocalStorage } from 'node:async_hooks'
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makePrivateFolder, privateFile } from '../workfolder/index.ts'

/** One line of `klue test --record FILE`. */
export interface RecordedExchange {
  /** Title of the test. */
  test: string
  method: string
  /** With query, below the address of the target. */
  path: string
  status: number
  /** Lower-case names. */
  headers: Record<string, string>
  /** Parsed where it is JSON, else text. */
  body: unknown
}

const titles = new AsyncLocalStorage<string>()

/** Runs the body of a test, whose exchanges then carry its title. */
export function withTitle<Result>(title: string, body: () => Result): Result {
  return titles.run(title, body)
}

/** Notes an exchange below `folder`, where the run records. */
export function recordExchange(folder: string | undefined, { headers, ...exchange }: Omit<RecordedExchange, 'test' | 'headers'> & { headers: Headers }): void {
  if (folder === undefined) return
  makePrivateFolder(folder)
  const line: RecordedExchange = { test: titles.getStore() ?? '', ...exchange, headers: Object.fromEntries(headers) }
  appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(line)}\n`, { mode: privateFile })
}

/** Joins what the test files noted into one file, one line an exchange, by title and in the order of a test. */
export function writeRecord(folder: string, file: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : []
  const lines = names.flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
  const byTitle = lines.map((line) => ({ line, test: (JSON.parse(line) as RecordedExchange).test })).sort((one, other) => (one.test < other.test ? -1 : one.test > other.test ? 1 : 0))
  // Tokens of answers are among them.
  writeFileSync(file, byTitle.map(({ line }) => `${line}\n`).join(''), { mode: privateFile })
}
