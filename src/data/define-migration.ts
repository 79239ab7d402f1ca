// How a file of `migrations/` says what it changes.
import type { PersistDefinition } from '../openapi/index.ts'
import type { Table } from '../persist/index.ts'

/** Before `live` moves to the version that brings the migration, or after it has. */
export type MigrationTime = 'before-live' | 'after-live'

/** What a migration works with beside the item. */
export interface MigrationContext {
  /** A table of the stage; in a dry run what is written there is counted and not done. */
  table<Item>(definition: PersistDefinition<Item>): Table<Item>
  /** Whether nothing is written. */
  readonly dryRun: boolean
  /** Milliseconds since 1970. */
  now(): number
  /** Aborted where the run is stopped. */
  readonly signal: AbortSignal
}

/**
 * Changes one item: gives it as it shall be, `'delete'`, or undefined to leave it alone.
 * May see an item again that it has changed already, after a crash or where somebody else wrote it meanwhile: it has to leave such a one alone.
 */
export type ChangeItem<Item, Stored extends object> = (item: Stored, context: MigrationContext) => Item | 'delete' | undefined | Promise<Item | 'delete' | undefined>

/** What the free form works with. */
export interface MigrationRun extends MigrationContext {
  /** Goes over a table in batches, and goes on at the last finished one after a crash. */
  each<Item, Stored extends object = Item & Record<string, unknown>>(definition: PersistDefinition<Item>, change: ChangeItem<Item, Stored>): Promise<void>
}

/** A migration that changes the items of one table. */
export interface TableMigration<Item, Stored extends object> {
  table: PersistDefinition<Item>
  when: MigrationTime
  each: ChangeItem<Item, Stored>
  /** Most write units a second; no limit by default. */
  rate?: number
}

/** A migration that does what it likes, over several tables. */
export interface FreeMigration {
  when: MigrationTime
  /** Begins again from its top after a crash; what `context.each` has finished is left out then. */
  run(context: MigrationRun): Promise<void>
  /** Most write units a second of `context.each`; no limit by default. */
  rate?: number
}

/** What a file of `migrations/` exports as `migration`. */
export interface Migration {
  readonly when: MigrationTime
  readonly rate?: number
  run(context: MigrationRun): Promise<void>
}

/**
 * Declares a migration; nothing runs by that.
 * @example
 * export const migration: Migration = defineMigration({ table: Note, when: 'before-live', each: (note) => (note.state === undefined ? { ...note, state: 'open' } : undefined) })
 */
export function defineMigration<Item, Stored extends object = Item & Record<string, unknown>>(definition: TableMigration<Item, Stored> | FreeMigration): Migration {
  const { when, rate } = definition
  const run = 'run' in definition ? (context: MigrationRun) => definition.run(context) : (context: MigrationRun) => context.each(definition.table, definition.each)
  return { when, run, ...(rate === undefined ? {} : { rate }) }
}
