// What a request with an idempotency key carries through the pipeline, and what its handler is told of it.
import type { Failure } from './failure.ts'
import type { ApiResponse } from './message.ts'

/** What a handler is told of the idempotency key of its request. */
export interface Idempotency {
  /** Stands for the key, the caller and the operation; never the key itself. */
  id: string
  /** 1, or more where an earlier attempt with the same key failed or was cut off. */
  attempt: number
}

/** A request with a key, on its way through the pipeline. */
export interface OnceRun {
  id: string
  /** Whether the answer is that of an earlier request with the same key. */
  isReplayed?: true
  /** Keeps the answer, or gives the key back. Resolves to what is to be sent: this answer, that of another attempt, or the refusal that `refuse` makes. */
  settle?(ended: Ended, refuse: (thrown: unknown) => Promise<Failure>): Promise<Ended>
}

/** How a request ended. */
export interface Ended {
  response: ApiResponse
  failure: Failure | undefined
}
