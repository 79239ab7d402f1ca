// What every step of a call is handed.
import type { ClientOperation, ClientSpec } from '../openapi/table.ts'
import type { CallInput, CallOptions, ClientOptions } from './options.ts'

/** All that a call depends on. */
export interface Call {
  spec: ClientSpec
  operation: ClientOperation
  /** The API's address, without trailing slash. */
  base: string
  options: ClientOptions
  input: CallInput
  call: CallOptions
  /** It brings an idempotency key, so that it may be sent again whatever became of it. */
  hasKey?: boolean
}
