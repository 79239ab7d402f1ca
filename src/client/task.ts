// Operations that run as tasks, for callers: begun, waited for, looked at, cancelled.
import { catalog, type ErrorBody, fromCalledApi, HttpError } from '../errors/index.ts'
import type { ClientOperation, ClientSpec } from '../openapi/table.ts'
import { clockOf } from './attempts.ts'
import { exchange } from './exchange.ts'
import { type CallInput, type CallOptions, type ClientOptions, valueOf } from './options.ts'
import { successBody } from './outcome.ts'
import { nameOf } from './send.ts'
import type { Exchange, TaskCallOptions, TaskHandle, TaskSnapshot, WaitOptions } from './types.ts'

interface Begun {
  spec: ClientSpec
  operation: ClientOperation
  base: string
  options: ClientOptions
}

/** Seconds for which the service is asked to wait for the answer itself. */
const preferredSeconds = 5
const firstPauseMs = 250
const longestPauseMs = 2000
/** A run takes no longer than this; attempts may. */
const usualTimeoutMs = 900_000

/** The method of an operation that runs as a task: `run` and the method itself give its result, `fire` a handle on it. */
export function taskMethod(begun: Begun): object {
  const run = async (input: CallInput = {}, { onProgress, taskTimeoutMs, cancelOnAbort, ...call }: TaskCallOptions = {}): Promise<unknown> => {
    const answer = await send(begun, input, { ...call, headers: { prefer: `wait=${waitSeconds(begun.options, call)}`, ...call.headers } })
    if (answer.status !== 202) return successBody(begun.spec.api, begun.operation, answer)
    const handle = handleOf(begun, answer, call)
    if (onProgress !== undefined) handle.onProgress(onProgress)
    return handle.wait({ ...(taskTimeoutMs === undefined ? {} : { timeoutMs: taskTimeoutMs }), ...(call.signal === undefined ? {} : { signal: call.signal }), ...(cancelOnAbort === undefined ? {} : { cancelOnAbort }) })
  }
  const fire = async (input: CallInput = {}, call: CallOptions = {}): Promise<TaskHandle> => {
    const answer = await send(begun, input, call)
    // An error is thrown as by any other method.
    if (answer.status !== 202) throw unexpected(begun, answer)
    return handleOf(begun, answer, call)
  }
  return Object.assign(run, { run, fire })
}

function send({ spec, operation, base, options }: Begun, input: CallInput, call: CallOptions): Promise<Exchange> {
  return exchange({ spec, base, operation, options, input, call })
}

// The attempt itself must not end before the answer that it waits for.
function waitSeconds({ timeoutMs: usual = 10_000 }: ClientOptions, { timeoutMs = usual }: CallOptions): number {
  return Math.min(preferredSeconds, Math.floor(timeoutMs / 2000))
}

function unexpected({ spec, operation }: Begun, answer: Exchange): unknown {
  const body = successBody(spec.api, operation, answer)
  return catalog.BACKEND_RESPONSE_INVALID(`${nameOf(spec.api, operation)} answered ${answer.status} and no task`, { fields: { backend_status: answer.status, ...(body === undefined ? {} : { content: JSON.stringify(body).slice(0, 2000) }) } })
}

function handleOf(begun: Begun, answer: Exchange, { signal: _, headers: __, idempotencyKey: ___, ...call }: CallOptions): TaskHandle {
  const path = pathOf(begun, answer)
  const envelope = begun.operation.settings.task?.envelope
  let seen = snapshotOf(begun, envelope === undefined ? answer.body : (answer.body as Record<string, unknown> | undefined)?.[envelope])
  const listeners = new Set<(fraction: number, task: TaskSnapshot) => void>()
  const ask = async (method: 'GET' | 'DELETE', signal?: AbortSignal): Promise<TaskSnapshot> => {
    const { id, clientName, security } = begun.operation
    const operation: ClientOperation = { id: `the task of ${id}`, clientName, method, path, parameters: [], security, settings: {}, replies: [{ status: '200', media: ['application/json'] }] }
    const found = await send({ ...begun, operation }, {}, { ...call, ...(signal === undefined ? {} : { signal }) })
    const before = seen.progress
    seen = snapshotOf(begun, successBody(begun.spec.api, operation, found))
    if (seen.progress !== undefined && seen.progress !== before) for (const listener of listeners) listener(seen.progress, seen)
    return seen
  }
  return {
    id: seen.id,
    get task() {
      return seen
    },
    look: () => ask('GET'),
    cancel: () => ask('DELETE'),
    onProgress(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    wait: (options = {}) => waitFor(begun, { options, look: (signal) => ask('GET', signal), cancel: () => ask('DELETE'), first: seen }),
  }
}

// Only at the service that was asked: credentials go along.
function pathOf({ spec, operation, base }: Begun, { headers, url }: Exchange): string {
  const location = headers.get('location') ?? ''
  const target = location !== '' && URL.canParse(location, url) ? new URL(location, url) : undefined
  const own = new URL(base)
  if (target === undefined || target.origin !== own.origin) throw catalog.BACKEND_RESPONSE_INVALID(`${nameOf(spec.api, operation)} answered 202 ${target === undefined ? 'without the Location of its task' : 'with a task at another host'}`, { fields: { backend_status: 202 } })
  // A gateway may serve it below a path of which it does not know.
  const below = own.pathname.replace(/\/+$/, '')
  const { pathname } = target
  return (below !== '' && pathname.startsWith(`${below}/`) ? pathname.slice(below.length) : pathname).replaceAll('{', '%7B')
}

function snapshotOf({ spec, operation }: Begun, value: unknown): TaskSnapshot {
  const { id, status } = (value ?? {}) as Partial<TaskSnapshot>
  if (typeof id === 'string' && typeof status === 'string') return value as TaskSnapshot
  throw catalog.BACKEND_RESPONSE_INVALID(`${nameOf(spec.api, operation)} answered something that is no task`)
}

interface Waiting {
  options: WaitOptions
  first: TaskSnapshot
  look(signal: AbortSignal | undefined): Promise<TaskSnapshot>
  cancel(): Promise<TaskSnapshot>
}

async function waitFor(begun: Begun, { options: { timeoutMs = usualTimeoutMs, signal, cancelOnAbort = false }, first, look, cancel }: Waiting): Promise<unknown> {
  const clock = clockOf(begun.options)
  const until = Math.min(clock.now() + timeoutMs, (await valueOf(begun.options.deadline)) ?? Number.POSITIVE_INFINITY)
  let task = first
  try {
    // Whatever else a service calls a state is an end.
    for (let pauseMs = firstPauseMs; task.status === 'waiting' || task.status === 'running'; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
      signal?.throwIfAborted()
      const left = until - clock.now()
      if (left <= 0) throw catalog.BACKEND_TIMEOUT(`${nameOf(begun.spec.api, begun.operation)}: the task ${task.id} has not come to its end in time`, { fields: { task: task.id, ...(task.progress === undefined ? {} : { progress: task.progress }) } })
      await clock.sleep(Math.min(pauseMs, left), signal)
      task = await look(signal)
    }
  } catch (error) {
    if (signal?.aborted === true && cancelOnAbort) await cancel().catch(() => undefined)
    throw error
  }
  if (task.status === 'succeeded') return task.result
  if (task.error !== undefined) throw fromCalledApi(task.error as unknown as ErrorBody)
  throw new HttpError({ status: 409, code: 'TASK_CANCELLED' }, `${nameOf(begun.spec.api, begun.operation)}: the task ${task.id} is ${task.status}`, { fields: { task: task.id } })
}
