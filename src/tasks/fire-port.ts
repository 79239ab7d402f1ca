// Accepts tasks: input checked, rows written, messages sent, and that noted.
import { messageOf, UsageError } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import { type FiredFrom, type FireOrder, type TaskPort, validate } from '../runtime/edge.ts'
import type { FiredTask, Task } from '../runtime/index.ts'
import { claimTaskKey, type NewTask, putTasks, putTasksOnce, readTaskState, type TaskIdentity } from '../store/index.ts'
import { changeTask } from './change-task.ts'
import { tickKey } from './clock.ts'
import { cancelled, fired, sent } from './machine.ts'
import type { TaskQueue } from './queue.ts'
import { TASK_INPUT_INVALID, TASK_INPUT_TOO_LARGE } from './task-errors.ts'

export interface FireParts {
  database(): Database
  queue: TaskQueue
  /** The names of the tasks that a worker runs. */
  tasks(): Pick<ReadonlySet<string>, 'has'>
  version: string
  now(): number
  /** Told what does not stop a task from running. */
  fault(sentence: string): void
}

/** Bytes of the largest input. */
export const longestInput: number = 256 * 1024

const yearMs = 366 * 86_400_000
const tickMs = 40 * 86_400_000

/** What `context.fire` is answered by. */
export function openTaskPort(parts: FireParts): TaskPort {
  return {
    async prepare(orders, from) {
      const news = orders.map((order) => prepared(parts, order, from))
      return { accept: (beside) => accept(parts, orders, { news, beside }) }
    },
    async cancel(id) {
      const stored = await readTaskState(parts.database(), id)
      return stored === undefined ? undefined : (await changeTask({ database: parts.database() }, stored, (seen) => cancelled(seen, parts.now())))?.state
    },
  }
}

function prepared(parts: FireParts, { id, task, input, options, owner, tick, once }: FireOrder, from: FiredFrom): NewTask {
  if (!parts.tasks().has(task.name)) throw refused(task, `the task ${task.name} is none of the service's`, 'add it to tasks of defineService')
  const now = parts.now()
  const runAt = timeOf(task, options, now)
  if (options.key !== undefined && (typeof options.key !== 'string' || options.key === '' || options.key.length > 1000)) throw refused(task, 'key must be a text of 1 to 1000 characters')
  const identity = identityOf(from.user)
  const state = fired({
    id, name: task.name, attempts: task.options.attempts, now, runAt, queueDelayMs: parts.queue.longestDelayMs,
    ...(options.key === undefined ? {} : { key: options.key }),
    callId: from.callId, callPath: from.callPath, firedBy: from.operation, ...(identity === undefined ? {} : { identity }), ...(owner === undefined ? {} : { owner }), ...(tick === undefined ? {} : { tick: tick.time }), ...(once === undefined ? {} : { once: true }), version: parts.version,
  })
  return { state, input: inputOf(task, input) }
}

function inputOf({ name, options }: Task, input: unknown): string {
  const text = toJson(input)
  if (text === undefined) throw TASK_INPUT_INVALID(`The input of the task ${name} is no JSON value`)
  if (Buffer.byteLength(text) > longestInput) throw TASK_INPUT_TOO_LARGE(`The input of the task ${name} has ${Buffer.byteLength(text)} bytes, and ${longestInput} is the most: store it and pass its key`)
  const faults = faultsOf({ options }, JSON.parse(text))
  if (faults.length > 0) throw TASK_INPUT_INVALID(`The input of the task ${name} does not fit its schema: ${faults[0]!.pointer} ${faults[0]!.message}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''}`, { errors: faults })
  return text
}

/** What is wrong with an input; completes it with its defaults. */
export function faultsOf({ options: { input } }: Pick<Task, 'options'>, value: unknown): ReturnType<typeof validate> {
  const { input: check } = input.spec.value(input.file)
  return check === undefined ? [] : validate(check, value, '/input')
}

function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

function timeOf(task: Task, { delaySeconds, runAt }: FireOrder['options'], now: number): number {
  if (delaySeconds !== undefined && runAt !== undefined) throw refused(task, 'delaySeconds and runAt exclude each other', 'give one of them')
  if (runAt === undefined) {
    const seconds = delaySeconds ?? task.options.delaySeconds
    if (typeof seconds === 'number' && seconds >= 0 && seconds * 1000 <= yearMs) return now + Math.round(seconds * 1000)
    throw refused(task, `delaySeconds must be a number of seconds from 0 to ${yearMs / 1000}, not ${String(delaySeconds)}`)
  }
  const time = runAt instanceof Date ? runAt.getTime() : Date.parse(runAt)
  if (Number.isFinite(time) && time - now <= yearMs) return Math.max(time, now)
  throw refused(task, `runAt must be a time of at most a year ahead, not ${String(runAt)}`, 'give a Date, or a text such as 2027-01-31T08:00:00Z')
}

function refused(task: Task, message: string, hint?: string): UsageError {
  return new UsageError({ code: 'task-invalid', file: '', pointer: `context.fire(${task.name})`, message, ...(hint === undefined ? {} : { hint }) })
}

function identityOf(user: FiredFrom['user']): TaskIdentity | undefined {
  if (user === undefined) return undefined
  const claims = toJson(user.claims)
  return { id: user.id, issuer: user.issuer, claims: claims === undefined ? {} : (JSON.parse(claims) as TaskIdentity['claims']), ...(user.token === '' ? {} : { hadToken: true as const }) }
}

async function accept(parts: FireParts, orders: readonly FireOrder[], { news, beside }: { news: NewTask[]; beside(work: Promise<unknown>): void }): Promise<FiredTask[]> {
  const database = parts.database()
  const claimed = await Promise.all(news.map(({ state }, index) => claimedBy(parts, orders[index]!, state)))
  const own = news.filter(({ state }, index) => claimed[index] === state.id)
  const [once] = orders.map((order) => order.once)
  const put = once === undefined ? await putTasks(database, own) : await putTasksOnce(database, own, once)
  // The rows are what counts: a message that could not be sent follows with the sweep.
  beside(send(parts, put).catch((error: unknown) => parts.fault(`A message of a task could not be sent, and is sent again within two minutes: ${messageOf(error)}`)))
  return news.map(({ state }, index) => ({ id: claimed[index]!, isNew: claimed[index] === state.id }))
}

async function claimedBy(parts: FireParts, { task, options: { key }, tick }: FireOrder, { id, name, runAt }: NewTask['state']): Promise<string> {
  // Kept for as long as anybody may come with a tick that is late.
  if (tick !== undefined) return claimTaskKey(parts.database(), { ...tickKey(tick.schedule, tick.time), id, until: tick.time + tickMs })
  const window = task.options.key
  return key === undefined || window === 'one-at-a-time' ? id : claimTaskKey(parts.database(), { name, key, id, until: runAt + window.windowSeconds * 1000 })
}

/** Sends messages of tasks that were just written, and notes it. */
async function send({ database, queue, now }: FireParts, tasks: readonly NewTask[]): Promise<void> {
  const due = tasks.filter(({ state }) => state.runAt - now() <= queue.longestDelayMs)
  for (let first = 0; first < due.length; first += 10) {
    const some = due.slice(first, first + 10)
    await queue.send(some.map(({ state }) => ({ id: state.id, delayMs: Math.max(0, state.runAt - now()) })))
    await Promise.all(some.map(({ state }) => changeTask({ database: database() }, { state, revision: 1 }, (seen) => sent(seen, { queue: queue.name, now: now() }))))
  }
}
