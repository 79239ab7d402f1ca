// The record of a stored request.
import { markName } from '../config/index.ts'
import type { RequestRow } from '../store/index.ts'
import { toLongRecord } from './long-line.ts'

/** The record of a request; where only its count was kept, what the count says. */
export function recordOf(row: RequestRow): Record<string, unknown> {
  if (row.record !== undefined) {
    // A version that knew neither marks nor short names stored them as they came.
    const { [markName]: _mark, ...record } = JSON.parse(row.record) as Record<string, unknown>
    return toLongRecord(record)
  }
  const started = new Date(row.started).toISOString()
  return { kind: 'request', level: row.level, time: new Date(row.started + row.duration).toISOString(), started, operation: row.operation, status: row.status, duration_ms: row.duration, in_bytes: row.inBytes, out_bytes: row.outBytes, request_id: row.requestId, keep: 'count' }
}
