// Runs an operation in a worker: the request that was accepted, checked anew, its handler, and its answer as it is kept.
import { catalog } from '../../errors/index.ts'
import type { CompiledOperation } from '../../openapi/index.ts'
import { checkResponse } from '../answer/check-response.ts'
import { collect } from '../answer/collect.ts'
import { render } from '../answer/render.ts'
import { findOperation, toSegments } from '../api/match.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { TaskContext } from '../exchange/task-context.ts'
import { withForms } from '../input/lazy-forms.ts'
import { validateRequest } from '../input/validate.ts'
import type { KeptResult } from './kept-result.ts'
import { toKeptResult } from './to-kept-result.ts'
import { fromStored } from './from-stored.ts'
import type { StoredRequest } from './stored-request.ts'
import type { TaskApi, TaskService } from './task-service.ts'

/** Gives the answer of the handler; throws what it throws. */
export async function runOperation({ service: { platform }, api, operation: { id } }: { service: TaskService; api: TaskApi; operation: CompiledOperation }, stored: StoredRequest, context: TaskContext): Promise<KeptResult> {
  const request = fromStored(stored)
  const { method, path, headers } = request
  const match = findOperation(api.spec.table, method, toSegments(path, request.pathIsDecoded === true))
  if (match.kind !== 'operation' || match.operation.id !== id) throw catalog.NOT_FOUND(`No operation answers at ${path}`)
  const { operation } = match
  // The parts that checking and answering look at: its line is that of the run.
  const exchange = { method, path, headers, request, platform, context, match, api, operation, startedAt: platform.now() } as unknown as Exchange
  const value = await withForms(exchange, async () => {
    const { input, faults } = validateRequest(api.spec, operation, exchange)
    if (faults.length > 0) throw catalog.INVALID_PARAMETER(`${faults[0]!.pointer} ${faults[0]!.message}`, { errors: faults })
    const handler = api.handlers[id] as ((input: unknown, context: TaskContext) => unknown) | undefined
    if (handler === undefined) throw catalog.NOT_IMPLEMENTED(`No handler is bound to ${id}`)
    return collect(await handler(input, context), platform.config.responseLimitBytes)
  })
  const rendered = render(operation, value, { accept: headers['accept'], api })
  await checkResponse(exchange, rendered)
  return toKeptResult(rendered.response)
}
