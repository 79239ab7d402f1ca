// What the workers of a stage can run, as they told it: for whoever has their rows and not their code.
import type { Database } from '../persist/index.ts'
import { readState, writeState } from './claim-rows.ts'

export interface KnownTasks {
  /** Runs that may fail, by the name of the task. */
  tasks: Record<string, number>
  /** By the name of the schedule. */
  schedules: Record<string, { task: string; input: unknown; when: string; timezone: string }>
}

const what = { kind: 'task-known', name: 'all' }
const yearSeconds = 366 * 86_400

/** Tells what can be run; writes only where that is something else. */
export async function noteTasks(database: Database, known: KnownTasks): Promise<void> {
  const [state, seen] = [JSON.stringify(known), await readState(database, what)]
  if (seen?.state !== state) await writeState(database, what, { state, seen: seen?.revision, expires: Math.ceil(database.now() / 1000) + yearSeconds })
}

/** What was told last; undefined where nobody told anything. */
export async function knownTasks(database: Database): Promise<KnownTasks | undefined> {
  const seen = await readState(database, what)
  return seen === undefined ? undefined : (JSON.parse(seen.state) as KnownTasks)
}
