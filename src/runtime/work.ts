// Runs work that is not a request in the world of a handler: its context, its time, its line, its reports.
import type { CompiledOperation } from '../openapi/index.ts'
import { fail } from './answer/fail.ts'
import { callInTime } from './call.ts'
import { createContext } from './context.ts'
import type { Exchange } from './exchange/exchange.ts'
import type { Failure } from './exchange/failure.ts'
import type { Context } from './exchange/handler-context.ts'
import { Interruption } from './exchange/interruption.ts'
import { within } from './exchange/running.ts'
import type { ApiRequest, ApiResponse } from './exchange/message.ts'
import type { TaskIds } from './exchange/notes.ts'
import { requestRecord } from './line/make-record.ts'
import { openNotes } from './line/take-notes.ts'
import type { OpenService } from './pipeline.ts'

export interface Work {
  /** What its line, counts and reports stand under, for example `task:sendApproval`. */
  operation: string
  method: string
  path: string
  /** As JSON; it is logged as a body is. */
  input: string
  callId: string
  callPath: string
  timeoutSeconds: number
  slowMs: number
  /** When it has to have ended, whatever time it has; epoch milliseconds. */
  endsAt?: number
  /** Where it may come again and fires tasks. */
  taskIds?: TaskIds
  /** Further fields of its line. */
  fields: Record<string, unknown>
  /** Fills the context and runs; what it throws is what the work failed with. */
  run(context: Context): Promise<unknown>
  /** Called with what it failed with, before its line is written. Its line is told to nobody: a failure that matters is reported here. */
  failed(failure: Failure, context: Context): void
}

export interface StartedWork {
  /** Settles once the line is written; never rejects. */
  ended: Promise<WorkEnd>
  /** Ends it at once, for this reason. */
  end(reason: Error): void
  context: Context
}

export type WorkEnd = { ok: true; value: unknown } | { ok: false; failure: Failure }

/** Starts work; it is listed among what the service runs until it has ended. */
export function startWork(opened: Pick<OpenService, 'service' | 'platform' | 'running'>, work: Work): StartedWork {
  const { platform, service } = opened
  const request: ApiRequest = { method: work.method, path: work.path, query: '', headers: { 'kluecallid': work.callId, 'content-type': 'application/json' }, body: Buffer.from(work.input), sourceIp: '', ...(work.endsAt === undefined ? {} : { endsAt: work.endsAt }) }
  const interruption = new Interruption()
  const startedAt = platform.now()
  const notes = openNotes(startedAt)
  notes.slowMs = work.slowMs
  if (work.taskIds !== undefined) notes.taskIds = work.taskIds
  const context = createContext(platform, request, { service: service.name, interruption, notes })
  context.operationId = work.operation
  context.callPath = work.callPath
  const operation = { id: work.operation, settings: { timeoutSeconds: work.timeoutSeconds } } as CompiledOperation
  const exchange: Exchange = { method: work.method, path: work.path, headers: request.headers, request, platform, context, interruption, startedAt, notes, isFirst: false, match: { kind: 'operation', operation, path: {} } as Exchange['match'] }
  const running = opened.running as Set<Exchange>
  running.add(exchange)
  const ended = runToEnd(exchange, work).finally(() => running.delete(exchange))
  return { ended, end: (reason) => interruption.end(reason), context }
}

async function runToEnd(exchange: Exchange, work: Work): Promise<WorkEnd> {
  const { platform, context, notes } = exchange
  let value: unknown
  let failure: Failure | undefined
  let response: ApiResponse
  try {
    value = await callInTime(exchange, async () => {
      await platform.ready?.()
      const given = await within(context, () => work.run(context))
      for (const step of notes.answered ?? []) await step()
      return given
    })
    response = { status: 200, headers: value === undefined ? {} : { 'content-type': 'application/json' }, cookies: [], body: value === undefined ? '' : JSON.stringify(value) ?? '' }
  } catch (thrown) {
    failure = await fail(exchange, thrown, undefined)
    response = failure.response
    notes.isTold = true
    work.failed(failure, context)
  }
  const record = await requestRecord(exchange, { response, plain: response, failure })
  platform.log({ ...record, ...work.fields })
  return failure === undefined ? { ok: true, value } : { ok: false, failure }
}
