// Puts the items of a file into a table: all of it is checked before anything is written, and a run that was stopped goes on at its last finished line.
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, openSync, readSync, closeSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { type Fault, messageOf, UsageError } from '../errors/index.ts'
import type { PersistSpec } from '../openapi/index.ts'
import type { Database } from '../persist/index.ts'
import { type Attributes, isExpired, keyProperties, uniqueValues } from '../persist/stored.ts'
import { itemFaults } from './check-item.ts'
import { goesAlong } from './counters.ts'
import { inParallel } from './go-over.ts'
import { fromLine } from './item-lines.ts'
import { keptState } from './kept-state.ts'
import { maskedKey } from './masked.ts'
import type { Pace } from './pace.ts'
import { noCounts, type PutCounts, putItem, type PutMode } from './put-item.ts'

export interface ImportOptions {
  database: Database
  spec: PersistSpec
  mode: PutMode
  pace: Pace
  signal: AbortSignal
  /** Checks and writes nothing. */
  dryRun: boolean
  progress(lines: number): void
  /** Throws where the run may not go on. */
  check(): void
  /** Told where an earlier run has come. */
  notice(sentence: string): void
}

/** What became of a file. */
export interface Imported {
  lines: number
  counts: PutCounts
  /** Keys of the first items that are there and others, masked. */
  different: string[]
  /** File, line and properties of the first items that were not written because another item has their unique values. */
  taken: string[]
}

const batchLines = 200
const mostFaults = 20

/**
 * Imports one file; gzip where it begins like one.
 * @param path as it is opened; `shown` as it stands in faults
 * @throws UsageError with the line of every fault, before anything is written
 */
export async function importFile({ path, shown }: { path: string; shown: string }, options: ImportOptions): Promise<Imported> {
  if (!existsSync(path) || !statSync(path).isFile()) throw new UsageError({ code: 'import-file', file: shown, message: 'there is no such file', hint: 'klue data export writes them: <table>.jsonl or <table>.jsonl.gz' })
  const { database, spec, dryRun, mode } = options
  const lines = await checkFile({ path, shown }, options)
  const imported: Imported = { lines, counts: noCounts(), different: [], taken: [] }
  if (dryRun) return imported
  const state = await keptState<Imported & { at: number }>(database, `import#${spec.table}#${mode}#${identityOf(path)}`)
  let at = state.earlier?.at ?? 0
  if (state.earlier !== undefined) {
    Object.assign(imported, { counts: { ...noCounts(), ...state.earlier.counts }, different: state.earlier.different, taken: state.earlier.taken ?? [] })
    options.notice(`${shown}: goes on behind line ${at}, where an earlier run was stopped`)
  }
  for await (const batch of batches(path, at)) {
    options.signal.throwIfAborted()
    options.check()
    await inParallel(batch.items, 16, async ({ number, text }) => {
      const item = fromLine(text)
      const { outcome, properties } = await putItem(options, item)
      imported.counts[outcome] += 1
      if (outcome === 'different' && imported.different.length < mostFaults) imported.different.push(maskedKey(spec, item))
      if (outcome === 'taken' && imported.taken.length < mostFaults) imported.taken.push(`${shown}:${number} (${properties})`)
    })
    at = batch.end
    await state.keep({ ...imported, at })
    options.progress(at)
  }
  await state.forget()
  return imported
}

interface Line {
  number: number
  text: string
}

async function* readLines(path: string): AsyncGenerator<Line> {
  const file = createReadStream(path)
  const input = isGzip(path) ? file.pipe(createGunzip()) : file
  // The error of the one in front would otherwise reach nobody.
  file.on('error', (error) => void (input === file || input.destroy(error)))
  let number = 0
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    if (text.trim() !== '') yield { number, text: number === 1 ? text.replace(/^\uFEFF/, '') : text }
  }
}

async function* batches(path: string, behind: number): AsyncGenerator<{ items: Line[]; end: number }> {
  let items: Line[] = []
  for await (const line of readLines(path)) {
    if (line.number <= behind) continue
    items.push(line)
    if (items.length < batchLines) continue
    yield { items, end: line.number }
    items = []
  }
  if (items.length > 0) yield { items, end: items.at(-1)!.number }
}

async function checkFile({ path, shown }: { path: string; shown: string }, { database, spec, signal }: ImportOptions): Promise<number> {
  const faults: Fault[] = []
  const seen = { keys: new Map<string, number>(), values: new Map<string, number>(), now: database.now() }
  let count = 0
  try {
    for await (const { number, text } of readLines(path)) {
      signal.throwIfAborted()
      count += 1
      for (const message of faultsOf(spec, { number, text }, seen)) if (faults.push({ code: 'import-item', file: shown, line: number, message, hint: 'correct the line, or the definition of the table' }) >= mostFaults) throw new UsageError(faults)
    }
  } catch (error) {
    if (error instanceof UsageError || signal.aborted) throw error
    throw new UsageError({ code: 'import-file', file: shown, message: `the file cannot be read: ${messageOf(error)}`, hint: 'see whether it is whole, and lines of JSON or such in gzip' })
  }
  if (faults.length > 0) throw new UsageError(faults)
  return count
}

/** Lines by the hash of their key, and by their unique values. */
interface Seen {
  keys: Map<string, number>
  values: Map<string, number>
  now: number
}

// Remembered as long as they are few: two lines of one item, or of one value, would each undo the other.
const mostSeen = 1_000_000

function faultsOf(spec: PersistSpec, { number, text }: Line, { keys, values, now }: Seen): string[] {
  let item: Attributes
  try {
    item = fromLine(text)
  } catch (error) {
    return [messageOf(error)]
  }
  const faults = itemFaults(spec, item)
  if (!goesAlong(spec, item)) faults.push('the row is no part of a counter, and every other is written with its item')
  const key = createHash('sha1').update(JSON.stringify(keyProperties(spec).map((name) => item[name]))).digest('base64')
  const first = keys.get(key)
  if (first !== undefined) return [...faults, `the line has the key of line ${first}`]
  if (keys.size < mostSeen) keys.set(key, number)
  // The value of an item whose time is over is free.
  for (const { properties, value } of isExpired(spec, item, now) ? [] : uniqueValues(spec, item)) {
    const other = values.get(value)
    if (other !== undefined) faults.push(`the line has the ${properties} of line ${other}, which is unique`)
    else if (values.size < mostSeen) values.set(value, number)
  }
  return faults
}

function isGzip(path: string): boolean {
  const [first, second] = head(path, 2)
  return first === 0x1f && second === 0x8b
}

// Enough to tell one export from another: its size, and its first megabyte.
function identityOf(path: string): string {
  return createHash('sha256').update(String(statSync(path).size)).update(head(path, 1_000_000)).digest('hex').slice(0, 32)
}

function head(path: string, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  const file = openSync(path, 'r')
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, bytes, 0))
  } finally {
    closeSync(file)
  }
}
