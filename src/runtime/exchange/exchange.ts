// What the steps of one request share, from its arrival to its answer.
import type { CompiledOperation } from '../../openapi/index.ts'
import type { ApiSpec } from '../api/api-spec.ts'
import type { Match } from '../api/match.ts'
import type { Context } from './handler-context.ts'
import type { OnceRun } from './once.ts'
import type { Interruption } from './interruption.ts'
import type { ApiRequest, ApiResponse } from './message.ts'
import type { Notes } from './notes.ts'
import type { Platform } from './platform.ts'
import type { FormatSet, Input } from './types.ts'

/** One request on its way through the pipeline. */
export interface Exchange {
  // The three names that openapi-backend reads from a request.
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>

  readonly request: ApiRequest
  readonly platform: Platform
  readonly context: Context
  readonly startedAt: number
  readonly notes: Notes
  /** The first request of the process. */
  readonly isFirst: boolean
  /** Set by the step match. */
  match: Match
  api?: { readonly spec: ApiSpec; readonly formats?: FormatSet | undefined }
  operation?: CompiledOperation
  /** Set by the step validate. */
  input?: Input
  /** Set by the step call where the request brings an idempotency key. */
  once?: OnceRun
  /** An answer that is complete as it is, in place of what the handler gave. */
  answer?: ApiResponse
  /** Ends the request at its deadline. */
  readonly interruption: Interruption
}
