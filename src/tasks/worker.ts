// The worker: takes messages, decides whether a task may run now, and runs it.
import type { Database } from '../persist/index.ts'
import { startWork } from '../runtime/edge.ts'
import type { Context, Task } from '../runtime/index.ts'
import { nextWaiter, pausedTasks, readTask, type StoredTask, type TaskState } from '../store/index.ts'
import { changeTask } from './change-task.ts'
import { faultsOf } from './fire-port.ts'
import { isOver, lost, postponed, refused, started } from './machine.ts'
import type { TaskQueue } from './queue.ts'
import { type OpenedService, pauseMs, runTask, tellFailed } from './run-task.ts'
import { groupsOf, takeSlots } from './slots.ts'
import { TASK_INPUT_INVALID, TASK_LOST, TASK_VERSION_MISSING } from './task-errors.ts'

export interface WorkerParts {
  database(): Database
  queue(): TaskQueue
  /** The service of each task, by the task's name. */
  services(): ReadonlyMap<string, { task: Task; service: OpenedService }>
  /** How long a lease lasts, in milliseconds, and whether it is renewed; without renewal it lasts until the end of the invocation. `endsAt`: when a run has to have ended, epoch milliseconds. */
  lease(): { leaseMs: number; renews: boolean; endsAt?: number }
  now(): number
}

export interface Worker {
  /** Handles the message of a task: resolves where it need not come again. */
  receive(id: string): Promise<void>
}

/** Opens a worker; any number of them may work on the same tasks. */
export function openWorker(parts: WorkerParts): Worker {
  let paused: { at: number; names: Promise<ReadonlySet<string>> } | undefined
  // Asked for at most once a second, also by a clock that jumps.
  const isPaused = async (name: string): Promise<boolean> => {
    if (paused === undefined || Math.abs(parts.now() - paused.at) >= 1000) paused = { at: parts.now(), names: pausedTasks(parts.database()) }
    const { names } = paused
    return (await names.catch((error: unknown) => {
      paused = undefined
      throw error
    })).has(name)
  }
  return {
    async receive(id) {
      const found = await readTask(parts.database(), id)
      if (found === undefined) return
      // It may have been woken for a slot that the next one can have now.
      if (isOver(found.state)) return wakeNext(parts, found.state)
      const { state, input } = found
      const now = parts.now()
      if (state.status === 'running') {
        // A message that comes twice, or one whose worker is gone.
        if ((state.leaseUntil ?? 0) <= now) await endLost(parts, found)
        return
      }
      if (state.runAt > now) return void (await parts.queue().send([{ id, delayMs: Math.min(state.runAt - now, parts.queue().longestDelayMs) }]))
      const known = parts.services().get(state.name)
      const faults = known === undefined || input === undefined ? [] : faultsOf(known.task, JSON.parse(input))
      // Nobody has checked what a person types: there is no version that took it.
      if (faults.length > 0 && state.callPath === byHand) return refuse(parts, found, faults[0]!)
      // Another version fired it, or an older one is back: it waits for one that knows it.
      if (known === undefined || input === undefined || faults.length > 0) {
        await postpone(parts, found, 'version')
        return tellWaiting(parts, found)
      }
      if (await isPaused(state.name)) return postpone(parts, found, 'resume')
      await begin(parts, { ...known, stored: found, input })
    },
  }
}

/** The call path of what `klue tasks run` has accepted. */
export const byHand = 'klue-tasks'

async function refuse(parts: WorkerParts, stored: StoredTask, { pointer, message }: ReturnType<typeof faultsOf>[number]): Promise<void> {
  const error = TASK_INPUT_INVALID(`The input of the task ${stored.state.name} does not fit its schema: ${pointer} ${message}`)
  await changeTask({ database: parts.database() }, stored, (seen) => refused(seen, { error: { status: 500, error: error.code, error_description: error.message }, now: parts.now() }))
}

async function begin(parts: WorkerParts, { task, service, stored, input }: { task: Task; service: OpenedService; stored: StoredTask; input: string }): Promise<void> {
  const { state } = stored
  const database = parts.database()
  const { leaseMs, renews, endsAt } = parts.lease()
  const until = parts.now() + leaseMs
  const slots = await takeSlots(database, groupsOf(task, state), { holder: `${state.id}#${state.lease + 1}`, until, state })
  if (slots === undefined) return postpone(parts, stored, 'slot')
  try {
    const running = await changeTask({ database }, stored, (seen) => started(seen, { now: parts.now(), leaseUntil: until }))
    if (running !== undefined) await runTask({ task, stored: running, input, slots, database, service, queue: parts.queue(), leaseMs, renews, ...(endsAt === undefined ? {} : { endsAt }) })
  } finally {
    const woken = await slots.free()
    if (woken.length > 0) await parts.queue().send(woken.map((id) => ({ id, delayMs: 0 })))
  }
}

async function wakeNext(parts: WorkerParts, state: TaskState): Promise<void> {
  const known = parts.services().get(state.name)
  for (const group of known === undefined ? [] : groupsOf(known.task, state)) {
    const next = await nextWaiter(parts.database(), group)
    if (next !== undefined) await parts.queue().send([{ id: next, delayMs: 0 }])
  }
}

/** Pauses of a task that waits: a minute, doubled each time, up to an hour. */
export function waitMs(looks: number): number {
  return Math.min(60_000 * 2 ** Math.min(looks, 10), 3_600_000)
}

async function postpone(parts: WorkerParts, stored: StoredTask, waits: NonNullable<TaskState['waits']>): Promise<void> {
  await changeTask({ database: parts.database() }, stored, (seen) => postponed(seen, { waits, now: parts.now(), pauseMs: waits === 'resume' ? 15_000 : Math.min(waitMs(seen.looks), parts.queue().longestPauseMs) }))
}

/** Ends a run whose lease ran out: it counts as one that failed. */
export async function endLost(parts: WorkerParts, stored: StoredTask): Promise<void> {
  const known = parts.services().get(stored.state.name)
  const now = parts.now()
  const error = TASK_LOST(`The worker that ran the task ${stored.state.name} ended before the task did`)
  const retries = known !== undefined && stored.state.attempt + 1 < stored.state.attempts
  const failure = { error: { status: 500, error: error.code, error_description: error.message }, now, queueDelayMs: parts.queue().longestDelayMs, ...(retries ? { retryInMs: pauseMs(known.task, stored.state.attempt) } : {}) }
  const next = await changeTask({ database: parts.database(), ...(known === undefined ? {} : { retention: known.task.options.retain }) }, stored, (seen) => lost(seen, failure))
  if (next === undefined) return
  const { state } = next
  if (!isOver(state)) return void (await parts.queue().send([{ id: state.id, delayMs: Math.min(Math.max(0, state.runAt - now), parts.queue().longestDelayMs) }]))
  await wakeNext(parts, state)
  if (known !== undefined) await tellEnd(known.service, { stored, error, failed: (context) => tellFailed(known.task, { state: stored.state, context, thrown: error }) })
}

const longWaitMs = 3_600_000

// A rollback may be over soon: who waits for longer is told of, with each look.
async function tellWaiting(parts: WorkerParts, stored: StoredTask): Promise<void> {
  const { name, runAt, version } = stored.state
  const service = parts.services().get(name)?.service ?? [...parts.services().values()][0]?.service
  if (service === undefined || parts.now() - runAt < longWaitMs) return
  const error = TASK_VERSION_MISSING(`The task ${name}${version === '' ? '' : `, fired by version ${version},`} waits for a version that knows it and takes its input`)
  await tellEnd(service, { stored, error, failed: (context) => context.reportError(error.message, { caught: error, data: { task_id: stored.state.id } }) })
}

// What has no run leaves no line, so this is its line.
async function tellEnd(service: OpenedService, { stored: { state }, error, failed }: { stored: StoredTask; error: Error; failed(context: Context): void }): Promise<void> {
  const work = startWork(service, {
    operation: `task:${state.name}`, method: 'TASK', path: `/${state.name}/${state.id}`, input: '', callId: state.callId, callPath: state.callPath, timeoutSeconds: 10, slowMs: 900_000,
    fields: { task_id: state.id, task_attempt: state.attempt + 1, fired_by: state.firedBy },
    failed: (_failure, context) => failed(context),
    run: () => Promise.reject(error),
  })
  await work.ended
}
