// The data of a local project as its handlers see it: there at once, with calls that wait until the tables are.
import { type Config, env } from '../config/index.ts'
import type { PersistSpec } from '../openapi/index.ts'
import type { Database } from '../persist/index.ts'
import { openStore, type Store } from '../store/index.ts'
import type { DataAccess } from './thread-messages.ts'

export interface LocalData {
  /** Its calls wait until `ensure` was called and the tables are there. */
  readonly database: Database
  readonly store: Store
  /** Opens the data and makes or completes the kit's own table and these; gives the opened database. Throws a UsageError where that cannot be. */
  ensure(definitions: readonly PersistSpec[]): Promise<Database>
  /** Where the data answers over the network, once `ensure` was called. */
  access(): Promise<DataAccess | undefined>
  close(): Promise<void>
}

/** Where the data lies: in this thread, or in one of its own. */
export interface DataSource {
  /** Opens the data and makes or completes the kit's own table and these. Gives the same database each time. */
  ensure(definitions: readonly PersistSpec[]): Promise<Database>
  /** Where the data answers over the network, once `ensure` was called. */
  access(): Promise<DataAccess | undefined>
  close(): Promise<void>
}

/** The DynamoDB that stands in for the embedded one: DynamoDB Local, an emulator, or AWS itself; undefined where none does. */
export function givenEndpoint(config: Config): string | undefined {
  return env('AWS_ENDPOINT_URL_DYNAMODB') ?? env('AWS_ENDPOINT_URL') ?? config.dynamodbEndpoint
}

/** Put before the names of a project's tables. */
export function tablePrefix(config: Config): string {
  return `${config.name}-${config.stage}-`
}

/** Prepares the data of a project. */
export function localData(config: Config, source: DataSource): LocalData {
  let settle: (ensured: Promise<Database>) => void = () => undefined
  let giveUp: (reason: Error) => void = () => undefined
  const first = new Promise<Database>((resolve, reject) => {
    settle = resolve
    giveUp = reject
  })
  first.catch(() => undefined)
  const database: Database = {
    prefix: tablePrefix(config),
    endpoint: givenEndpoint(config) ?? 'embedded',
    now: Date.now,
    run: async (name, input, options) => (await first).run(name, input, options),
    close: () => undefined,
  }
  return {
    database,
    store: openStore(database, config),
    ensure(definitions) {
      const ensured = source.ensure(definitions)
      // Only the first time counts.
      settle(ensured)
      return ensured
    },
    access: async () => {
      await first
      return source.access()
    },
    async close() {
      // Nobody waits for ever; what is still being made is waited for.
      giveUp(new Error('the project is closed'))
      await first.then((opened) => opened.close()).catch(() => undefined)
      await source.close()
    },
  }
}
