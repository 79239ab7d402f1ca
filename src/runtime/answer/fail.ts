// From anything thrown to the one error answer.
import { type ErrorBody, errorIdOf, type HttpError, messageOf, toHttpError } from '../../errors/index.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Failure } from '../exchange/failure.ts'
import type { ErrorDecorator } from '../exchange/types.ts'

/** Renders a failure; the decorator sees every one, and a broken decorator harms none. */
export async function fail(exchange: Exchange, thrown: unknown, decorator: ErrorDecorator | undefined): Promise<Failure> {
  const error = toHttpError(thrown)
  const errorId = errorIdOf(error)
  const told = exchange.platform.config.hideInternalErrors ? toHttpError(error, { hideInternals: true }) : error
  const plain: ErrorBody = { ...told.toBody(), error_id: errorId }
  const body: object = decorator === undefined ? plain : await decorate(exchange, plain, decorator)
  const status = statusOf(body, error)
  const headers = { ...error.headers, 'content-type': 'application/json' }
  return { response: { status, headers, cookies: [], body: print(body, plain) }, error, errorId, failed: error.status >= 500 && error.cause !== undefined && error.cause === thrown ? thrown : error, isHidden: told !== error }
}

// Time of an error decorator; a caller who gets an error should not wait long for it.
const decoratorLimitMs = 1000

async function decorate(exchange: Exchange, plain: ErrorBody, decorator: ErrorDecorator): Promise<object> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not finish within ${decoratorLimitMs} ms`)), decoratorLimitMs)
  })
  try {
    const decorated: unknown = await Promise.race([decorator({ ...plain }), late])
    return typeof decorated === 'object' && decorated !== null && !Array.isArray(decorated) ? decorated : plain
  } catch (cause) {
    exchange.context.log.error(`errorDecorator failed: ${messageOf(cause)}`, { cause })
    return plain
  } finally {
    clearTimeout(timer)
  }
}

// The answer has the status that its body names, where that is one; a body of another shape need not name any.
function statusOf(body: { status?: unknown }, error: HttpError): number {
  const { status } = body
  return typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 999 ? status : error.status
}

function print(body: object, plain: ErrorBody): string {
  try {
    return JSON.stringify(body)
  } catch {
    const { status, error, error_description, error_id } = plain
    return JSON.stringify({ status, error, error_description, error_id })
  }
}
