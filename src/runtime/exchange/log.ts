// What lines of a log are, and what handlers write into them with.
import { lineMark } from '../../config/index.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** One JSON line. Further fields are the writer's own. */
export interface LogRecord {
  kind: 'request' | 'log' | 'report' | 'watchdog' | 'metric'
  level: LogLevel
  /** ISO 8601, UTC. */
  time: string
  message: string
  [field: string]: unknown
}

type Write = (message: string | object, fields?: unknown) => void

/**
 * Notes events in the line of the request; LOGLEVEL says from which level on. The highest level of an event is at least that of the line.
 * Takes a text and its fields, as Powertools has it, or first the fields or the error, as pino has it. Secrets are masked.
 */
export interface Logger {
  readonly debug: Write
  readonly info: Write
  readonly warn: Write
  readonly error: Write
  /**
   * Runs a function and notes how long it took; what is noted meanwhile stands inside, further spans too.
   * @example const rows = await context.log.span('read rows', { table: 'builds' }, () => table.query('main'))
   */
  span<Result>(name: string, run: () => Result | Promise<Result>): Promise<Result>
  span<Result>(name: string, data: Record<string, unknown>, run: () => Result | Promise<Result>): Promise<Result>
  /** A logger whose events carry these fields as well. */
  child(keys: Record<string, unknown>): Logger
  /** Adds fields to all further events of this logger. */
  appendKeys(keys: Record<string, unknown>): void
  /** `always`: the line is kept for the longer time, whatever its level; `count`: the request is only counted, unless it fails. */
  keep(how: 'always' | 'count'): void
}

// The text of a second, without milliseconds, by second: requests of the same second share it.
const seconds = new Map<number, string>()

/** A time as ISO 8601, UTC, in milliseconds. */
export function isoTime(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000)
  let text = seconds.get(second)
  if (text === undefined) {
    if (seconds.size >= 8) seconds.clear()
    text = new Date(second * 1000).toISOString().slice(0, -4)
    seconds.set(second, text)
  }
  const rest = Math.floor(milliseconds - second * 1000)
  return `${text}${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}Z`
}

/** One line of JSON for a record, with the mark of the kit. Where a field cannot be printed, a shorter line says so. */
export function toLine(record: LogRecord): string {
  try {
    // Records of requests hold only what JSON can print, so they need no look at each value.
    return marked(record.kind === 'request' ? JSON.stringify(record) : JSON.stringify(record, printable))
  } catch {
    return marked(JSON.stringify({ kind: record.kind, level: record.level, time: record.time, message: record.message, unprintable: true }))
  }
}

function marked(object: string): string {
  return lineMark + object.slice(1)
}

function printable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack }
  return value
}
