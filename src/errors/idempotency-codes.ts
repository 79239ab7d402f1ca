// The codes of idempotency, part of the catalog in docs/reference/errors.md; apart, because a start does not need them.
import { defineError, type ErrorMaker } from './http-error.ts'

export const IDEMPOTENCY_KEY_MISSING: ErrorMaker = defineError('IDEMPOTENCY_KEY_MISSING', 400, 'The operation wants an idempotency key')
export const IDEMPOTENCY_KEY_INVALID: ErrorMaker = defineError('IDEMPOTENCY_KEY_INVALID', 400, 'The idempotency key is malformed')
export const IDEMPOTENCY_IN_PROGRESS: ErrorMaker = defineError('IDEMPOTENCY_IN_PROGRESS', 409, 'A request with this idempotency key is running')
export const OUTCOME_UNKNOWN: ErrorMaker = defineError('OUTCOME_UNKNOWN', 409, 'A request with this idempotency key was cut off, and nobody knows whether it had its effect')
export const ANSWER_NOT_KEPT: ErrorMaker = defineError('ANSWER_NOT_KEPT', 409, 'A request with this idempotency key had its effect, and its answer was not kept')
export const IDEMPOTENCY_KEY_REUSED: ErrorMaker = defineError('IDEMPOTENCY_KEY_REUSED', 422, 'The idempotency key was sent with another request')
export const IDEMPOTENCY_UNAVAILABLE: ErrorMaker = defineError('IDEMPOTENCY_UNAVAILABLE', 503, 'What is kept of idempotency keys cannot be reached')
