// From anything thrown or returned to the one JSON error shape.
import { ITEM_TOO_LARGE, UNHANDLED_SERVER_ERROR, VALUE_NOT_STORABLE } from './catalog.ts'
import { type ErrorBody, HttpError, isHttpError, messageOf } from './http-error.ts'
import { isTooLarge, isUnstorable } from './unstorable.ts'

/**
 * Whether a value is an error: an HttpError, or an object with `error`, `error_description` and `status`
 * (the body of an error answer of this or another service).
 */
export function isError(value: unknown): value is ErrorBody | HttpError {
  if (isHttpError(value)) return true
  if (typeof value !== 'object' || value === null) return false
  const body = value as Record<string, unknown>
  return typeof body['error'] === 'string' && typeof body['error_description'] === 'string' && Number.isInteger(body['status'])
}

/**
 * The error that stands for anything thrown or returned as a failure; an unknown exception becomes 500 UNHANDLED_SERVER_ERROR with its text.
 * With `hideInternals` it is the error as callers may see it: without the texts of exceptions, of called APIs and of inner errors.
 */
export function toHttpError(thrown: unknown, options: { hideInternals?: boolean } = {}): HttpError {
  const error = known(thrown) ?? UNHANDLED_SERVER_ERROR(messageOf(thrown), { cause: thrown })
  return options.hideInternals === true ? withoutInternals(error) : error
}

function known(thrown: unknown): HttpError | undefined {
  try {
    if (isHttpError(thrown)) return thrown
    if (isTooLarge(thrown)) return ITEM_TOO_LARGE(messageOf(thrown), { cause: thrown })
    if (isUnstorable(thrown)) return VALUE_NOT_STORABLE(messageOf(thrown), { cause: thrown })
    return isError(thrown) ? fromErrorBody(thrown as ErrorBody) : undefined
  } catch {
    // An object whose properties throw when they are read is an unknown exception like any other.
    return undefined
  }
}

function withoutInternals(error: HttpError): HttpError {
  const { status, code, message, publicMessage, errorCaught, headers, fields, errors, errorId, userMessage, cause } = error
  if (publicMessage === undefined && errorCaught === undefined) return error
  const said = publicMessage === undefined ? { fields, ...(errors === undefined ? {} : { errors }) } : {}
  const told = new HttpError({ status, code }, publicMessage ?? message, { cause, headers, ...said, ...(errorId === undefined ? {} : { errorId }) })
  told.userMessage = userMessage
  return told
}

// What a service that failed says is as internal as an exception; what it refuses, it says to whoever asked.
const failedElsewhere = 'The called API met an error'

/** The error that a called API answered with. */
export function fromCalledApi(body: ErrorBody): HttpError {
  const failure = fromErrorBody(body)
  if (failure.status >= 500) failure.publicMessage = failedElsewhere
  return failure
}

/** The error that an error body of another service stands for; status, code and error_id are kept. */
export function fromErrorBody(body: ErrorBody): HttpError {
  const { status, error, error_description, error_id, user_message, error_caught, errors, ...fields } = body
  const failure = new HttpError({ status: status >= 400 && status <= 999 ? status : 500, code: error }, error_description, {
    fields,
    ...(typeof error_id === 'string' ? { errorId: error_id } : {}),
    ...(Array.isArray(errors) ? { errors } : {}),
  })
  failure.userMessage = user_message
  failure.errorCaught = error_caught
  // A body with an id has been the answer of a service; one without may have been written by the handler itself.
  if (failure.status >= 500 && failure.errorId !== undefined) failure.publicMessage = failedElsewhere
  return failure
}

/** The id of an answer that tells of an error: the one that came from another service, else a new one. */
export function errorIdOf(error: HttpError): string {
  // Not kept on the error: one made once and thrown often is another failure each time.
  // The global one: this file also runs in browsers.
  return error.errorId ?? globalThis.crypto.randomUUID()
}
