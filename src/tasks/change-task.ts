// Moves a stored task from one state to the next, however many do so at once.
import type { Database } from '../persist/index.ts'
import { expireInput, readTaskState, replaceTask, type StoredTask, type TaskState } from '../store/index.ts'
import { isOver } from './machine.ts'

/** Days that a task is kept after its end, and its input. */
export interface Retention {
  succeededDays: number
  failedDays: number
  inputDays: number
}

export const usualRetention: Retention = { succeededDays: 7, failedDays: 90, inputDays: 1 }

/**
 * Writes what follows from the state, read again where somebody else has written meanwhile.
 * @returns what is stored then; undefined where the task is gone or the step may not be
 */
export async function changeTask({ database, retention = usualRetention }: { database: Database; retention?: Retention }, stored: StoredTask, step: (state: TaskState) => TaskState | undefined): Promise<StoredTask | undefined> {
  let seen: StoredTask | undefined = stored
  while (seen !== undefined) {
    const next = step(seen.state)
    if (next === undefined) return undefined
    const end = endOf(next, retention)
    const written = await replaceTask(database, seen, { state: next, expires: end?.task })
    if (written !== undefined) {
      // What is kept for redriving is kept with its input.
      if (isOver(next) !== isOver(seen.state)) await expireInput(database, next.id, end?.input)
      return written
    }
    seen = await readTaskState(database, stored.state.id)
  }
  return undefined
}

const dayMs = 86_400_000

function endOf({ status, updated }: TaskState, { succeededDays, failedDays, inputDays }: Retention): { task: number; input: number } | undefined {
  if (status !== 'succeeded' && status !== 'failed' && status !== 'cancelled') return undefined
  const seconds = (days: number): number => Math.ceil((updated + days * dayMs) / 1000)
  return status === 'succeeded' ? { task: seconds(succeededDays), input: seconds(Math.min(inputDays, succeededDays)) } : { task: seconds(failedDays), input: seconds(failedDays) }
}
