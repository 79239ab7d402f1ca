// Brings a stage up to date: its migrations that have not run yet, in the order of their numbers, one run at a time.
import { type Fault, isUsageError, messageOf, UsageError } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import { listMigrations, type MigrationCounts, type MigrationRow } from '../store/index.ts'
import { takeDataLock } from './data-lock.ts'
import type { Migration, MigrationTime } from './define-migration.ts'
import { loadMigrations } from './load-migrations.ts'
import { listMigrationFiles, type MigrationFile } from './migration-files.ts'
import { type Ran, runMigration } from './run-migration.ts'

export interface MigrateOptions {
  root: string
  database: Database
  who: string
  /** Version that is deployed with it. */
  version?: string
  /** Only those of one time; all by default. */
  when?: MigrationTime
  dryRun?: boolean
  /** Most write units a second. */
  rate?: number | undefined
  /** Parts of a table that are worked on at once. @default 4 */
  segments?: number | undefined
  /** Waits where somebody else works on the data of the stage. */
  wait?: boolean
  signal?: AbortSignal
  progress?(name: string, counts: MigrationCounts): void
  /** Told what is no fault, such as a changed file of a migration that ran. */
  notice?(sentence: string): void
}

/** A migration of a stage, as `klue data status` lists it. */
export interface MigrationStatus {
  name: string
  state: 'pending' | 'running' | 'failed' | 'done'
  when: MigrationTime | undefined
  /** Whether its file is another one than when it ran, or is gone. */
  file: 'as it ran' | 'changed' | 'gone' | 'not run'
  row: MigrationRow | undefined
}

/** Every migration of the project and of the stage, by number. */
export async function migrationStatus(root: string, database: Database): Promise<MigrationStatus[]> {
  const files = listMigrationFiles(root)
  const rows = new Map((await listMigrations(database)).map((row) => [row.name, row]))
  const names = [...new Set([...files.map(({ name }) => name), ...rows.keys()])].sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10) || (one < other ? -1 : 1))
  return names.map((name) => {
    const [file, row] = [files.find((one) => one.name === name), rows.get(name)]
    return { name, state: row?.state ?? 'pending', when: row?.when, file: file === undefined ? 'gone' : row === undefined ? 'not run' : file.hash === row.hash ? 'as it ran' : 'changed', row }
  })
}

/** Migrations that have not come to their end on a stage, with what they declare. */
export interface Pending {
  file: MigrationFile
  migration: Migration
  earlier: MigrationRow | undefined
}

/** What is to be done. Throws a UsageError where the stage and the files do not fit together. */
export async function pendingMigrations({ root, database, when, notice }: Pick<MigrateOptions, 'root' | 'database' | 'when' | 'notice'>): Promise<Pending[]> {
  const files = listMigrationFiles(root)
  const rows = await listMigrations(database)
  const faults = files.flatMap(({ file, name, number }): Fault[] => {
    const other = rows.find((row) => Number.parseInt(row.name, 10) === number && row.name !== name)
    return other === undefined ? [] : [{ code: 'migration-renamed', file, message: `the migration ${number} has run on this stage as ${other.name}`, hint: 'give it the name that it had, or the next free number where it is another one' }]
  })
  if (faults.length > 0) throw new UsageError(faults)
  const byName = new Map(rows.map((row) => [row.name, row]))
  for (const { file, name, hash } of files) {
    const row = byName.get(name)
    if (row !== undefined && row.hash !== hash) notice?.(row.state === 'done' ? `${file} was changed since it ran here (${row.ended?.slice(0, 10)}); it does not run again: what shall change now is the next migration` : `${file} was changed since it stopped here; it begins at the first item again`)
  }
  const open = files.filter(({ name }) => byName.get(name)?.state !== 'done')
  const loaded = await loadMigrations(root, open)
  return open.map((file) => ({ file, migration: loaded.get(file.name)!, earlier: byName.get(file.name) })).filter(({ migration }) => when === undefined || migration.when === when)
}

/**
 * Runs what is pending.
 * @throws UsageError `migration-failed` where one stops; those before it are done, and the next run goes on at its last finished batch
 */
export async function migrate(options: MigrateOptions): Promise<Ran[]> {
  const { database, dryRun = false, signal = new AbortController().signal } = options
  const lock = dryRun ? undefined : await takeDataLock({ ...options, doing: 'migrates the data' })
  const done: Ran[] = []
  try {
    // Behind the lock: what another run has just finished is not pending any more.
    for (const pending of await pendingMigrations(options)) {
      done.push(await runMigration(pending.migration, pending, { database, who: options.who, version: options.version, dryRun, rate: options.rate, segments: options.segments ?? 4, signal, progress: options.progress ?? (() => undefined), check: () => lock?.check() }).catch((error: unknown) => {
        throw stopped(error, pending.file, signal)
      }))
    }
    return done
  } finally {
    await lock?.release()
  }
}

function stopped(error: unknown, { file, name }: MigrationFile, signal: AbortSignal): unknown {
  if (signal.aborted) return new UsageError({ code: 'migration-stopped', file, message: `the migration ${name} was stopped`, hint: 'the same command goes on at the last finished batch' })
  // Refusals of AWS have sentences of their own.
  if (isUsageError(error) || (error as { name?: unknown }).name === 'DatabaseError') return error
  return new UsageError({ code: 'migration-failed', file, message: `the migration ${name} stopped at ${messageOf(error)}`, hint: 'run the same command again: it goes on at the last finished batch, and at the first item where you have changed the file' })
}
