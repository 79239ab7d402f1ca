// Fields of a record that follow from its row or from other fields: left out when it is packed, and made again when it is read.
import { asInvocation, idFields } from './pack-ids.ts'
import type { RequestRow } from './request-row.ts'

/** Fields as they are packed: `true` for what follows from others, times as milliseconds from what they are near to. */
export type Derived = ReadonlyMap<string, unknown>

const follows: Readonly<Record<string, (row: RequestRow) => unknown>> = {
  kind: () => 'request',
  level: ({ level }) => level,
  operation: ({ operation }) => operation,
  status: ({ status }) => status,
  duration_ms: ({ duration }) => duration,
  in_bytes: ({ inBytes }) => inBytes,
  out_bytes: ({ outBytes }) => outBytes,
}

const times = ['gateway_time', 'started', 'time']

/** The fields of a record as they are packed; undefined where one could not be told from a mark. */
export function derivedFields(record: Readonly<Record<string, unknown>>, row: RequestRow): Derived | undefined {
  const fields = new Map<string, unknown>()
  for (const [name, value] of Object.entries(record)) {
    if (value === null || value === undefined) return undefined
    const make = Object.hasOwn(follows, name) ? follows[name] : undefined
    if (isMark(name, value, make !== undefined)) return undefined
    fields.set(name, make !== undefined && value === make(row) ? true : times.includes(name) ? packedTime(name, value, row) : name === 'message' && value === messageOf(record, row) ? true : value)
  }
  return fields
}

/** A field as it was before it was packed. */
export function restoredField(name: string, value: unknown, { row, values }: { row: RequestRow; values: ReadonlyMap<string, unknown> }): unknown {
  if (times.includes(name) && typeof value === 'number') return new Date(nearTo(name, row) + value).toISOString()
  if (name === 'call_id' && value === asInvocation) return values.get('request_id')
  if (value !== true) return value
  if (name === 'message') return messageOf({ method: values.get('method'), path: values.get('path') }, row)
  return Object.hasOwn(follows, name) ? follows[name]!(row) : value
}

// Such a value of such a field would be read as what it stands for elsewhere.
function isMark(name: string, value: unknown, isDerived: boolean): boolean {
  if (idFields.has(name)) return typeof value !== 'string'
  if (times.includes(name)) return typeof value === 'number'
  return value === true && (isDerived || name === 'message')
}

function packedTime(name: string, value: unknown, row: RequestRow): unknown {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  // Any other spelling is kept as it is.
  return !Number.isNaN(time) && new Date(time).toISOString() === value ? time - nearTo(name, row) : value
}

function nearTo(name: string, { started, duration }: RequestRow): number {
  return name === 'time' ? started + Math.round(duration) : started
}

function messageOf({ method, path }: Readonly<Record<string, unknown>>, { status }: RequestRow): string {
  return `${String(method)} ${String(path)} ${String(status)}`
}
