// What the start of a function needs: a database, and tables whose working part is loaded with their first call.
export { type Database, openDatabase } from './database.ts'
export type { DatabaseOptions } from './database-options.ts'
export { lazyTable, transact, transactGet } from './lazy-table.ts'
