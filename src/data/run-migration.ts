// Runs one migration of a stage, from where an earlier run has stopped.
import { randomUUID } from 'node:crypto'
import { type Database, openTable } from '../persist/index.ts'
import type { PersistSpec } from '../openapi/index.ts'
import { beginMigration, type MigrationCounts, type MigrationRow, noteMigration } from '../store/index.ts'
import { changeItems } from './change-items.ts'
import { lockedFault } from './data-lock.ts'
import type { ChangeItem, Migration, MigrationContext, MigrationRun } from './define-migration.ts'
import { dryDatabase } from './dry-database.ts'
import { newPosition } from './go-over.ts'
import { itemChange } from './item-change.ts'
import { maskedChange } from './masked.ts'
import type { MigrationFile } from './migration-files.ts'
import { openPace } from './pace.ts'

export interface RunOptions {
  database: Database
  who: string
  /** Version that is deployed with it. */
  version?: string | undefined
  dryRun: boolean
  /** Most write units a second; that of the migration by default. */
  rate?: number | undefined
  /** How many parts of a table are worked on at once, where no earlier run has begun. */
  segments: number
  signal: AbortSignal
  /** Told after each batch. */
  progress(name: string, counts: MigrationCounts): void
  /** Throws where the run may not go on. */
  check(): void
}

/** What a run of a migration has come to. */
export interface Ran {
  name: string
  counts: MigrationCounts
  /** Dry run: the first changes, masked. */
  samples: string[]
  /** Dry run: writes past `each`, which were not done. */
  writes: number
}

const mostSamples = 3

/** Runs it to its end. In a dry run nothing is written, and every item is looked at anew. Rejects where it stops; the row of the stage says how far it came. */
export async function runMigration(migration: Migration, { file, earlier: found }: { file: MigrationFile; earlier: MigrationRow | undefined }, options: RunOptions): Promise<Ran> {
  // Another text may want something else of the items that the one before has done.
  const earlier = found?.hash === file.hash ? found : undefined
  const { database, dryRun, check } = options
  const counts: MigrationCounts = dryRun || earlier === undefined ? { read: 0, changed: 0, deleted: 0, again: 0 } : { ...earlier.counts }
  const row: MigrationRow = { name: file.name, hash: file.hash, when: migration.when, state: 'running', who: options.who, started: earlier?.started ?? new Date(database.now()).toISOString(), counts, passes: dryRun ? {} : { ...earlier?.passes }, ...(options.version === undefined ? {} : { version: options.version }) }
  const ran: Ran = { name: file.name, counts, samples: [], writes: 0 }
  const keep = keeper(database, row, dryRun)
  await keep.begin()
  try {
    await migration.run(contextOf(migration, { options, row, ran, keep: keep.note }))
    check()
    Object.assign(row, { state: 'done', ended: new Date(database.now()).toISOString(), passes: {} })
    await keep.note()
    return ran
  } catch (error) {
    Object.assign(row, { state: options.signal.aborted ? 'running' : 'failed', note: (error as Error).message.slice(0, 1000) })
    // What stopped it is told in any case.
    await keep.note().catch(() => undefined)
    throw error
  }
}

interface Working {
  options: RunOptions
  row: MigrationRow
  ran: Ran
  keep(): Promise<void>
}

function contextOf(migration: Migration, { options, row, ran, keep }: Working): MigrationRun {
  const { database, dryRun, signal, check } = options
  const seen = dryDatabase(database, () => (ran.writes += 1))
  const context: MigrationContext = { table: (definition) => openTable(dryRun ? seen : database, definition), dryRun, now: database.now, signal }
  const pace = openPace(options.rate ?? migration.rate, signal)
  const turns = new Map<string, number>()
  return {
    ...context,
    async each(definition, change) {
      const spec: PersistSpec = definition
      const turn = (turns.get(spec.table) ?? 0) + 1
      turns.set(spec.table, turn)
      const position = (row.passes[`${spec.table}#${turn}`] ??= newPosition(options.segments))
      await changeItems({
        database,
        spec,
        position,
        counts: row.counts,
        pace,
        dryRun,
        change: (attributes) => itemChange(spec, attributes, (item) => (change as ChangeItem<unknown, object>)(item, context)),
        check() {
          signal.throwIfAborted()
          check()
        },
        async finished() {
          await keep()
          options.progress(row.name, row.counts)
        },
        seen(before, made) {
          if (dryRun && ran.samples.length < mostSamples) ran.samples.push(maskedChange(spec, before, made))
        },
      })
    },
  }
}

// Segments finish side by side, and their notes must not overtake each other.
function keeper(database: Database, row: MigrationRow, dryRun: boolean): { begin(): Promise<void>; note(): Promise<void> } {
  const owner = randomUUID()
  let last: Promise<void> = Promise.resolve()
  const write = async (): Promise<void> => {
    if (!(await noteMigration(database, row, owner))) throw lockedFault(`somebody else runs the migration ${row.name} now`)
  }
  return {
    begin: async () => (dryRun ? undefined : await beginMigration(database, row, owner)),
    note() {
      if (dryRun) return Promise.resolve()
      last = last.catch(() => undefined).then(write)
      return last
    },
  }
}
