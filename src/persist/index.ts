// Tables of persisted definitions: where they are, how they are made, and what is done with their items.
export { type Database, type DatabaseCalls, type DatabaseError, type DatabaseOptions, failedBecause, openDatabase, toDatabaseError } from './database.ts'
export { ensureTables } from './ensure-tables.ts'
export type { ItemKey, KeyValue } from './keys.ts'
export type { Page, QueryOptions } from './query.ts'
export { openTable, type ReadOptions, type SaveOptions, type Table } from './table.ts'
export { tableInput } from './table-input.ts'
