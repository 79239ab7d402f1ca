// Tasks that are accepted and not over, by name: what a version has to know that takes over.
import type { Database } from '../persist/index.ts'
import { dueMinutes, type DueTask, dueTasks, readTaskState, taskShards } from './task-rows.ts'

const hourMs = 3_600_000
const yearMs = 366 * 24 * hourMs
const minuteMs = 60_000
// Of minutes that have rows; each is 16 reads at the same time.
const mostMinutes = 300
const mostAtOnce = 25

/** How many tasks of each name wait or run: at least, because it looks at 300 minutes and `most` (default 1,000) tasks, those first that are due first. */
export async function waitingTasks(database: Database, most = 1000): Promise<Map<string, number>> {
  const now = database.now()
  const due: DueTask[] = []
  for (const minute of (await dueMinutes(database, { from: now - hourMs, to: now + yearMs })).slice(0, mostMinutes)) {
    if (due.length >= most) break
    const found = await Promise.all(Array.from({ length: taskShards }, (_, shard) => dueTasks(database, { minute, shard, until: minute + minuteMs, limit: 100 })))
    due.push(...found.flat())
  }
  const waiting = new Map<string, string>()
  for (let at = 0; at < Math.min(due.length, most); at += mostAtOnce) {
    for (const stored of await Promise.all(due.slice(at, at + mostAtOnce).map(({ id }) => readTaskState(database, id)))) {
      // What is over may still have a row, until the sweep comes by.
      if (stored?.state.lookAt !== undefined) waiting.set(stored.state.id, stored.state.name)
    }
  }
  const counts = new Map<string, number>()
  for (const name of waiting.values()) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
