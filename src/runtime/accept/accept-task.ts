// The step call of an operation that runs as a task: it is accepted, waited for where the caller asks for that, and answered.
import { catalog, fromErrorBody, UsageError } from '../../errors/index.ts'
import { keyedHash, readTaskState, type TaskState } from '../../store/index.ts'
import type { ApiSpec } from '../api/api-spec.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { ApiResponse } from '../exchange/message.ts'
import { reply, type Reply } from '../exchange/reply.ts'
import type { Task } from '../exchange/task.ts'
import { principalOf } from '../idempotency/read-key.ts'
import { nextTaskId, onceOf } from '../idempotency/task-ids.ts'
import type { KeptResult } from './kept-result.ts'
import { operationTask } from './operation-task.ts'
import { toStored } from './to-stored.ts'
import { toResource } from './task-resource.ts'

/** Whose a task is that belongs to whoever knows its id. */
export const anyone = 'anyone'

/** Accepts the task of a checked request. Gives its 202, or nothing where the exchange has its answer already; throws what the operation failed with. */
export async function acceptTask(exchange: Exchange): Promise<Reply | undefined> {
  const { operation, platform, context, notes, request, headers } = exchange
  const { spec } = exchange.api!
  if (platform.tasks === undefined) throw new UsageError({ code: 'tasks-missing', file: '', pointer: operation!.id, message: 'nothing runs tasks here', hint: 'serve it by klue dev, klue test or a deployed stage, which run tasks' })
  // Checked already: what it is checked with again belongs to the worker.
  const task = operationTask(spec, operation!, { handler: () => undefined, fits: () => true })
  const from = { callId: context.callId, callPath: context.callPath, operation: context.operationId, user: context.user }
  const id = await idOf(exchange, task)
  const order = { id, task, input: toStored(request, operation!, spec.table.securitySchemes), options: {}, owner: await ownerOf(exchange), ...onceOf(notes) }
  const prepared = await platform.tasks().prepare([order], from).catch((error: unknown) => {
    throw (error as { code?: unknown }).code === 'TASK_INPUT_TOO_LARGE' ? catalog.PAYLOAD_TOO_LARGE(`The request of ${operation!.id} is larger than the 262144 bytes that a task takes`, { cause: error }) : error
  })
  await prepared.accept((work) => void notes.pending.push(work))
  const waited = await waitFor(exchange, { id, seconds: secondsOf(headers['prefer']) })
  if (waited?.status === 'succeeded') {
    const answer = fromKeptResult(waited.result as KeptResult)
    exchange.answer = { ...answer, headers: { ...answer.headers, 'preference-applied': 'wait' } }
    return undefined
  }
  if (waited?.status === 'failed') throw Object.assign(fromErrorBody((waited.error!.told ?? waited.error) as never), { headers: { 'preference-applied': 'wait' } })
  const state = waited ?? { id, status: 'queued' as const, created: platform.now(), updated: platform.now() }
  const resource = toResource(state as TaskState)
  const { envelope } = operation!.settings.task!
  return reply(202, envelope === undefined ? resource : { [envelope]: resource }, { headers: { location: `${tasksPathOf(spec, platform.config)}/${id}` } })
}

// Of a request that comes again: the task that its last attempt left, unless that has failed.
async function idOf({ platform, notes }: Exchange, { name }: Pick<Task, 'name'>): Promise<string> {
  for (;;) {
    const id = nextTaskId(notes, name)
    const status = notes.taskIds?.isRepeated === true ? (await readTaskState(platform.database(), id))?.state.status : undefined
    if (status !== 'failed' && status !== 'cancelled') return id
  }
}

/** Where the tasks of an API are to be seen. */
export function tasksPathOf({ table }: ApiSpec, { basePath, tasksPath }: { basePath: boolean; tasksPath: string }): string {
  return `${basePath ? table.basePath : ''}${tasksPath}`
}

/** What stands for whoever may see the task of a request. */
export async function ownerOf(exchange: Exchange): Promise<string> {
  return exchange.context.user === undefined ? anyone : keyedHash(exchange.platform.database(), JSON.stringify(principalOf(exchange)))
}

// RFC 7240: `wait=5`, beside other preferences.
function secondsOf(header: string | undefined): number {
  return Number(/(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?(?=$|[,;\s])/i.exec(header ?? '')?.[1] ?? 0)
}

// Time in which the answer itself is made and sent.
const marginMs = 500

/** Waits for the end of a task, no longer than the request may take; gives it as it stands then. */
async function waitFor({ platform, context, interruption }: Exchange, { id, seconds }: { id: string; seconds: number }): Promise<TaskState | undefined> {
  if (seconds === 0) return undefined
  const until = Math.min(platform.now() + seconds * 1000, context.endsAt - marginMs)
  const database = platform.database()
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, 1000)) {
    const left = until - platform.now()
    if (left <= 0) return (await readTaskState(database, id))?.state
    await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, left)))
    interruption.throwIfEnded()
    const state = (await readTaskState(database, id))?.state
    if (state === undefined || ['succeeded', 'failed', 'cancelled'].includes(state.status)) return state
  }
}

// The answer as it was given.
function fromKeptResult({ status, headers, body, text, bytes }: KeptResult): ApiResponse {
  return { status, headers: { ...headers }, cookies: [], body: bytes === undefined ? (body === undefined ? text ?? '' : JSON.stringify(body)) : Buffer.from(bytes, 'base64') }
}
