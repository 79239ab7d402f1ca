// Looks requests up by what they hold: a user, a call, an error, an instance, an operation.
import type { Database } from '../persist/index.ts'
import { FindEntries, lengthOf, packKinds, packsBetween, packShards, type Place, readCountsBetween, readFinds, type RequestRow, shards, singleRows, startOf, writeFinds } from '../store/index.ts'
import { recordOf } from './record-of.ts'
import type { RequestFilter } from './request-filter.ts'

// Fields of a record that are looked up, and the names of the filter for them; the rarest first.
const fields = [['errorId', 'error_id'], ['callId', 'call_id'], ['user', 'user'], ['instance', 'instance'], ['operation', 'operation']] as const

/** The value that a filter is best looked up by; undefined where it has none. */
export function valueOf(filter: RequestFilter): string | undefined {
  const field = fields.find(([name]) => filter[name] !== undefined)
  return field === undefined ? undefined : `${field[1]}=${filter[field[0]]!}`
}

/** Writes where the requests of a minute can be found by what they hold, as they are stored now. */
export async function indexMinute(database: Database, minute: number): Promise<void> {
  const entries = new FindEntries()
  const span = { from: minute, to: minute + lengthOf('minute'), withRecords: true }
  let expires = 0
  const add = (rows: readonly RequestRow[], place: Place): void => {
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
  await Promise.all([
    ...Array.from({ length: shards }, async (_, shard) => {
      for await (const { row } of singleRows(database, { ...span, shard })) add([row], { kind: 'single', shard })
    }),
    ...packKinds.flatMap((kind) => Array.from({ length: packShards }, async (_, shard) => {
      for await (const { rows } of packsBetween(database, { ...span, kind, shard })) add(rows, { kind, shard })
    })),
  ])
  await writeFinds(database, { minute, entries, expires })
}

// A value that is nearly everywhere is found faster by looking everywhere.
const mostPlaces = 300

/**
 * The requests of an hour that may have a value, newest first, and perhaps others; undefined where a look at all of them is not slower.
 * Minutes that are not closed yet, or were counted by a version that wrote no index, are given back to be looked at.
 */
export async function lookUp(database: Database, { hour, value }: { hour: number; value: string }): Promise<{ rows: RequestRow[]; others: number[] } | undefined> {
  const minutes = Array.from({ length: 60 }, (_, index) => hour + index * lengthOf('minute'))
  const counts = await readCountsBetween(database, 'minute', { from: hour, to: hour + lengthOf('hour') })
  const others = minutes.filter((minute) => counts.get(minute)?.hasPacks !== true)
  const places = (await readFinds(database, { hour, value })).filter(({ second }) => counts.get(startOf('minute', second))?.hasPacks === true)
  if (places.length > mostPlaces) return undefined
  const found = await Promise.all(places.map(async ({ second, place }) => {
    const rows: RequestRow[] = []
    const span = { from: second, to: second + 1000, withRecords: true }
    if (place.kind === 'single') for await (const { row } of singleRows(database, { ...span, shard: place.shard })) rows.push(row)
    else for await (const pack of packsBetween(database, { ...span, kind: place.kind, shard: place.shard, isNewest: true })) rows.push(...pack.rows)
    return rows
  }))
  return { rows: onceEach(found.flat()), others }
}

// Copies lie in several packs; the one with a record says more.
function onceEach(rows: readonly RequestRow[]): RequestRow[] {
  const known = new Map<string, RequestRow>()
  for (const row of rows) {
    const name = `${row.started}#${row.requestId}`
    if (known.get(name)?.record === undefined) known.set(name, row)
  }
  return [...known.values()].sort((one, other) => other.started - one.started || (one.requestId < other.requestId ? 1 : -1))
}

function startOfSecond(time: number): number {
  return Math.floor(time / 1000) * 1000
}
