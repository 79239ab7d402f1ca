// From an exchange to what a method gives: the body of a success, or a thrown error.
import { catalog, type ErrorBody, fromCalledApi, isError } from '../errors/index.ts'
import type { ClientOperation } from '../openapi/table.ts'
import { textOf } from './answer.ts'
import { nameOf } from './send.ts'
import type { Exchange } from './types.ts'

const longestContent = 2000

/**
 * The body of a success. Throws the error that the API answered with, or BACKEND_RESPONSE_INVALID
 * with `backend_status` and the first 2,000 characters of the answer as `content`.
 */
export function successBody(api: string, operation: ClientOperation, exchange: Exchange): unknown {
  const { status, body } = exchange
  const isSuccess = status >= 200 && status < 300
  // An error may come with status 200; its own status then counts.
  if ((isSuccess || status >= 400) && isError(body)) throw fromCalledApi(body as ErrorBody)
  if (isSuccess && exchange.fault === undefined) return body
  throw catalog.BACKEND_RESPONSE_INVALID(`${nameOf(api, operation)} answered ${status}: ${reason(exchange)}`, { fields: { backend_status: status, content: textOf(exchange.bytes, exchange.headers.get('content-type') ?? '').slice(0, longestContent) } })
}

function reason({ status, fault }: Exchange): string {
  if (status >= 300 && status < 400) return 'a redirect, which is not followed'
  return fault ?? 'an error that is none of klue'
}
