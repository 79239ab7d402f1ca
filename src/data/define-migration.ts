// How a file of `migrations/` says what it changes.
import type { PersistDefinition, TableShape } from '../openapi/index.ts'
import type { Table } from '../persist/index.ts'

/** Before `live` moves to the version that brings the migration, or after it has. */
export type MigrationTime = 'before-live' | 'after-live'

/** What a migration works with beside the item. */
export interface MigrationContext {
  /** A table of the stage; in a dry run what is written there is counted and not done. */
  table<Item, Shape extends TableShape>(definition: PersistDefinition<Item, Shape>): Table<Item, Shape>
  /** Whether nothing is written. */
  readonly dryRun: boolean
  /** Milliseconds since 1970. */
  now(): number
  /** Aborted where the run is stopped. */
  readonly signal: AbortSignal
}

declare const nowhere: unique symbol

// No value has this type: beside the item it tells the compiler to keep `status: 'paid'` as it is written, while the item is that of the table alone.
type AsWritten<Value> = { [name: string]: Value | AsWritten<Value> | (Value | AsWritten<Value>)[] } & { readonly [nowhere]: never }

// What becomes of an item: another one, nothing, or what was there.
type ChangedItem<Item, Value extends string | number | boolean = never> = NoInfer<Item> | 'delete' | undefined | AsWritten<Value>

/**
 * Changes one item: gives it as it shall be, `'delete'`, or undefined to leave it alone.
 * May see an item again that it has changed already, after a crash or where somebody else wrote it meanwhile: it has to leave such a one alone.
 */
export type ChangeItem<Item, Stored extends object, Value extends string | number | boolean = never> = (item: Stored, context: MigrationContext) => ChangedItem<Item, Value> | Promise<ChangedItem<Item, Value>>

/** What the free form works with. */
export interface MigrationRun extends MigrationContext {
  /** Goes over a table in batches, and goes on at the last finished one after a crash. */
  each<Item, Stored extends object = Item & Record<string, unknown>, Value extends string | number | boolean = never>(definition: PersistDefinition<Item>, change: ChangeItem<Item, Stored, Value>): Promise<void>
}

/** A migration that changes the items of one table. */
export interface TableMigration<Item, Stored extends object, Value extends string | number | boolean = never> {
  table: PersistDefinition<Item>
  when: MigrationTime
  each: ChangeItem<Item, Stored, Value>
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
export function defineMigration<Item, Stored extends object = Item & Record<string, unknown>, Value extends string | number | boolean = never>(definition: TableMigration<Item, Stored, Value> | FreeMigration): Migration {
  const { when, rate } = definition
  const run = 'run' in definition ? (context: MigrationRun) => definition.run(context) : (context: MigrationRun) => context.each(definition.table, definition.each)
  return { when, run, ...(rate === undefined ? {} : { rate }) }
}
