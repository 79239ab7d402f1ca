// Sharded counters go along with the items that they belong to: as rows of the table beside theirs.
import { sideDefinition } from '../persist/index.ts'
import type { PersistSpec } from '../openapi/index.ts'
import type { Attributes } from '../persist/stored.ts'
import type { ProjectTable } from './tables.ts'

/** Tables, each that has counters followed by the one beside it. */
export function withCounters(tables: readonly ProjectTable[]): ProjectTable[] {
  return tables.flatMap((table) => (table.sharded === undefined ? [table] : [table, { ...sideDefinition(table)!, defaults: {} }]))
}

/** Whether a row is read and written by itself: every item is, and parts of counters are; rows of unique values are written with their items. */
export function goesAlong({ table }: PersistSpec, row: Attributes): boolean {
  return !table.endsWith('.klue') || row['id']?.S?.startsWith('count#') === true
}
