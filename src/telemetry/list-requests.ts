// The stored requests of a span of time, newest first: all of them, or page by page.
import type { Database } from '../persist/index.ts'
import { lengthOf, readHourFinds, type RequestRow, requestRows, startOf } from '../store/index.ts'
import { type ArchiveLook, archivedRequests, type FileBudget, mostArchiveFiles, withArchived } from './archive-read.ts'
import { busyHours, type BusyHours } from './busy-hours.ts'
import { lookUp, valueOf } from './find-index.ts'
import { filterOf, isOnlySerious, type RequestFilter } from './request-filter.ts'

/** The requests that began between two times (epoch milliseconds, the end left out), newest first, each as it is read. */
export async function* listRequests(database: Database, span: { from: number; to: number }, filter: RequestFilter = {}): AsyncGenerator<RequestRow> {
  const isMeant = filterOf(filter)
  for await (const row of everyRequest(database, span, filter)) if (isMeant(row)) yield row
}

/** A page of requests, newest first. */
export interface RequestPage {
  rows: RequestRow[]
  /** Requests that were looked at. */
  looked: number
  /** Epoch milliseconds: everything from here to the end of the span was looked at. The start of the span where nothing is left. */
  lookedTo: number
  /** Whether the whole span was looked at. */
  isComplete: boolean
}

/** Requests that one page looks at, at most but for those of one millisecond. */
export const mostLooked = 20_000

/** The newest requests that are meant, `limit` at most, with those of the archive where one is given; a page ends early where it has looked at so many, or has read as many files as it may. */
export async function findRequests(database: Database, { from, to }: { from: number; to: number }, { filter, limit, most = mostLooked, archive }: { filter: RequestFilter; limit: number; most?: number; archive?: ArchiveLook | undefined }): Promise<RequestPage> {
  const isMeant = filterOf(filter)
  const page: RequestPage = { rows: [], looked: 0, lookedTo: to, isComplete: false }
  const budget: FileBudget = { left: archive?.mostFiles ?? mostArchiveFiles }
  const stored = everyRequest(database, { from, to }, filter)
  const all = archive === undefined ? stored : withArchived(stored, archivedRequests(archive.files, { from, to: Math.min(to, archive.before), value: valueOf(filter), onlySerious: isOnlySerious(filter), budget }), budget)
  for await (const row of all) {
    // Between two milliseconds: who goes on from there misses none, and sees none twice.
    if ((page.rows.length >= limit || page.looked >= most) && row.started < page.lookedTo) return page
    page.looked += 1
    page.lookedTo = row.started
    if (isMeant(row)) page.rows.push(row)
  }
  if (budget.stoppedAt !== undefined) return { ...page, lookedTo: budget.stoppedAt }
  return { ...page, lookedTo: from, isComplete: true }
}

async function* everyRequest(database: Database, { from, to }: { from: number; to: number }, filter: RequestFilter): AsyncGenerator<RequestRow> {
  const busy = await busyHours(database, { from, to })
  const value = valueOf(filter)
  const hours: number[] = []
  for (let hour = startOf('hour', to - 1); hour + lengthOf('hour') > from; hour -= lengthOf('hour')) if (busy.hasRequests(hour)) hours.push(hour)
  const look = value === undefined ? undefined : lookAhead(database, { hours, value, busy })
  for (const [index, hour] of hours.entries()) {
    const span = { from: Math.max(from, hour), to: Math.min(to, hour + lengthOf('hour')) }
    const whole = (part: { from: number; to: number }): AsyncGenerator<RequestRow> => requestRows(database, { ...part, withRecords: true, newestFirst: true, pageSize: 20, hasPacks: busy.hasPacks(hour), onlySerious: isOnlySerious(filter) })
    const known = await look?.(index)
    const rows = known === undefined ? whole(span) : byMinute({ ...known, span, whole })
    for await (const row of rows) if (row.metric === undefined) yield row
  }
}

// Where the value lies in hours that have an index of their own is read for many of them at once, the rest hour by hour.
function lookAhead(database: Database, { hours, value, busy }: { hours: readonly number[]; value: string; busy: BusyHours }): (index: number) => ReturnType<typeof lookUp> {
  const withParts = hours.flatMap((hour) => {
    const parts = busy.findParts(hour)
    return parts === undefined ? [] : [{ hour, parts }]
  })
  const order = new Map(withParts.map(({ hour }, index) => [hour, index]))
  const batches = inBatches(withParts, (some) => readHourFinds(database, some, value))
  return ahead(hours, async (hour) => {
    const place = order.get(hour)
    const byHour = place === undefined ? undefined : (await batches(place)).get(hour)
    return await lookUp(database, { hour, value, isSettled: (minute) => busy.isSettled(minute), isIndexed: (one) => busy.isIndexed(one), byHour })
  })
}

// The first alone, then always as many as before and three times more: who needs a few asks for few.
function inBatches<Key, Value>(keys: readonly Key[], make: (some: readonly Key[]) => Promise<Value>): (index: number) => Promise<Value> {
  const made: { to: number; value: Promise<Value> }[] = []
  return async (index) => {
    for (let to = made.at(-1)?.to ?? 0; to <= index; to = made.at(-1)!.to) {
      const value = make(keys.slice(to, to * 4 + 1))
      // Who does not come so far does not hear of it.
      value.catch(() => undefined)
      made.push({ to: Math.min(keys.length, to * 4 + 1), value })
    }
    return await made.find(({ to }) => index < to)!.value
  }
}

// Hours that are looked up at once, at most.
const mostAhead = 8

// What comes of each key, in order. The further back somebody looks the more is asked for beforehand: a value of the newest hour takes no other,
// and a rare one not a wait for each hour of a week.
function ahead<Key, Value>(keys: readonly Key[], make: (key: Key) => Promise<Value>): (index: number) => Promise<Value> {
  const made: (Promise<Value> | undefined)[] = []
  return (index) => {
    while (made.length < Math.min(keys.length, index + 1 + Math.min(index, mostAhead - 1))) {
      const making = make(keys[made.length]!)
      // Who does not look so far does not hear of it.
      making.catch(() => undefined)
      made.push(making)
    }
    const own = made[index]!
    made[index] = undefined
    return own
  }
}

interface ByMinute {
  /** What was looked up, newest first. */
  rows: readonly RequestRow[]
  /** Minutes to be looked at as a whole. */
  others: readonly number[]
  span: { from: number; to: number }
  whole(part: { from: number; to: number }): AsyncGenerator<RequestRow>
}

// Runs of minutes to be looked at as a whole come between those that were looked up, each in its time.
async function* byMinute({ rows, others, span, whole }: ByMinute): AsyncGenerator<RequestRow> {
  const inside = rows.filter(({ started }) => started >= span.from && started < span.to)
  const isOther = new Set(others)
  let next = 0
  for (let end = span.to; end > span.from;) {
    const isWhole = isOther.has(startOf('minute', end - 1))
    let begin = end
    while (begin > span.from && isOther.has(startOf('minute', begin - 1)) === isWhole) begin = Math.max(span.from, startOf('minute', begin - 1))
    if (isWhole) yield* whole({ from: begin, to: end })
    else for (; next < inside.length && inside[next]!.started >= begin; next++) yield inside[next]!
    // What was looked up may lie in a minute that is looked at as a whole too.
    while (next < inside.length && inside[next]!.started >= begin) next += 1
    end = begin
  }
}
