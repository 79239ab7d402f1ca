// From anything thrown to the one error answer.
import { type ErrorBody, type HttpError, messageOf, toHttpError, withErrorId } from '../errors/index.ts'
import type { Exchange } from './exchange.ts'
import type { ApiResponse } from './message.ts'
import type { ErrorDecorator } from './service.ts'

/** An error answer with the error that it tells of. */
export interface Failure {
  response: ApiResponse
  error: HttpError
  errorId: string
}

/** Renders a failure; the decorator sees every one, and a broken decorator harms none. */
export async function fail(exchange: Exchange, thrown: unknown, decorator: ErrorDecorator | undefined): Promise<Failure> {
  const error = toHttpError(thrown, { hideInternals: exchange.platform.config.hideInternalErrors })
  const errorId = withErrorId(error)
  const plain: ErrorBody = { ...error.toBody(), error_id: errorId }
  const body = decorator === undefined ? plain : await decorate(exchange, plain, decorator)
  const headers = { ...error.headers, 'content-type': 'application/json' }
  return { response: { status: statusOf(body, error), headers, cookies: [], body: print(body, plain) }, error, errorId }
}

async function decorate(exchange: Exchange, plain: ErrorBody, decorator: ErrorDecorator): Promise<ErrorBody> {
  try {
    return (await decorator({ ...plain })) ?? plain
  } catch (cause) {
    exchange.context.log.error(`errorDecorator failed: ${messageOf(cause)}`, { cause })
    return plain
  }
}

// The status inside the body is what the caller is told; the answer's own follows it.
function statusOf(body: ErrorBody, error: HttpError): number {
  return Number.isInteger(body.status) && body.status >= 200 && body.status <= 999 ? body.status : error.status
}

function print(body: ErrorBody, plain: ErrorBody): string {
  try {
    return JSON.stringify(body)
  } catch {
    const { status, error, error_description, error_id } = plain
    return JSON.stringify({ status, error, error_description, error_id })
  }
}
