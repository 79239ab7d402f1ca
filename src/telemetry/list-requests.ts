// The stored requests of a span of time, newest first: all of them, or page by page.
import type { Database } from '../persist/index.ts'
import { lengthOf, type RequestRow, requestRows, startOf } from '../store/index.ts'
import { busyHours } from './busy-hours.ts'
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

/** The newest requests that are meant, `limit` at most; a page ends early where it has looked at so many. */
export async function findRequests(database: Database, { from, to }: { from: number; to: number }, { filter, limit, most = mostLooked }: { filter: RequestFilter; limit: number; most?: number }): Promise<RequestPage> {
  const isMeant = filterOf(filter)
  const page: RequestPage = { rows: [], looked: 0, lookedTo: to, isComplete: false }
  for await (const row of everyRequest(database, { from, to }, filter)) {
    // Between two milliseconds: who goes on from there misses none, and sees none twice.
    if ((page.rows.length >= limit || page.looked >= most) && row.started < page.lookedTo) return page
    page.looked += 1
    page.lookedTo = row.started
    if (isMeant(row)) page.rows.push(row)
  }
  return { ...page, lookedTo: from, isComplete: true }
}

async function* everyRequest(database: Database, { from, to }: { from: number; to: number }, filter: RequestFilter): AsyncGenerator<RequestRow> {
  const busy = await busyHours(database, { from, to })
  const onlySerious = isOnlySerious(filter)
  for (let hour = startOf('hour', to - 1); hour + lengthOf('hour') > from; hour -= lengthOf('hour')) {
    if (!busy.hasRequests(hour)) continue
    const span = { from: Math.max(from, hour), to: Math.min(to, hour + lengthOf('hour')) }
    for await (const row of requestRows(database, { ...span, withRecords: true, newestFirst: true, pageSize: 20, hasPacks: busy.hasPacks(hour), onlySerious })) if (row.metric === undefined) yield row
  }
}
