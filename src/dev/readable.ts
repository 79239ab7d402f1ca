// Log records as a person reads them on a terminal.
import type { LogRecord } from '../runtime/edge.ts'

export interface ReadableOptions {
  /** With ANSI colours. */
  hasColor: boolean
}

const codes = { dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

/** One record as one line, or a few where a stack comes with it. */
export function toReadable(record: LogRecord, { hasColor }: ReadableOptions): string {
  const paint = (color: keyof typeof codes, text: string): string => (hasColor ? `\u001b[${codes[color]}m${text}\u001b[0m` : text)
  const time = paint('dim', record.time.slice(11, 19))
  if (record.kind !== 'request') return `${time} ${paint(colorOf(record.level), record.level.toUpperCase().padEnd(5))} ${clean(record.message)}${extras(record)}`
  const { method, path, status, duration_ms: duration, operation, error, error_description: description, stack } = record
  const code = Number(status)
  const shown = paint(code >= 500 ? 'red' : code >= 400 ? 'yellow' : 'green', String(code))
  const failure = error === undefined ? '' : ` ${paint(code >= 500 ? 'red' : 'yellow', String(error))} ${clean(String(description))}`
  const line = `${time} ${shown} ${String(method).padEnd(6)} ${clean(String(path))} ${paint('dim', `${String(duration)} ms`)} ${paint('cyan', String(operation))}${failure}`
  return typeof stack === 'string' ? `${line}\n${paint('dim', indent(stack))}` : line
}

function colorOf(level: LogRecord['level']): keyof typeof codes {
  return level === 'error' ? 'red' : level === 'warn' ? 'yellow' : 'dim'
}

const known = new Set(['kind', 'level', 'time', 'message', 'call_id', 'call_path', 'operation'])

function extras(record: LogRecord): string {
  const rest = Object.entries(record).filter(([key]) => !known.has(key))
  return rest.map(([key, value]) => ` ${key}=${clean(value instanceof Error ? value.message : typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)))}`).join('')
}

function indent(stack: string): string {
  return stack.split('\n').slice(0, 12).map((line) => `    ${line.trim()}`).join('\n')
}

// Paths and messages come from strangers; control characters could rewrite the terminal.
function clean(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\uFFFD')
}
