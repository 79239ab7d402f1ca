// Work on the data of a stage, for commands and the pipeline; what migrations are written with is the door beside it.
export { type HeldLock, holdLock, leaseMs, LockedError, type LockOptions } from './hold-lock.ts'
export { migrate, type MigrateOptions, migrationStatus, type MigrationStatus, type Pending, pendingMigrations, takeDataLock } from './migrate.ts'
export { listMigrationFiles, migrationFaults } from './migration-files.ts'
export type { Ran } from './run-migration.ts'
export { projectTables, tablesNamed } from './tables.ts'
