// Forgetting requests reaches the tasks that they fired: whatever a filter means of their runs.
import type { Database } from '../persist/index.ts'
import { forgetTask, listedTasks, readTask, type RequestRow, taskDays, type TaskState } from '../store/index.ts'

export interface ForgottenTasks {
  tasks: number
  /** Those that wait or run: without their input they could not. */
  left: number
}

const dayMs = 86_400_000

/** Takes away what is meant of tasks that are over. Bears to be stopped and repeated. */
export async function forgetTasks(database: Database, { from, to, isMeant }: { from: number; to: number; isMeant(row: RequestRow): boolean }): Promise<ForgottenTasks> {
  const done = { tasks: 0, left: 0 }
  for (const day of await taskDays(database, { from, to })) {
    for await (const { id } of listedTasks(database, { from: Math.max(from, day), to: Math.min(to, day + dayMs - 1) })) {
      const found = await readTask(database, id)
      if (found === undefined || isForgotten(found) || !isMeant(rowOf(found.state, found.input))) continue
      const { status } = found.state
      if (status !== 'succeeded' && status !== 'failed' && status !== 'cancelled') done.left += 1
      else if (await forgetTask(database, found)) done.tasks += 1
    }
  }
  return done
}

function isForgotten({ state: { callId }, input }: { state: TaskState; input: string | undefined }): boolean {
  return callId === '' && input === undefined
}

// As the line of its run says it, so that the same filters mean it.
function rowOf({ id, name, created, callId, identity, error, result, steps, key, firedBy }: TaskState, input: string | undefined): RequestRow {
  const operation = `task:${name}`
  const record = { kind: 'request', operation, method: 'TASK', path: `/${name}/${id}`, call_id: callId, task_id: id, fired_by: firedBy, ...(identity === undefined ? {} : { user: identity.id, claims: identity.claims }), ...(error?.error_id === undefined ? {} : { error_id: error.error_id }), said: [input, result, steps, key, error?.error_description] }
  return { started: created, requestId: id, operation, status: error?.status ?? 200, duration: 0, inBytes: 0, outBytes: 0, level: error === undefined ? 'info' : 'error', record: JSON.stringify(record), expires: 0 }
}
