// What requests are asked for by, and which of them are meant.
import type { RequestRow } from '../store/index.ts'
import { recordOf } from './record-of.ts'

export interface RequestFilter {
  /** operationId. */
  operation?: string
  /** The lowest level. */
  level?: RequestRow['level']
  /** Statuses such as `404`, or classes of them such as `5xx`, parted by commas. */
  status?: string
  /** Id of the user, as the line has it. */
  user?: string
  errorId?: string
  callId?: string
  /** The part of a path that a request's begins with. */
  path?: string
  ip?: string
  /** Name of the instance that answered. */
  instance?: string
  /** A text that stands anywhere in the record; capitals do not count. */
  text?: string
}

const rank = { debug: 0, info: 1, warn: 2, error: 3 } as const

/** A test of rows; those that hold no value where it asks for one are not meant. */
export function filterOf(filter: RequestFilter): (row: RequestRow) => boolean {
  const statuses = filter.status?.split(',')
  const fields = ([['user', filter.user], ['error_id', filter.errorId], ['call_id', filter.callId], ['ip', filter.ip], ['instance', filter.instance]] as const).filter(([, wanted]) => wanted !== undefined)
  const text = filter.text?.toLowerCase()
  return (row) => {
    if (filter.operation !== undefined && row.operation !== filter.operation) return false
    if (filter.level !== undefined && rank[row.level] < rank[filter.level]) return false
    if (statuses?.some((status) => isOf(row.status, status)) === false) return false
    // A look at the text of a record is cheaper than reading it.
    if (fields.some(([, wanted]) => row.record?.includes(JSON.stringify(wanted)) !== true)) return false
    if (text !== undefined && row.record?.toLowerCase().includes(text) !== true) return false
    if (fields.length === 0 && filter.path === undefined) return true
    const record = recordOf(row)
    return fields.every(([name, wanted]) => record[name] === wanted) && (filter.path === undefined || String(record['path'] ?? '').startsWith(filter.path))
  }
}

/** Whether only requests from level `warn` or status 400 on can be meant. */
export function isOnlySerious({ level, status, errorId }: RequestFilter): boolean {
  return level === 'warn' || level === 'error' || errorId !== undefined || status?.split(',').every((one) => one.startsWith('4') || one.startsWith('5')) === true
}

function isOf(status: number, wanted: string): boolean {
  return String(status) === wanted || (wanted.endsWith('xx') && String(status)[0] === wanted[0])
}
