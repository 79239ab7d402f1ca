// Requests as lines of the archive, and back: the record as `klue logs` prints it, after what tells the request from every other.
import type { RequestRow } from '../store/index.ts'
import { recordOf } from './record-of.ts'

const levels = ['debug', 'info', 'warn', 'error'] as const

type Counted = Pick<RequestRow, 'operation' | 'status' | 'duration' | 'inBytes' | 'outBytes' | 'level'>

/** The line of a row, without an end of line. */
export function lineOfRow(row: RequestRow): string {
  const { klue_time: _time, klue_id: _id, klue_row: _row, ...record } = row.metric !== undefined && row.record === undefined ? { kind: 'metric', level: row.level, time: new Date(row.started).toISOString(), operation: row.operation, ...row.metric } : recordOf(row)
  // What is counted may be said in another way than the record does: then it stands there too.
  const said = countedOf(record)
  const other = Object.fromEntries((Object.keys(said) as (keyof Counted)[]).filter((name) => said[name] !== row[name]).map((name) => [name, row[name]]))
  const own = { ...other, ...(row.record === undefined ? { counted: true } : {}) }
  return JSON.stringify({ klue_time: new Date(row.started).toISOString(), klue_id: row.requestId, ...(Object.keys(own).length === 0 ? {} : { klue_row: own }), ...record })
}

/** The row of a line that `lineOfRow` made; it never expires, and does not know the calls that were counted of it. */
export function rowOfLine(line: string): RequestRow {
  const { klue_time: time, klue_id: id, klue_row: own, ...record } = JSON.parse(line) as Record<string, unknown> & { klue_row?: Partial<Counted> & { counted?: true } }
  const { counted, ...other } = own ?? {}
  const metric = record['kind'] === 'metric' ? { metric: { name: String(record['name']), value: Number(record['value']), unit: String(record['unit'] ?? 'None') } } : {}
  return { started: Date.parse(String(time)), requestId: String(id), ...countedOf(record), ...other, ...metric, ...(counted === true ? {} : { record: JSON.stringify(record) }), expires: 0 }
}

function countedOf(record: Readonly<Record<string, unknown>>): Counted {
  const number = (name: string): number => (typeof record[name] === 'number' ? record[name] : 0)
  return { operation: typeof record['operation'] === 'string' ? record['operation'] : '', status: number('status'), duration: number('duration_ms'), inBytes: number('in_bytes'), outBytes: number('out_bytes'), level: levels.find((name) => name === record['level']) ?? 'info' }
}
