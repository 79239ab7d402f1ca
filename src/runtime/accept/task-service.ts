// What of an opened service a worker needs to run its operations.
import type { ApiSpec } from '../api/api-spec.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Formats, FormatSet } from '../exchange/types.ts'

/** What of a bound API a worker needs. */
export interface TaskApi {
  readonly spec: ApiSpec
  readonly handlers: Readonly<Record<string, unknown>>
  readonly formats?: FormatSet<Formats> | undefined
}

/** What of an opened service a worker needs. */
export interface TaskService {
  readonly platform: Exchange['platform']
  readonly apis: readonly TaskApi[]
}
