// The connection to DynamoDB: made on first use, closed by whoever opened it.
import type { Connection } from './connection.ts'
import type { DatabaseCalls } from './database-calls.ts'
import type { DatabaseOptions } from './database-options.ts'

export interface Database {
  readonly prefix: string
  /** Where DynamoDB answers instead of AWS. */
  readonly endpoint: string | undefined
  /** Milliseconds since 1970. */
  now(): number
  /** Makes one call. Throws a DatabaseError where it fails. */
  run<Name extends keyof DatabaseCalls>(name: Name, input: DatabaseCalls[Name][0], options?: { signal?: AbortSignal }): Promise<DatabaseCalls[Name][1]>
  /** Ends the connections; a later call opens new ones. */
  close(): void
}

/** Opens a database without touching the network or loading the SDK; both happen at the first call. */
export function openDatabase(options: DatabaseOptions): Database {
  let connecting: Promise<Connection> | undefined
  let connection: Connection | undefined
  return {
    prefix: options.prefix,
    endpoint: options.endpoint,
    now: options.now ?? Date.now,
    async run(name, input, { signal } = {}) {
      connecting ??= import('./connection.ts').then(({ connect }) => connect(options))
      connection = await connecting
      return (await connection.run(name, input, signal)) as never
    },
    close() {
      connecting = undefined
      connection?.close()
      connection = undefined
    },
  }
}
