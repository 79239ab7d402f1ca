// The stored requests of a span of time, newest first.
import type { Database } from '../persist/index.ts'
import { busyHours } from './busy-hours.ts'
import { lengthOf, type RequestRow, requestRows, startOf } from '../store/index.ts'

export interface RequestFilter {
  /** operationId. */
  operation?: string
  /** The lowest level. */
  level?: RequestRow['level']
  /** A status such as `404`, or a class of them such as `5xx`. */
  status?: string
}

const rank = { debug: 0, info: 1, warn: 2, error: 3 } as const

/** The requests that began between two times (epoch milliseconds, the end left out), newest first, each as it is read. */
export async function* listRequests(database: Database, { from, to }: { from: number; to: number }, filter: RequestFilter = {}): AsyncGenerator<RequestRow> {
  const busy = await busyHours(database, { from, to })
  for (let hour = startOf('hour', to - 1); hour + lengthOf('hour') > from; hour -= lengthOf('hour')) {
    if (!busy.hasRequests(hour)) continue
    const span = { from: Math.max(from, hour), to: Math.min(to, hour + lengthOf('hour')) }
    for await (const row of requestRows(database, { ...span, withRecords: true, newestFirst: true, pageSize: 20, hasPacks: busy.hasPacks(hour) })) if (row.metric === undefined && matches(row, filter)) yield row
  }
}

/** The record of a request; where only its count was kept, what the count says. */
export function recordOf(row: RequestRow): Record<string, unknown> {
  if (row.record !== undefined) return JSON.parse(row.record) as Record<string, unknown>
  const started = new Date(row.started).toISOString()
  return { kind: 'request', level: row.level, time: new Date(row.started + row.duration).toISOString(), started, operation: row.operation, status: row.status, duration_ms: row.duration, in_bytes: row.inBytes, out_bytes: row.outBytes, request_id: row.requestId, keep: 'count' }
}

function matches(row: RequestRow, { operation, level, status }: RequestFilter): boolean {
  if (operation !== undefined && row.operation !== operation) return false
  if (level !== undefined && rank[row.level] < rank[level]) return false
  return status === undefined || String(row.status) === status || (status.endsWith('xx') && String(row.status)[0] === status[0])
}
