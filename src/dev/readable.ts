// Log records as a person reads them on a terminal.
import { causeLines, visibleLine as clean } from '../errors/index.ts'
import type { LogRecord } from '../runtime/edge.ts'

export interface ReadableOptions {
  /** With ANSI colours. */
  hasColor: boolean
}

const codes = { dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

type Paint = (color: keyof typeof codes, text: string) => string

/** One record as one line, after those of what it noted, and before its stack. */
export function toReadable(record: LogRecord, { hasColor }: ReadableOptions): string {
  const paint: Paint = (color, text) => (hasColor ? `\u001b[${codes[color]}m${text}\u001b[0m` : text)
  const time = paint('dim', clean(record.time.slice(11, 19)))
  const lines = record.kind === 'request' ? [...noted(record, paint), `${time} ${requestText(record, paint)}`] : [`${time} ${paint(colorOf(record.level), record.level.toUpperCase().padEnd(5))} ${clean(record.message)}${extras(record)}`]
  if (typeof record['stack'] === 'string') lines.push(paint('dim', indent(record['stack'])))
  for (const cause of causeLines(record)) lines.push(paint('dim', `    ${clean(cause)}`))
  return lines.join('\n')
}

function requestText(record: LogRecord, paint: Paint): string {
  const { method, path, status, duration_ms: duration, operation, error, error_description: description, slow_ms: slow } = record
  const code = Number(status)
  const shown = paint(code >= 500 ? 'red' : code >= 400 ? 'yellow' : 'green', String(code))
  const failure = error === undefined ? '' : ` ${paint(code >= 500 ? 'red' : 'yellow', clean(String(error)))} ${clean(String(description))}`
  const time = slow === undefined ? paint('dim', `${clean(String(duration))} ms`) : paint('yellow', `${clean(String(duration))} ms, slow`)
  return `${shown} ${clean(String(method)).padEnd(6)} ${clean(String(path))} ${time} ${paint('cyan', typeof operation === 'string' ? clean(operation) : '')}${failure}`.trimEnd()
}

interface Noted {
  name: string
  at: number
  level?: LogRecord['level']
  ms?: number
  msg?: number
  data?: unknown
  error?: string
  events?: Noted[]
  api?: string
  operation?: string
  status?: number
}

// Events, spans with what happened in them, and calls, in their order.
function noted({ trace = [], calls = [], messages = [] }: LogRecord, paint: Paint, depth: number = 0): string[] {
  const texts = messages as string[]
  const all = [...(trace as Noted[]), ...(calls as Noted[]).map((call): Noted => ({ ...call, name: `${call.api}.${call.operation} ${call.status ?? call.error ?? ''}`.trimEnd() }))].sort((one, other) => one.at - other.at)
  return all.flatMap((event) => {
    const label = event.level === undefined ? paint('cyan', '>') : paint(colorOf(event.level), event.level.toUpperCase())
    const text = event.msg === undefined || texts[event.msg]?.startsWith(event.name.slice(0, 100)) !== true ? event.name : texts[event.msg]!
    const took = event.level === undefined ? paint('dim', event.ms === undefined ? ' not ended' : ` ${event.ms} ms`) : ''
    const data = typeof event.data === 'object' && event.data !== null ? fieldsText(Object.entries(event.data)) : ''
    const failed = event.error === undefined || event.api !== undefined ? '' : ` ${paint('red', clean(event.error))}`
    const line = `${' '.repeat(9 + depth * 2)}${paint('dim', `+${event.at} ms`)} ${label} ${clean(text)}${took}${data}${failed}`
    return [line, ...noted({ trace: event.events ?? [], messages } as unknown as LogRecord, paint, depth + 1)]
  })
}

function colorOf(level: LogRecord['level']): keyof typeof codes {
  return level === 'error' ? 'red' : level === 'warn' ? 'yellow' : 'dim'
}

const known = new Set(['kind', 'level', 'time', 'message', 'call_id', 'call_path', 'operation', 'service', 'stage', 'function', 'version', 'request_id', 'started', 'stack', 'causes', 'trace', 'title', 'user'])

function extras(record: LogRecord): string {
  return fieldsText(Object.entries(record).filter(([key]) => !known.has(key)))
}

function fieldsText(fields: [string, unknown][]): string {
  return fields.filter(([, value]) => value !== undefined).map(([key, value]) => ` ${clean(key)}=${clean(value instanceof Error ? value.message : typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)))}`).join('')
}

function indent(stack: string): string {
  return stack.split('\n').slice(0, 12).map((line) => `    ${clean(line.trim())}`).join('\n')
}
