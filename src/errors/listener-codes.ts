// The codes of the local server's listener, part of the catalog in docs/reference/errors.md; apart, because a function never answers with them.
import { defineError, type ErrorMaker } from './http-error.ts'

export const MALFORMED_REQUEST: ErrorMaker = defineError('MALFORMED_REQUEST', 400, 'The request is not valid HTTP')
export const REQUEST_TIMEOUT: ErrorMaker = defineError('REQUEST_TIMEOUT', 408, 'The request did not arrive in time')
export const EXPECTATION_FAILED: ErrorMaker = defineError('EXPECTATION_FAILED', 417, 'The server meets no expectation but 100-continue')
export const MISDIRECTED_REQUEST: ErrorMaker = defineError('MISDIRECTED_REQUEST', 421, 'The Host of the request is none of this machine')
export const HEADERS_TOO_LARGE: ErrorMaker = defineError('HEADERS_TOO_LARGE', 431, 'The headers of the request are larger than the server reads')
