// What the start of a function needs: a database, and tables whose working part is loaded with their first call.
export { type Database, type DatabaseOptions, openDatabase } from './database.ts'
export { lazyTable, transact, transactGet } from './lazy-table.ts'
