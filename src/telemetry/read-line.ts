// What a line of a function says.
import type { RequestRow } from '../store/index.ts'

/** A line as a log service hands it over. */
export interface LogLine {
  /** The same whenever the line is delivered again. */
  id: string
  /** Epoch milliseconds. */
  timestamp: number
  message: string
}

/** A line that was lost, and why. */
export interface BadLine {
  id: string
  reason: string
}

/** A request line, with its record. */
export interface RequestLine {
  kind: 'request'
  request: Omit<RequestRow, 'expires' | 'record'>
  record: Record<string, unknown>
}

export type ReadLine = RequestLine | { kind: 'other' } | { kind: 'bad'; reason: string }

const levels = ['debug', 'info', 'warn', 'error'] as const

/** Reads one line; whatever it holds, this never throws. */
export function readLine({ id, timestamp, message }: LogLine): ReadLine {
  if (!message.startsWith('{"')) return { kind: 'other' }
  const record = parse(message)
  if (record === undefined) return looksCut(message) ? { kind: 'bad', reason: 'it is no complete JSON' } : { kind: 'other' }
  if (record['kind'] !== 'request') return { kind: 'other' }
  const status = record['status']
  if (!Number.isInteger(status) || (status as number) < 100 || (status as number) > 999) return { kind: 'bad', reason: 'its status is none' }
  const duration = finite(record['duration_ms']) ?? 0
  const ended = Date.parse(String(record['time']))
  const started = Date.parse(String(record['started']))
  const level = levels.find((name) => name === record['level']) ?? 'info'
  return {
    kind: 'request',
    record,
    request: {
      started: Number.isNaN(started) ? (Number.isNaN(ended) ? timestamp : ended) - duration : started,
      // The line's own id where the platform gave the request none: one line, one request.
      requestId: text(record['request_id']) ?? id,
      operation: text(record['operation']) ?? '',
      status: status as number,
      duration,
      inBytes: finite(record['in_bytes']) ?? 0,
      outBytes: finite(record['out_bytes']) ?? 0,
      level,
    },
  }
}

function parse(message: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(message)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

// Handlers may print what they like; only what began as a line of ours is missed.
function looksCut(message: string): boolean {
  return message.startsWith('{"kind":"request"')
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}
