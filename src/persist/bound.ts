// A definition bound to a database, with what its user brings: what every call of a table works on.
import type { PersistDefinition } from '../openapi/index.ts'
import type { Database } from './database.ts'
import type { TableUse } from './table-use.ts'

export interface Bound<Item = unknown> {
  readonly database: Database
  readonly definition: PersistDefinition<Item>
  readonly use: TableUse
}

/** The full name of the table. */
export function tableName({ database, definition }: Bound): string {
  return `${database.prefix}${definition.table}`
}

/** Options of a call with a signal where there is one; without one that of the use is not asked for, which would make it. */
export function signalOf(options: { signal?: AbortSignal }): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal }
}
