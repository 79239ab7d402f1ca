// What a failed request leaves for its line and for those who keep answers.
import type { HttpError } from '../../errors/index.ts'
import type { ApiResponse } from './message.ts'

/** An error answer with the error that it tells of. */
export interface Failure {
  response: ApiResponse
  /** With its texts, for the log. */
  error: HttpError
  errorId: string
  /** The error whose text the log tells: the exception itself, if it was not declared. */
  failed: unknown
  /** Whether the caller was told less than the error says. */
  isHidden: boolean
}
