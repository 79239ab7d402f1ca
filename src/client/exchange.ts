// One call from its input to its answer: the request is written, sent, and its answer read.
import { isHttpError } from '../errors/index.ts'
import { readAnswer } from './answer.ts'
import { sendWithAttempts } from './attempts.ts'
import type { Call } from './call.ts'
import { withKey } from './idempotency.ts'
import { requestOf } from './request.ts'
import type { Exchange } from './types.ts'

/** Calls an operation; resolves for every status. */
export async function exchange(given: Call): Promise<Exchange> {
  given.call.signal?.throwIfAborted()
  const call = withKey(given)
  const request = await requestOf(call)
  const ended = call.options.onCall?.({ operationId: call.operation.id, method: request.method, url: request.url })
  const { attempts, ...answer } = await sendWithAttempts(call, request).catch((error: unknown) => {
    ended?.({ code: isHttpError(error) ? error.code : 'ABORTED' })
    throw error
  })
  ended?.({ status: answer.status })
  return { operationId: call.operation.id, method: request.method, url: request.url, attempts, status: answer.status, headers: answer.headers, bytes: answer.bytes, ...readAnswer(answer, call.operation) }
}
