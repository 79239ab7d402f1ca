// Fields of a record that follow from its row or from other fields: left out when it is packed, and made again when it is read.
import { exactTime, isoText } from './iso-time.ts'
import { asInvocation, idFields } from './pack-ids.ts'
import type { RequestRow } from './request-row.ts'

type LineRecord = Readonly<Record<string, unknown>>

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

/** How the value of a field is packed: `true` for what follows from others, times as milliseconds from what they are near to; undefined where it would be read as what stands for another one. */
export type PackField = (value: unknown, row: RequestRow, record: LineRecord) => unknown

const packs = new Map<string, PackField>([
  ...Object.entries(follows).map(([name, make]): [string, PackField] => [name, (value, row) => (value === true ? undefined : value === make(row) ? true : value)]),
  ...times.map((name): [string, PackField] => [name, (value, row) => (typeof value === 'number' ? undefined : packedTime(name, value, row))]),
  ...[...idFields].map((name): [string, PackField] => [name, (value) => (typeof value === 'string' ? value : undefined)]),
  ['message', (value, row, record) => (value === true ? undefined : value === messageOf(record, row) ? true : value)],
])

/** How a field is packed; undefined for one that is kept as it is. */
export function packOfField(name: string): PackField | undefined {
  return packs.get(name)
}

/** A field as it was before it was packed. */
export function restoredField(name: string, value: unknown, { row, values }: { row: RequestRow; values: ReadonlyMap<string, unknown> }): unknown {
  if (times.includes(name) && typeof value === 'number') return isoText(nearTo(name, row) + value)
  if (name === 'call_id' && value === asInvocation) return values.get('request_id')
  if (value !== true) return value
  if (name === 'message') return messageOf({ method: values.get('method'), path: values.get('path') }, row)
  return Object.hasOwn(follows, name) ? follows[name]!(row) : value
}

function packedTime(name: string, value: unknown, row: RequestRow): unknown {
  const time = typeof value === 'string' ? exactTime(value) : undefined
  // Any other spelling is kept as it is.
  return time === undefined ? value : time - nearTo(name, row)
}

function nearTo(name: string, { started, duration }: RequestRow): number {
  return name === 'time' ? started + Math.round(duration) : started
}

function messageOf({ method, path }: LineRecord, { status }: RequestRow): string {
  return `${String(method)} ${String(path)} ${String(status)}`
}
