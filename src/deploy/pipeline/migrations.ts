// Migrations as steps of a deployment: those before `live` moves, and those after it has.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrate, migrationStatus, type MigrateOptions, pendingMigrations } from '../../data/work.ts'
import { listMigrations, type MigrationRow } from '../../store/index.ts'
import { type Deploying, isFirst } from './deploying.ts'
import type { Stage } from './open-stage.ts'

/** Whether the project has any. */
export function hasMigrations(root: string): boolean {
  return existsSync(join(root, 'migrations'))
}

/** Names of those that are to run, each of which compiles. Throws a UsageError for what is wrong with them. */
export async function lookAtMigrations({ root, database, tell }: Pick<Stage, 'root' | 'database' | 'tell'>): Promise<string[]> {
  return (await pendingMigrations({ root, database, notice: (note) => tell({ step: 'synth', state: 'says', note }) })).map(({ file, migration }) => `${file.name} (${migration.when})`)
}

/** Runs those that have to be done before `live` moves; what fails keeps it where it is. */
export async function migrateBefore(deploying: Deploying): Promise<string> {
  return await run(deploying, 'before', { when: 'before-live' })
}

/** Runs those that wait for `live`; at a first deployment all of them, because there were no tables before. */
export async function migrateAfter(deploying: Deploying): Promise<string> {
  return await run(deploying, 'after', isFirst(deploying) ? {} : { when: 'after-live' })
}

async function run({ stage, version, wait }: Deploying, step: string, options: Pick<MigrateOptions, 'when'>): Promise<string> {
  const says = (note: string): void => stage.tell({ step, state: 'says', note })
  // A long one is seen to be at work.
  const shown = new AbortController()
  let news = ''
  const telling = tellEvery(shown.signal, () => {
    if (news !== '') says(news)
    news = ''
  })
  try {
    const ran = await migrate({ root: stage.root, database: stage.database, who: stage.who, version, wait, ...options, notice: says, progress: (name, { read, changed, deleted }) => void (news = `${name}: ${read} items read, ${changed} changed${deleted > 0 ? `, ${deleted} deleted` : ''}`) })
    return ran.length === 0 ? 'nothing to do' : ran.map(({ name, counts }) => `${name} ${counts.changed} of ${counts.read} items changed${counts.deleted > 0 ? `, ${counts.deleted} deleted` : ''}`).join('; ')
  } finally {
    shown.abort()
    await telling
  }
}

const tellMs = 5000

async function tellEvery(signal: AbortSignal, tell: () => void): Promise<void> {
  while (!signal.aborted) {
    await sleep(tellMs, undefined, { signal }).catch(() => undefined)
    if (!signal.aborted) tell()
  }
}

/** What a version that fails leaves in the data: nothing takes a migration back. A sentence each. */
export async function keptMigrations({ stage, version }: Pick<Deploying, 'stage' | 'version'>): Promise<string[]> {
  return (await listMigrations(stage.database)).filter((row) => row.version === version && row.when === 'before-live' && (row.counts.changed > 0 || row.counts.deleted > 0)).map((row) => `The data keep what the migration ${row.name} has changed (${countsOf(row)}): what is live works with it, as before-live promises; it does not run again${row.state === 'done' ? '' : ', but goes on at its last finished batch'}`)
}

/** What a rollback to a version that went live at a time has to say of the migrations since. */
export async function migrationsSince(stage: Pick<Stage, 'database'>, { time, version }: { time: string; version: string }): Promise<string[]> {
  return (await listMigrations(stage.database)).filter((row) => (row.ended ?? row.started) > time && row.version !== version).map((row) => `The data keep what the migration ${row.name} has changed since (${countsOf(row)})${row.when === 'after-live' ? ': it is one that waited for the newer version, so see whether this one works with it' : ''}`)
}

function countsOf({ counts }: MigrationRow): string {
  return `${counts.changed} changed, ${counts.deleted} deleted`
}

/** Migrations of the project that have not come to their end on a stage, by name. */
export async function openMigrations(stage: Pick<Stage, 'root' | 'database'>): Promise<string[]> {
  return (await migrationStatus(stage.root, stage.database)).filter(({ state, file }) => state !== 'done' && file !== 'gone').map(({ name }) => name)
}
