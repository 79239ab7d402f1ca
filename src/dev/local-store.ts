// The store of a stage for commands: through the running local server, or opened for the moment, or in the account.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, env } from '../config/index.ts'
import { type Database, type DatabaseOptions, ensureTables, openDatabase } from '../persist/index.ts'
import { joinLocalDynamo, openLocalDynamo } from '../platform/local/index.ts'
import { openStore, readArchivePlace, type Store, storeDefinition } from '../store/index.ts'
import type { ArchiveFiles } from '../telemetry/index.ts'
import { localArchive } from './local-archive.ts'

export interface OpenedStore {
  /** Where the store lies. */
  database: Database
  store: Store
  /** Opens where its requests are archived; undefined where none were. */
  openArchive(): Promise<ArchiveFiles | undefined>
  close(): Promise<void>
}

/** Opens the store of a stage; the stage `local` is this machine's. */
export async function openStageStore(root: string, config: Config): Promise<OpenedStore> {
  // Another stage lies in an account, which its configuration names.
  const account = config.stage === 'local' ? {} : (await import('../deploy/index.ts')).useAccess(config)
  const given = env('AWS_ENDPOINT_URL_DYNAMODB') ?? env('AWS_ENDPOINT_URL') ?? config.dynamodbEndpoint
  const isEmbedded = given === undefined && config.stage === 'local'
  const folder = join(root, '.klue', 'dynamodb')
  // A running server holds the data's lock, and answers on its behalf.
  const running = isEmbedded ? await joinLocalDynamo(folder) : undefined
  const own = isEmbedded && running === undefined ? await openLocalDynamo({ folder }) : undefined
  const access = given === undefined ? (running ?? own) : { endpoint: given }
  // The account may be an emulated one.
  const usesOwnCredentials = config.stage !== 'local' && env('AWS_ACCESS_KEY_ID') !== undefined
  const database = openDatabase({ prefix: `${config.name}-${config.stage}-`, usesOwnCredentials, ...account, ...accessOf(access) })
  const store = openStore(database, config)
  if (isEmbedded) await ensureTables(database, [storeDefinition])
  return {
    database,
    store,
    async openArchive() {
      if (config.stage === 'local') return existsSync(join(root, '.klue', 'archive')) ? localArchive(root) : undefined
      const place = await readArchivePlace(database)
      return place === undefined ? undefined : (await import('../deploy/index.ts')).openStageBucket(config, place)
    },
    async close() {
      database.close()
      await own?.close()
    },
  }
}

// Nothing else of what is open.
function accessOf(access: Pick<DatabaseOptions, 'endpoint' | 'credentials'> | undefined): Pick<DatabaseOptions, 'endpoint' | 'credentials'> {
  return { ...(access?.endpoint === undefined ? {} : { endpoint: access.endpoint }), ...(access?.credentials === undefined ? {} : { credentials: access.credentials }) }
}
