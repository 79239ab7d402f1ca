// What runs on a stage at the moment: requests that show themselves, and tasks under way, in one list.
import type { Database } from '../persist/index.ts'
import { listedTasks, listRunning, readTaskState, type RunningRow, type TaskState } from '../store/index.ts'

/** A request or a task that runs. */
export interface Running {
  type: 'request' | 'task'
  /** Of a request the id that `interruptRequests` takes; of a task its id. */
  id: string
  /** operationId, name of a raw route, or `task:<name>`. */
  operation: string
  method?: string
  path?: string
  /** Random name of the process; absent for tasks. */
  instance?: string
  function?: string
  version?: string
  callId: string
  requestId?: string
  user?: string
  /** Epoch milliseconds. */
  started: number
  /** Epoch milliseconds: after this it is over, whatever became of it. */
  until: number
  /** It was interrupted, or cancelled, and has not ended. */
  isCancelled: boolean
  /** Spans and outgoing calls so far, the latest last; for `print_stack`. */
  crumbs: readonly string[]
}

/** What runs, the oldest first, and how many requests more do without showing themselves. */
export async function listWhatRuns(database: Database): Promise<{ running: Running[]; more: number }> {
  const [{ rows, more }, tasks] = await Promise.all([listRunning(database), runningTasks(database)])
  return { running: [...rows.map(ofRequest), ...tasks.map(ofTask)].sort((one, other) => one.started - other.started), more }
}

function ofRequest({ isCancelled, crumbs, ...row }: RunningRow): Running {
  return { type: 'request', ...row, isCancelled: isCancelled === true, crumbs: crumbs ?? [] }
}

function ofTask(state: TaskState): Running {
  const { id, name, callId, updated, leaseUntil, identity, version } = state
  return { type: 'task', id, operation: `task:${name}`, callId, started: updated, until: leaseUntil ?? updated, ...(identity === undefined ? {} : { user: identity.id }), ...(version === '' ? {} : { version }), isCancelled: false, crumbs: [] }
}

const lookBackMs = 86_400_000
const mostTasks = 1000

// A run takes 15 minutes at most, its task may have waited for long: those of the last day are looked through.
async function runningTasks(database: Database): Promise<TaskState[]> {
  const to = database.now()
  const found: TaskState[] = []
  let looked = 0
  for await (const { id } of listedTasks(database, { from: to - lookBackMs, to })) {
    const stored = await readTaskState(database, id)
    if (stored?.state.status === 'running') found.push(stored.state)
    if ((looked += 1) === mostTasks) break
  }
  return found
}
