// Looks requests up by what they hold: a user, a call, an error, an instance, an operation.
import type { Database } from '../persist/index.ts'
import { FindEntries, findMany, type FoundHour, lengthOf, packsBetween, readCountsBetween, readFinds, type RequestRow, singleRows, startOf, writeFinds } from '../store/index.ts'
import { onceEach, type StoredPart } from './minute-rows.ts'
import { recordOf } from './record-of.ts'
import type { RequestFilter } from './request-filter.ts'

// Fields of a record that are looked up, and the names of the filter for them; the rarest first.
const fields = [['errorId', 'error_id'], ['callId', 'call_id'], ['user', 'user'], ['instance', 'instance'], ['operation', 'operation']] as const

/** The value that a filter is best looked up by; undefined where it has none. */
export function valueOf(filter: RequestFilter): string | undefined {
  const field = fields.find(([name]) => filter[name] !== undefined)
  return field === undefined ? undefined : `${field[1]}=${filter[field[0]]!}`
}

/** Writes where the requests of a minute can be found by what they hold. */
export async function indexMinute(database: Database, { minute, parts }: { minute: number; parts: readonly StoredPart[] }): Promise<void> {
  const entries = new FindEntries()
  let expires = 0
  for (const { rows, place } of parts) {
    const second = startOfSecond(Math.max(...rows.map(({ started }) => started)))
    for (const row of rows) {
      expires = Math.max(expires, row.expires)
      if (row.metric !== undefined) continue
      const record = row.record === undefined ? { operation: row.operation } : recordOf(row)
      for (const [, name] of fields) {
        const value = record[name]
        if (typeof value === 'string' && value !== '') entries.add(`${name}=${value}`, { second, place })
      }
    }
  }
  await writeFinds(database, { minute, entries, expires })
}

// So long counts of minutes are kept, which say whether there is an index.
const countedMs = 13 * lengthOf('day')

export interface LookUp {
  hour: number
  value: string
  /** Whether a minute is counted, and was not disturbed since. */
  isSettled(minute: number): boolean
  /** Whether every minute of the hour is known to be in the index. */
  isIndexed(hour: number): boolean
  /** Where the value lies by the index of the whole hour; undefined where there is none. */
  byHour: FoundHour | undefined
}

/**
 * The requests of an hour that may have a value, newest first, and the minutes that have to be looked at as a whole:
 * those that are not closed, and those that a version without an index has counted. Undefined where a look at the whole hour is not slower.
 */
export async function lookUp(database: Database, { hour, value, isSettled, isIndexed, byHour }: LookUp): Promise<{ rows: RequestRow[]; others: number[] } | undefined> {
  const isOld = hour < database.now() - countedMs
  // Its minutes are not asked any more: some may have been counted by a version without an index.
  if (isOld && !isIndexed(hour)) return undefined
  if (byHour === 'everywhere') return undefined
  const isWhole = byHour !== undefined || isOld || isIndexed(hour)
  const [counts, all] = await Promise.all([isWhole ? new Map<number, { hasPacks: boolean }>() : readCountsBetween(database, 'minute', { from: hour, to: hour + lengthOf('hour') }), byHour ?? readFinds(database, { hour, value })])
  const others = isOld ? [] : Array.from({ length: 60 }, (_, index) => hour + index * lengthOf('minute')).filter((minute) => !isSettled(minute) || counts.get(minute)?.hasPacks === false)
  const left = new Set(others)
  const places = all.filter(({ second }) => !left.has(startOf('minute', second)))
  if (places.length > findMany) return undefined
  const wanted = { name: value.slice(0, value.indexOf('=')), value: value.slice(value.indexOf('=') + 1) }
  const found = await Promise.all(places.map(async ({ second, place }) => {
    const parts: Pick<StoredPart, 'rows' | 'isWitnessed'>[] = []
    const span = { from: second, to: second + 1000, withRecords: true }
    if (place.kind === 'single') for await (const { row, isWitnessed } of singleRows(database, { ...span, shard: place.shard })) parts.push({ rows: [row], isWitnessed })
    else for await (const { rows } of packsBetween(database, { ...span, kind: place.kind, shard: place.shard, isNewest: true, wanted })) parts.push({ rows, isWitnessed: false })
    return parts
  }))
  const rows = onceEach(found.flat()).sort((one, other) => other.started - one.started || (one.requestId < other.requestId ? 1 : -1))
  return { rows, others }
}

function startOfSecond(time: number): number {
  return Math.floor(time / 1000) * 1000
}
