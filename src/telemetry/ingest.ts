// Lines of functions become rows: each line by itself, under a key of its own, so that it may come twice, late, and in any company.
import type { Database } from '../persist/index.ts'
import { addVolume, type NewRow, noteMinutes, type Observation, type PlatformFailure, putRequestRows, putWitnessedRow, type RequestRow, type Volume, withRecord } from '../store/index.ts'
import { ratesOf } from './budget.ts'
import { endedFailures, EndedReader, noteFailuresTold, waitingFailures } from './ended.ts'
import { withoutForgotten } from './forget.ts'
import { expiresAfter, isRemarkable, keptRow, type KeepRules } from './keep.ts'
import { markLate } from './late.ts'
import type { BadLine, Counted, LineRecord, LogLine, MetricLine, ReadLine, RequestLine, WitnessLine } from './log-line.ts'
import { metricRow, readLine } from './read-line.ts'
import { markUnusual } from './usual.ts'

export interface Ingest {
  database: Database
  /** What is kept, and how long. */
  rules: KeepRules
  /** Takes what somebody may have to be told of; has to bear repetitions. By default nobody is told. */
  observe?(observations: Observation[]): Promise<void>
  /** Hides secrets in what others than the kit have printed. By default nothing is hidden. */
  mask?(text: string): string
  /** Epoch milliseconds; the database's clock by default. */
  now?: number
}

export interface Ingested {
  /** Requests that were stored, new or not. */
  requests: number
  /** Lines that say something else, or nothing to us. */
  others: number
  /** Lines that cannot be read; only they are lost, and counted as `badLines`. */
  bad: BadLine[]
}

/** Name of the metric that counts lines which could not be read. */
export const badLines = 'klue_bad_lines'

// Rows of requests live at least so long: what is older could not be counted exactly any more.
const oldestHours = 47

// How many lines are held as rows at once, whatever a delivery holds.
const chunkLines = 1000

/**
 * Stores what lines say. Safe to repeat: with the same lines, other groupings of them, or after a stop at any point.
 * Nothing may be acknowledged before it has returned.
 */
export async function ingest(options: Ingest, lines: readonly LogLine[]): Promise<Ingested> {
  const result: Ingested = { requests: 0, others: 0, bad: [] }
  const ended = new EndedReader(options.mask)
  for (let from = 0; from < lines.length; from += chunkLines) await ingestChunk({ options, ended, result }, lines.slice(from, from + chunkLines))
  const failures = await endedFailures(options.database, ended.gathered(), (started) => expiresAfter(started, options.rules.days))
  await tell(options, failures)
  return result
}

/** Tells of ended invocations whose last lines did not come. To be called every minute or so. */
export async function sweepEnded(options: Ingest): Promise<void> {
  await tell(options, await waitingFailures(options.database, (started) => expiresAfter(started, options.rules.days)))
}

async function tell({ database, observe }: Ingest, failures: readonly PlatformFailure[]): Promise<void> {
  if (failures.length === 0) return
  await observe?.(failures.map((failure) => ({ failure })))
  await noteFailuresTold(database, failures)
}

interface Chunk {
  options: Ingest
  ended: EndedReader
  result: Ingested
}

interface Sorted {
  requests: RequestLine[]
  witnesses: WitnessLine[]
  metrics: Omit<MetricLine, 'kind'>[]
  observations: Observation[]
}

async function ingestChunk({ options, ended, result }: Chunk, lines: readonly LogLine[]): Promise<void> {
  const { database, rules, observe, now = database.now() } = options
  const sorted: Sorted = { requests: [], witnesses: [], metrics: [], observations: [] }
  for (const line of lines) sort(line, { sorted, ended, result, oldest: now - oldestHours * 3_600_000 })
  if (rules.slowBaseline > 0) sorted.requests = await markUnusual(sorted.requests, { database, baseline: rules.slowBaseline })
  const ofRequests = sorted.requests.filter(({ request, record }) => record['muted'] !== true && (request.status >= 500 || typeof record['slow_ms'] === 'number'))
  sorted.observations.unshift(...ofRequests.map(({ request, record }) => ({ record: withId(record, request) })))
  const volatile = rules.monthlyUsd > 0 ? sorted.requests.filter((line) => !isRemarkable(line, rules)) : []
  const rates = volatile.length === 0 ? new Map<number, number>() : await ratesOf(database, volatile.map(({ request }) => request.started), rules)
  const rows: NewRow[] = [...sorted.requests.map((line) => keptRow(line, rules, rates.get(minuteOf(line.request)) ?? 1)), ...sorted.metrics.map(({ request, record, characters }) => ({ ...request, fields: record, characters, expires: expiresAfter(request.started, rules.volatileDays) }))]
  await putRequestRows(database, await withoutForgotten(database, rows))
  await noteMinutes(database, sorted.witnesses.map(({ request }) => request.started))
  for (const row of await withoutForgotten(database, sorted.witnesses.map((line) => keptRow(line, rules, 1)))) await putWitnessedRow(database, withRecord(row), 'gateway')
  await markLate(database, [...rows, ...sorted.witnesses.map(({ request }) => request)].map(({ started }) => started))
  if (sorted.observations.length > 0) await observe?.(sorted.observations)
  if (rules.monthlyUsd > 0 && sorted.requests.length > 0) await addVolume(database, volumeOf(rows, volatile))
  result.requests += sorted.requests.length + sorted.witnesses.length
}

function sort(line: LogLine, { sorted, ended, result, oldest }: { sorted: Sorted; ended: EndedReader; result: Ingested; oldest: number }): void {
  const read = withInstance(readLine(line), line)
  ended.see(line, read)
  const reason = read.kind === 'bad' ? read.reason : 'request' in read && read.request.started < oldest ? `it is older than ${oldestHours} hours` : undefined
  if (reason !== undefined) {
    result.bad.push({ id: line.id, reason })
    // What is too old to be counted is too old to be missed in a count.
    if (line.timestamp >= oldest) sorted.metrics.push({ request: metricRow({ name: badLines, value: 1, unit: 'Count' }, { operation: '', started: line.timestamp, id: line.id }), record: { kind: 'metric', name: badLines, value: 1, reason }, characters: 0 })
  } else if (read.kind === 'request') {
    sorted.requests.push(read)
  } else if (read.kind === 'witness') sorted.witnesses.push(read)
  else if (read.kind === 'metric') sorted.metrics.push(read)
  else {
    result.others += 1
    if (read.kind === 'report' && read.record['muted'] !== true) sorted.observations.push({ record: { ...read.record, line_id: line.id } })
  }
}

// The stream of a line is that of one instance of a function.
function withInstance(read: ReadLine, { stream }: LogLine): ReadLine {
  const instance = stream?.slice(stream.lastIndexOf(']') + 1).slice(0, 12)
  if (read.kind === 'request' && instance !== undefined && instance !== '') read.record['instance'] ??= instance
  return read
}

// A report needs an id that is the same for every copy of the line.
function withId(record: LineRecord, { requestId }: Counted): LineRecord {
  return typeof record['request_id'] === 'string' ? record : { ...record, request_id: requestId }
}

function minuteOf({ started }: Pick<RequestRow, 'started'>): number {
  return started - (started % 60_000)
}

function volumeOf(rows: readonly NewRow[], volatile: readonly RequestLine[]): Volume {
  const volatileIds = new Set(volatile.map(({ request }) => request.requestId))
  const keptBytes = rows.reduce((sum, row) => (volatileIds.has(row.requestId) ? sum : sum + (withRecord(row).record?.length ?? 0)), 0)
  const volatileBytes = volatile.reduce((sum, { record }) => sum + JSON.stringify(record).length, 0)
  return { requests: rows.length, keptBytes, volatileBytes }
}
