// The door `klue/data`: what migrations are written with.
export { defineMigration } from './define-migration.ts'
export type { ChangeItem, FreeMigration, Migration, MigrationContext, MigrationRun, MigrationTime, TableMigration } from './define-migration.ts'
