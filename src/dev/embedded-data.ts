// The data of a local project in this thread: the embedded DynamoDB or another one, with its tables.
import { join } from 'node:path'
import type { Config } from '../config/index.ts'
import { isUsageError, UsageError } from '../errors/index.ts'
import { type Database, ensureTables, openDatabase } from '../persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../platform/local/index.ts'
import { storeDefinition } from '../store/index.ts'
import { directDatabase } from './direct-database.ts'
import { ensureExpiry } from './embedded-expiry.ts'
import { type DataSource, givenEndpoint, tablePrefix } from './local-data.ts'

/** The data, with what another thread needs to reach it. */
export interface EmbeddedData extends DataSource {
  /** How many index entries had to be mended, once `ensure` was called. */
  mended(): Promise<number>
}

interface Opened {
  database: Database
  embedded: LocalDynamo | undefined
}

/**
 * Prepares the data; nothing is opened yet.
 * @param folder the project's `.klue` folder; without it everything stays in memory
 */
export function embeddedData(config: Config, folder: string | undefined): EmbeddedData {
  let opening: Promise<Opened> | undefined
  return {
    async ensure(definitions) {
      const { database, embedded } = await (opening ??= openData(config, folder))
      await ensureTables(database, [storeDefinition, ...definitions]).catch((error: unknown) => {
        throw unreachable(database, error)
      })
      // The kit's own table needs none: its readers look at the end of a row by themselves.
      if (embedded !== undefined) await ensureExpiry(embedded, definitions, database.prefix)
      return database
    },
    async access() {
      const opened = await opening
      if (opened === undefined) return undefined
      const { endpoint, credentials } = opened.embedded ?? { endpoint: opened.database.endpoint, credentials: undefined }
      return { ...(endpoint === undefined ? {} : { endpoint }), ...(credentials === undefined ? {} : { credentials }) }
    },
    async mended() {
      const repaired = (await opening)?.embedded?.repaired
      return (repaired?.missing ?? 0) + (repaired?.stale ?? 0)
    },
    async close() {
      const opened = await opening?.catch(() => undefined)
      opened?.database.close()
      await opened?.embedded?.close()
    },
  }
}

async function openData(config: Config, folder: string | undefined): Promise<Opened> {
  const endpoint = givenEndpoint(config)
  const prefix = tablePrefix(config)
  if (endpoint !== undefined) return { database: openDatabase({ endpoint, prefix }), embedded: undefined }
  const embedded = await openLocalDynamo(folder === undefined ? { memory: true } : { folder: join(folder, 'dynamodb') })
  return { database: directDatabase(embedded, prefix), embedded }
}

// Of the embedded one every failure is a defect of ours; another one may simply not be there.
function unreachable({ endpoint }: Database, cause: unknown): unknown {
  const error = (cause as { cause?: { code?: unknown; name?: unknown } }).cause
  if (isUsageError(cause) || typeof error?.code !== 'string') return cause
  return new UsageError({ code: 'database-unreachable', file: '', message: `The DynamoDB at ${endpoint ?? 'AWS'} does not answer (${error.code})`, hint: 'start it, or unset AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL and dynamodb_endpoint to use the embedded one' })
}
