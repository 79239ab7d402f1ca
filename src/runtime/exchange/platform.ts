// The port through which an edge tells the runtime where it is.
import type { Config } from '../../config/index.ts'
import type { Database } from '../../persist/index.ts'
import type { Store } from '../../store/index.ts'
import type { LogRecord } from './log.ts'
import type { TaskPort } from './task.ts'
import type { ApiRequest, ApiResponse } from './message.ts'

/** A document or its page, as text or compressed beforehand. */
export type ServedDocument = { contentType: string; headers?: Record<string, string> } & ({ text: string } | { gzipped: Uint8Array })

/** What the pipeline needs of the place it runs in; made by an edge. */
export interface Platform {
  config: Config
  /** Opened on first use. */
  database(): Database
  /** Opened on first use. */
  store(): Store
  /** The value of a secret, or undefined where there is none. */
  secret(name: string): Promise<string | undefined>
  /** Puts the secrets of the configuration into `config`, at once where they are known; absent where nothing has to be waited for. */
  ready?(): Promise<void>
  /** Takes one record; never throws and never waits. */
  log(record: LogRecord): void
  /** APIs that this process serves itself, by name; calls to them do not touch the network. */
  local: ReadonlyMap<string, (request: ApiRequest) => Promise<ApiResponse>>
  /** The step switch: an answer in place of an operation, or undefined; throws an HttpError where that is the answer. Absent where the stage has no switches. */
  control?(request: { operation: string; method: string }): ApiResponse | undefined | Promise<ApiResponse | undefined>
  /** Takes tasks, opened on first use; absent where nothing runs them. */
  tasks?: () => TaskPort
  /** The deployed version `YYMMDD-HHMM-<count>-<sha6>`; empty on a developer's machine. */
  version: string
  /** The text of a served document or its page; undefined where this process does not hold it. */
  document?(api: string, form: 'html' | 'yaml' | 'json'): Promise<ServedDocument | undefined>
  /** A stack with the places of sources instead of those of bundled code; absent where sources run as they are. */
  sourceStack?(stack: string): string
  /** Name of the function that runs; absent outside Lambda. */
  functionName?: string
  /** Epoch milliseconds. */
  now(): number
}
