// One run of a task under its lease: kept while the handler works, recorded when it ends, aborted where the lease is gone.
import { messageOf } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import { type OpenService, type StartedWork, startWork, validate, type WorkEnd } from '../runtime/edge.ts'
import type { Context, Task } from '../runtime/index.ts'
import { readTaskState, type StoredTask, type TaskState } from '../store/index.ts'
import { changeTask } from './change-task.ts'
import { failed, holds, type RunFailure, renewed, succeeded } from './machine.ts'
import type { TaskQueue } from './queue.ts'
import type { HeldSlots } from './slots.ts'
import { toTaskContext, userOf } from './task-context.ts'
import { TASK_ENDED, TASK_RESULT_INVALID } from './task-errors.ts'

/** What of a service that an edge has started runs need. */
export type OpenedService = Pick<OpenService, 'service' | 'platform' | 'running'>

export interface TaskRun {
  task: Task
  /** With the lease of this run. */
  stored: StoredTask
  /** As JSON. */
  input: string
  slots: HeldSlots
  database: Database
  service: OpenedService
  queue: TaskQueue
  /** How long a lease lasts from now. */
  leaseMs: number
  /** Whether the lease is kept by renewing it; else it lasts as long as the run may. */
  renews: boolean
  /** When it has to have ended, whatever time the task has; epoch milliseconds. */
  endsAt?: number
}

/** Characters of the largest result, as JSON. */
const longestResult = 100_000

/** Runs it; settles when its end is recorded, or its lease is known to be gone. */
export async function runTask(run: TaskRun): Promise<void> {
  const { task, stored: { state }, database, service, leaseMs } = run
  const { platform } = service
  const { lease } = state
  let [stored, isGone, progress] = [run.stored, false, undefined as number | undefined]
  let writing: Promise<unknown> = Promise.resolve()
  let work: StartedWork | undefined
  const gone = (): void => {
    isGone = true
    work?.end(TASK_ENDED(`The task ${task.name} was cancelled, or another worker has taken it over`))
  }
  // One write after the other, so that they do not fail by each other.
  const write = (step: (seen: TaskState) => TaskState | undefined): Promise<void> => {
    const written = writing.then(async () => {
      if (isGone) throw TASK_ENDED()
      const next = await changeTask({ database, retention: task.options.retain }, stored, step)
      if (next !== undefined) return void (stored = next)
      gone()
      throw TASK_ENDED()
    })
    writing = written.catch(() => undefined)
    return written
  }
  // Without anything to write a look is enough to see that the task was cancelled.
  const look = async (): Promise<void> => {
    const seen = await readTaskState(database, state.id)
    if (seen === undefined || !holds(seen.state, lease)) gone()
  }
  const keep = async (): Promise<void> => {
    const said = progress
    progress = undefined
    const leaseUntil = platform.now() + leaseMs
    if (!run.renews && said === undefined) return look()
    await write((seen) => renewed(seen, { lease, ...(run.renews ? { leaseUntil } : {}), ...(said === undefined ? {} : { progress: said }) }))
    if (run.renews && !(await run.slots.keep(leaseUntil))) gone()
  }
  // A database that does not answer costs the lease only when that is over.
  const timer = setInterval(() => void keep().catch(() => (platform.now() > (stored.state.leaseUntil ?? 0) ? gone() : undefined)), Math.min(leaseMs / 3, 5000))
  work = startWork(service, {
    operation: `task:${task.name}`, method: 'TASK', path: `/${task.name}/${state.id}`, input: run.input, callId: state.callId, callPath: state.callPath,
    timeoutSeconds: task.options.timeoutSeconds, slowMs: task.options.slowMs, ...(run.endsAt === undefined ? {} : { endsAt: run.endsAt }),
    ...(state.once === undefined ? {} : { taskIds: { seed: state.id, isRepeated: lease > 1, fired: new Map() } }),
    fields: { task_id: state.id, task_attempt: state.attempt + 1, fired_by: state.firedBy },
    failed: (failure, context) => {
      // Told before it is recorded: a stop in between tells twice rather than never.
      if (!isGone && !retries(run, failure) && !isRefusal(state, failure)) tellFailed(task, { state, context, thrown: failure.failed })
    },
    run: async (context) => {
      const user = await userOf(platform, task, state)
      context.user = user
      const given = toTaskContext(context, { state, record: (step) => write((seen) => renewed(seen, { lease, step })), progress: (fraction) => void (progress = fraction) })
      return checkedResult(task, await task.handler(inputOf(run) as never, given as never))
    },
  })
  const end = await work.ended
  clearInterval(timer)
  await writing
  if (!isGone) await record(run, { write, end })
}

/** What a handler is given: with its defaults, and its own copy each time. */
function inputOf({ task: { options: { input } }, input: text }: TaskRun): unknown {
  const value = JSON.parse(text) as unknown
  const { input: check } = input.spec.value(input.file)
  if (check !== undefined) validate(check, value, '/input')
  return value
}

function checkedResult({ name, options: { result } }: Task, value: unknown): unknown {
  if (result === undefined || value === undefined) return undefined
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (cause) {
    throw TASK_RESULT_INVALID(`The result of the task ${name} is no JSON value: ${messageOf(cause)}`, { cause })
  }
  if (text === undefined || text.length > longestResult) throw TASK_RESULT_INVALID(text === undefined ? `The result of the task ${name} is no JSON value` : `The result of the task ${name} has ${text.length} characters, and ${longestResult} is the most: store it and return its key`)
  const plain = JSON.parse(text) as unknown
  const { result: check } = result.spec.value(result.file)
  const faults = check === undefined ? [] : validate(check, plain, '/result')
  if (faults.length > 0) throw TASK_RESULT_INVALID(`The result of the task ${name} does not fit its schema: ${faults[0]!.pointer} ${faults[0]!.message}`, { errors: faults })
  return plain
}

interface Ending {
  write(step: (seen: TaskState) => TaskState | undefined): Promise<void>
  end: WorkEnd
}

async function record(run: TaskRun, { write, end }: Ending): Promise<void> {
  const { task, stored: { state }, service: { platform }, queue } = run
  const { lease } = state
  const now = platform.now()
  if (end.ok) return write((seen) => succeeded(seen, { lease, now, result: end.value })).catch(goneOrFailed)
  const { error, errorId } = end.failure
  const { status, error: code, error_description: text } = error.toBody()
  const pause = retries(run, end.failure) ? pauseMs(task, state.attempt) : undefined
  const failure: RunFailure = { error: { status, error: code, error_description: text.slice(0, 2000), error_id: errorId, ...toldOf(state, end.failure) }, now, queueDelayMs: queue.longestDelayMs, ...(pause === undefined ? {} : { retryInMs: pause }) }
  await write((seen) => failed(seen, { lease, ...failure })).catch(goneOrFailed)
  // Where this fails the sweep sends it.
  if (pause !== undefined && pause <= queue.longestDelayMs) await queue.send([{ id: state.id, delayMs: pause }])
}

function retries({ stored: { state } }: TaskRun, failure: { error: { status: number; retry?: boolean } }): boolean {
  return failure.error.retry !== false && !isRefusal(state, failure) && state.attempt + 1 < state.attempts
}

// What an operation refuses is its answer, however often it is asked.
function isRefusal({ owner }: TaskState, { error }: { error: { status: number } }): boolean {
  return owner !== undefined && error.status < 500
}

/** Characters of the largest error answer that is kept whole. */
const longestTold = 8000

// As an answer at once would have told it: `hide_internal_errors` counts.
function toldOf({ owner }: TaskState, { response: { body } }: { response: { body: string | Uint8Array } }): { told?: Record<string, unknown> } {
  return owner === undefined || typeof body !== 'string' || body.length > longestTold ? {} : { told: JSON.parse(body) as Record<string, unknown> }
}

/** Reports a task that is given up. */
export function tellFailed(task: Pick<Task, 'name'>, { state, context, thrown }: { state: TaskState; context: Context; thrown: unknown }): void {
  const runs = state.attempt + 1
  context.reportError(`the task ${task.name} failed after ${runs === 1 ? 'one run' : `${runs} runs`}: ${messageOf(thrown)}`, { caught: thrown, fatal: true, data: { task_id: state.id, key: state.key } })
}

// What could not be recorded is a lease that runs out: the task is run again.
function goneOrFailed(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'TASK_ENDED') throw error
}

/** Milliseconds until the next run: doubled each time, and up to a fifth more or less, so that what failed together does not come together. */
export function pauseMs({ options: { backoff } }: Task, attempt: number, random: number = Math.random()): number {
  return Math.round(Math.min(backoff.firstSeconds * 2 ** Math.min(attempt, 30), backoff.maxSeconds) * 1000 * (0.8 + 0.4 * random))
}
