// The error codes that the kit itself answers with, but those of tables, idempotency keys and the local listener; docs/reference/errors.md holds the same table.
import { type ErrorMaker, type HttpErrorOptions, makerOf } from './http-error.ts'

export const AUTHORIZATION_HEADER_MISSING: ErrorMaker = makerOf('AUTHORIZATION_HEADER_MISSING', 401, 'There is no Authorization header in the HTTP request')
export const TOKEN_INVALID: ErrorMaker = makerOf('TOKEN_INVALID', 401, 'token signature is invalid')
export const TOKEN_EXPIRED: ErrorMaker = makerOf('TOKEN_EXPIRED', 401, 'Auth token is expired')
export const CREDENTIALS_INVALID: ErrorMaker = makerOf('CREDENTIALS_INVALID', 401, 'The user or the password is wrong')
export const API_KEY_INVALID: ErrorMaker = makerOf('API_KEY_INVALID', 401, 'The API key is missing or wrong')
export const UNAUTHORIZED: ErrorMaker = makerOf('UNAUTHORIZED', 401, 'The request does not satisfy the security requirements of this operation')
export const FORBIDDEN: ErrorMaker = makerOf('FORBIDDEN', 403, 'The caller may not do this')
export const ORIGIN_FORBIDDEN: ErrorMaker = makerOf('ORIGIN_FORBIDDEN', 403, 'A token cookie is accepted for this method only from an allowed Origin')
export const INVALID_PARAMETER: ErrorMaker = makerOf('INVALID_PARAMETER', 400, 'The request does not match the specification of this operation')
export const VALUE_NOT_STORABLE: ErrorMaker = ofInternals(makerOf('VALUE_NOT_STORABLE', 400, 'A value of the request cannot be stored'))
export const MALFORMED_PATH: ErrorMaker = makerOf('MALFORMED_PATH', 400, 'The path of the request is not valid percent-encoded UTF-8')
export const NOT_FOUND: ErrorMaker = makerOf('NOT_FOUND', 404, 'No operation answers at this path')
export const METHOD_NOT_ALLOWED: ErrorMaker = makerOf('METHOD_NOT_ALLOWED', 405, 'The path does not answer to this method')
export const NOT_ACCEPTABLE: ErrorMaker = makerOf('NOT_ACCEPTABLE', 406, 'The operation answers with none of the media types that the request accepts')
export const ITEM_TOO_LARGE: ErrorMaker = ofInternals(makerOf('ITEM_TOO_LARGE', 413, 'The item is larger than what can be stored'))
export const PAYLOAD_TOO_LARGE: ErrorMaker = makerOf('PAYLOAD_TOO_LARGE', 413, 'The body of the request is larger than this service accepts')
export const UNSUPPORTED_MEDIA_TYPE: ErrorMaker = makerOf('UNSUPPORTED_MEDIA_TYPE', 415, 'The operation does not take a body of this media type')
export const TOO_MANY_ATTEMPTS: ErrorMaker = makerOf('TOO_MANY_ATTEMPTS', 429, 'Too many attempts, try again later')
export const UNHANDLED_SERVER_ERROR: ErrorMaker = ofInternals(makerOf('UNHANDLED_SERVER_ERROR', 500, 'The server met an unexpected error'))
export const RESPONSE_INVALID: ErrorMaker = ofInternals(makerOf('RESPONSE_INVALID', 500, 'The handler returned something that the specification does not declare'))
export const RESPONSE_TOO_LARGE: ErrorMaker = makerOf('RESPONSE_TOO_LARGE', 500, 'The answer is larger than the platform delivers')
export const SECRET_UNAVAILABLE: ErrorMaker = makerOf('SECRET_UNAVAILABLE', 500, 'A secret that this service needs is not available')
export const NOT_IMPLEMENTED: ErrorMaker = makerOf('NOT_IMPLEMENTED', 501, 'No handler is bound to this operation')
export const BACKEND_UNREACHABLE: ErrorMaker = ofInternals(makerOf('BACKEND_UNREACHABLE', 502, 'The called API could not be reached'))
export const BACKEND_RESPONSE_INVALID: ErrorMaker = ofInternals(makerOf('BACKEND_RESPONSE_INVALID', 502, 'The called API answered something that cannot be understood'))
export const BACKEND_TIMEOUT: ErrorMaker = ofInternals(makerOf('BACKEND_TIMEOUT', 504, 'The called API did not answer in time'))
export const DEADLINE_EXCEEDED: ErrorMaker = makerOf('DEADLINE_EXCEEDED', 504, 'The operation did not finish within its time limit')

// Their messages and fields say what exceptions, called APIs and handlers said: with `hide_internal_errors` callers get the sentence alone.
function ofInternals(make: ErrorMaker): ErrorMaker {
  const { code, status, sentence } = make
  return Object.assign((message?: string, options?: HttpErrorOptions) => make(message, { publicMessage: sentence, ...options }), { code, status, sentence })
}
