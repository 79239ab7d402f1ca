// From anything thrown or returned to the one JSON error shape.
import { UNHANDLED_SERVER_ERROR } from './catalog.ts'
import { type ErrorBody, HttpError, isHttpError, messageOf } from './http-error.ts'

const hiddenSentence = 'The server met an unexpected error'

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
 * The error that stands for anything thrown or returned as a failure.
 * An unknown exception becomes 500 UNHANDLED_SERVER_ERROR with its text, or a fixed sentence where `hideInternals` is set.
 */
export function toHttpError(thrown: unknown, options: { hideInternals?: boolean } = {}): HttpError {
  try {
    if (isHttpError(thrown)) return thrown
    if (isError(thrown)) return fromErrorBody(thrown as ErrorBody)
  } catch {
    // An object whose properties throw when they are read is an unknown exception like any other.
  }
  return UNHANDLED_SERVER_ERROR(options.hideInternals === true ? hiddenSentence : messageOf(thrown), { cause: thrown })
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
  return failure
}

/** The id of an answer that tells of an error: the one that came from another service, else a new one. */
export function errorIdOf(error: HttpError): string {
  // Not kept on the error: one made once and thrown often is another failure each time.
  // The global one: this file also runs in browsers.
  return error.errorId ?? globalThis.crypto.randomUUID()
}
