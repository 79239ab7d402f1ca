// Log records: one a request, and those that handlers write.

/** One JSON line. Further fields are the writer's own. */
export interface LogRecord {
  kind: 'request' | 'log' | 'report'
  level: 'debug' | 'info' | 'warn' | 'error'
  /** ISO 8601, UTC. */
  time: string
  message: string
  [field: string]: unknown
}

/** Writes records that carry the ids of the request. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

/** A logger whose records carry `base`. */
export function createLogger(write: (record: LogRecord) => void, base: Record<string, unknown>): Logger {
  const at = (level: LogRecord['level']) => (message: string, fields: Record<string, unknown> = {}): void => {
    write({ ...base, ...fields, kind: 'log', level, time: new Date().toISOString(), message })
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** One line of JSON for a record; a field that cannot be printed does not lose the others. */
export function toLine(record: LogRecord): string {
  try {
    return JSON.stringify(record, printable)
  } catch {
    return JSON.stringify({ kind: record.kind, level: record.level, time: record.time, message: record.message, unprintable: true })
  }
}

function printable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack }
  return value
}
