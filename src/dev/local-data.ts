// The data of a local project: the embedded DynamoDB or another one, opened while the project starts.
import { join } from 'node:path'
import { type Config, env } from '../config/index.ts'
import { isUsageError, UsageError } from '../errors/index.ts'
import { type Database, ensureTables, openDatabase } from '../persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../platform/local/index.ts'
import type { PersistSpec } from '../spec/index.ts'
import { openStore, type Store, storeDefinition } from '../store/index.ts'

export interface LocalData {
  /** Its calls wait until `ensure` was called and the tables are there. */
  readonly database: Database
  readonly store: Store
  /** Opens the data and makes or completes the kit's own table and these. Throws a UsageError where that cannot be. */
  ensure(definitions: readonly PersistSpec[]): Promise<void>
  close(): Promise<void>
}

interface Opened {
  database: Database
  embedded: LocalDynamo | undefined
}

/** Prepares the data of a project; `folder` is its `.klue` folder, without it everything stays in memory. */
export function localData(config: Config, folder: string | undefined): LocalData {
  // Another DynamoDB may stand in for the embedded one: DynamoDB Local, an emulator, or AWS itself.
  const given = env('AWS_ENDPOINT_URL_DYNAMODB') ?? env('AWS_ENDPOINT_URL') ?? config.dynamodbEndpoint
  const prefix = `${config.name}-${config.stage}-`
  let opening: Promise<Opened> | undefined
  let settle: (ensured: Promise<void>) => void = () => undefined
  let giveUp: (reason: Error) => void = () => undefined
  const first = new Promise<void>((resolve, reject) => {
    settle = resolve
    giveUp = reject
  })
  first.catch(() => undefined)
  const open = (): Promise<Opened> => {
    opening ??= openData({ given, prefix, folder })
    opening.catch(() => undefined)
    return opening
  }
  const ensure = async (definitions: readonly PersistSpec[]): Promise<void> => {
    const { database } = await open()
    await ensureTables(database, [storeDefinition, ...definitions]).catch((error: unknown) => {
      throw unreachable(database, error)
    })
  }
  const database: Database = {
    prefix,
    endpoint: given ?? 'embedded',
    now: Date.now,
    async run(name, input, options) {
      await first
      return (await open()).database.run(name, input, options)
    },
    close: () => undefined,
  }
  return {
    database,
    store: openStore(database, config),
    ensure(definitions) {
      const ensured = ensure(definitions)
      // Only the first time counts.
      settle(ensured)
      return ensured
    },
    async close() {
      const opened = await opening?.catch(() => undefined)
      // Nobody waits for ever; what is still being made is waited for.
      giveUp(new Error('the project is closed'))
      await first.catch(() => undefined)
      opened?.database.close()
      await opened?.embedded?.close()
    },
  }
}

async function openData({ given, prefix, folder }: { given: string | undefined; prefix: string; folder: string | undefined }): Promise<Opened> {
  const embedded = given === undefined ? await openLocalDynamo(folder === undefined ? { memory: true } : { folder: join(folder, 'dynamodb') }) : undefined
  return { database: openDatabase({ endpoint: given ?? embedded!.endpoint, prefix }), embedded }
}

// Of the embedded one every failure is a defect of ours; another one may simply not be there.
function unreachable({ endpoint }: Database, cause: unknown): unknown {
  const error = (cause as { cause?: { code?: unknown; name?: unknown } }).cause
  if (isUsageError(cause) || typeof error?.code !== 'string') return cause
  return new UsageError({ code: 'database-unreachable', file: '', message: `The DynamoDB at ${endpoint ?? 'AWS'} does not answer (${error.code})`, hint: 'start it, or unset AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL and dynamodb_endpoint to use the embedded one' })
}
