// The one line that a request leaves in the log.
import type { LogLevel, LogRecord } from '../exchange/log.ts'
import type { Cause } from './causes.ts'
import type { OutgoingCall, TraceEvent, TraceSpan } from '../exchange/notes.ts'

/** What is written at the end of a request; docs/reference/log-record.md explains each field. What is empty is left out. */
export interface RequestRecord extends LogRecord {
  kind: 'request'
  level: LogLevel
  time: string
  started: string
  message: string
  service: string
  stage: string
  version?: string | undefined
  function?: string | undefined
  operation?: string | undefined
  method: string
  path: string
  query?: string | undefined
  status: number
  duration_ms: number
  length?: number | undefined
  in_bytes: number
  out_bytes: number
  request_type?: string | undefined
  response_type?: string | undefined
  call_id: string
  call_path: string
  user?: string | undefined
  ip?: string | undefined
  user_agent?: string | undefined
  request_id?: string | undefined
  gateway_id?: string | undefined
  gateway_time?: string | undefined
  instance?: string | undefined
  cold_start?: true | undefined
  memory_mb?: number | undefined
  slow_ms?: number | undefined
  error?: string | undefined
  error_description?: string | undefined
  error_id?: string | undefined
  error_fields?: unknown
  caught?: string | undefined
  stack?: string | undefined
  causes?: Cause[] | undefined
  trace?: (TraceEvent | TraceSpan)[] | undefined
  messages?: string[] | undefined
  calls?: OutgoingCall[] | undefined
  more_calls?: Record<string, [number, number, number]> | undefined
  lost?: number | undefined
  idempotency?: string | undefined
  replayed?: true | undefined
  volatile?: false | undefined
  keep?: 'count' | undefined
  muted?: true | undefined
  request_headers?: Record<string, unknown> | undefined
  response_headers?: Record<string, unknown> | undefined
  data?: unknown
  result?: unknown
  task_id?: string | undefined
  task_attempt?: number | undefined
  fired_by?: string | undefined
  truncated?: string[] | undefined
  dropped?: number | undefined
}
