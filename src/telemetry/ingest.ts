// Lines of functions become rows: each line by itself, under a key of its own, so that it may come twice, late, and in any company.
import type { Database } from '../persist/index.ts'
import { markMinute, putRequestRows, readHorizon, type RequestRow, startHorizon, startOf } from '../store/index.ts'
import { type BadLine, type LogLine, readLine } from './read-line.ts'
import { keepingOf, type KeepRules } from './keep.ts'

export interface Ingest {
  database: Database
  /** What is kept, and how long. */
  rules: KeepRules
  /** Epoch milliseconds; the database's clock by default. */
  now?: number
}

export interface Ingested {
  /** Requests that were stored, new or not. */
  requests: number
  /** Lines that say something else, or nothing to us. */
  others: number
  /** Lines that cannot be read; only they are lost. */
  bad: BadLine[]
}

// Rows of requests live at least so long: what is older could not be counted exactly any more.
const oldestHours = 47

/**
 * Stores what lines say. Safe to repeat: with the same lines, other groupings of them, or after a stop at any point.
 * Nothing may be acknowledged before it has returned.
 */
export async function ingest({ database, rules, now = database.now() }: Ingest, lines: readonly LogLine[]): Promise<Ingested> {
  const result: Ingested = { requests: 0, others: 0, bad: [] }
  const rows: RequestRow[] = []
  for (const line of lines) {
    const read = readLine(line)
    if (read.kind === 'bad') result.bad.push({ id: line.id, reason: read.reason })
    else if (read.kind === 'other') result.others += 1
    else if (read.request.started < now - oldestHours * 3_600_000) result.bad.push({ id: line.id, reason: `it is older than ${oldestHours} hours` })
    else rows.push({ ...read.request, ...keepingOf(read, rules) })
  }
  await putRequestRows(database, rows)
  await markLate(database, rows)
  result.requests = rows.length
  return result
}

// After the rows: counting moves its horizon first and looks at rows then, so one of the two sees the other.
async function markLate(database: Database, rows: readonly RequestRow[]): Promise<void> {
  if (rows.length === 0) return
  const minutes = [...new Set(rows.map(({ started }) => startOf('minute', started)))]
  if ((await readHorizon(database)) === undefined) await startHorizon(database, Math.min(...minutes))
  const { upTo } = (await readHorizon(database))!
  const late = minutes.filter((minute) => minute < upTo)
  for (const minute of late) await markMinute(database, minute)
}
