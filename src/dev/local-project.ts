// A project as it runs on a developer's machine: generated, bundled, bound, with its tables; can be loaded anew.
import { join } from 'node:path'
import { findEntries, type LocalBundler, openLocalBundler } from '../bundle/index.ts'
import { type Config, env, setConfig } from '../config/index.ts'
import { loadConfig } from '../config/build.ts'
import { isUsageError, UsageError } from '../errors/index.ts'
import { type Database, ensureTables, openDatabase } from '../persist/index.ts'
import { type LocalDynamo, localSecrets, openLocalDynamo } from '../platform/local/index.ts'
import { type ApiRequest, type ApiResponse, type LogRecord, openService, type Platform } from '../runtime/edge.ts'
import { generate, readApis } from '../spec/index.ts'
import { openStore, type Store, storeDefinition } from '../store/index.ts'
import { checkHandlers } from './check-handlers.ts'
import { localDocument } from './documents.ts'
import { importServices, type LocatedService } from './entries.ts'
import { mockService } from './mock.ts'
import { processFolder } from './process-folder.ts'

export interface LocalProjectOptions {
  /** The project's folder. */
  root: string
  /** Default `local`, or KLUE_STAGE. */
  stage?: string
  /** Keeps the data in memory instead of the project's `.klue/` folder. */
  inMemory?: boolean
  /** Settings that win over klue-config.yaml, by their names in the configuration object. */
  settings?: Partial<Config>
  /** Operations without a handler answer from their document; the seed varies what is made up. */
  mock?: { seed: number }
  log(record: LogRecord): void
}

/** What changed since a project was loaded. */
export type Change = 'functions' | 'apis' | 'config'

/** A service of the project that answers. */
export interface LocalService {
  name: string
  entry: string
  apis: string[]
  answer(request: ApiRequest): Promise<ApiResponse>
}

export interface LocalProject {
  readonly config: Config
  readonly store: Store
  readonly platform: Platform
  /** The main service first. */
  readonly services: readonly LocalService[]
  /** Loads what changed; on a fault throws a UsageError and leaves all as it was. */
  reload(changes: ReadonlySet<Change>): Promise<void>
  close(): Promise<void>
}

/** Opens a project. Throws a UsageError with every fault of configuration, documents and handlers. */
export async function openLocalProject(options: LocalProjectOptions): Promise<LocalProject> {
  const { root } = options
  const secrets = localSecrets(join(root, '.klue'))
  const jwtSecret = await secrets.ensure('jwt_secret')
  const readSettings = (): Config => Object.assign(loadConfig({ root, ...(options.stage === undefined ? {} : { stage: options.stage }), secrets: { jwt_secret: jwtSecret } }).config, options.settings)
  const config = readSettings()
  setConfig(config)
  await generate(root, { basePath: config.basePath })
  const data = await openData(options, config)
  let bundler: LocalBundler | undefined
  try {
    bundler = await openLocalBundler({ root, entries: findEntries(root, config.name), folder: await processFolder(join(root, '.klue', 'dev')) })
    const state = new State(options, { config, data, bundler })
    await state.load()
    return {
      get config() {
        return state.config
      },
      get services() {
        return state.services
      },
      platform: state.platform,
      store: data.store,
      reload: (changes) => state.reload(changes, readSettings),
      async close() {
        await bundler?.dispose()
        await data.close()
      },
    }
  } catch (error) {
    await bundler?.dispose()
    await data.close()
    throw error
  }
}

interface Data {
  database: Database
  store: Store
  close(): Promise<void>
}

async function openData({ root, inMemory }: LocalProjectOptions, config: Config): Promise<Data> {
  // Another DynamoDB may stand in for the embedded one: DynamoDB Local, an emulator, or AWS itself.
  const given = env('AWS_ENDPOINT_URL_DYNAMODB') ?? env('AWS_ENDPOINT_URL') ?? config.dynamodbEndpoint
  const embedded: LocalDynamo | undefined = given === undefined ? await openLocalDynamo(inMemory === true ? { memory: true } : { folder: join(root, '.klue', 'dynamodb') }) : undefined
  const database = openDatabase({ endpoint: given ?? embedded!.endpoint, prefix: `${config.name}-${config.stage}-` })
  const store = openStore(database, config)
  return {
    database,
    store,
    async close() {
      database.close()
      await embedded?.close()
    },
  }
}

class State {
  readonly #options: LocalProjectOptions
  readonly #bundler: LocalBundler
  readonly #data: Data
  config: Config
  services: LocalService[] = []
  readonly platform: Platform

  constructor(options: LocalProjectOptions, { config, data, bundler }: { config: Config; data: Data; bundler: LocalBundler }) {
    this.#options = options
    this.#bundler = bundler
    this.#data = data
    this.config = config
    const local = new Map<string, LocalService['answer']>()
    this.platform = {
      config,
      database: () => data.database,
      store: () => data.store,
      secret: () => Promise.resolve(undefined),
      log: options.log,
      local,
      version: '',
      document: (api, form) => localDocument(options.root, api, form),
      now: Date.now,
    }
  }

  async load(): Promise<void> {
    const { modules } = await this.#bundler.build()
    const imported = await importServices(modules)
    const located = this.#options.mock === undefined ? imported : await mocked(imported, this.#options.root, this.#options.mock.seed)
    const faults = checkHandlers(this.#options.root, located)
    if (faults.length > 0) throw new UsageError(faults)
    const services = located.map((one) => this.#bind(one))
    const definitions = located.flatMap(({ service }) => service.apis.flatMap(({ spec }) => spec.table.persist))
    await ensureTables(this.#data.database, [storeDefinition, ...definitions]).catch((error: unknown) => {
      throw unreachable(this.#data.database, error)
    })
    this.services = services
    const local = this.platform.local as Map<string, LocalService['answer']>
    local.clear()
    for (const service of services) for (const api of service.apis) local.set(api, service.answer)
  }

  async reload(changes: ReadonlySet<Change>, readSettings: () => Config): Promise<void> {
    const before = this.config
    if (changes.has('config')) this.#use(readSettings())
    try {
      if (changes.has('apis') || changes.has('config')) await generate(this.#options.root, { basePath: this.config.basePath })
      await this.load()
    } catch (error) {
      this.#use(before)
      throw error
    }
  }

  #use(config: Config): void {
    this.config = config
    this.platform.config = config
    setConfig(config)
  }

  #bind({ entry, service }: LocatedService): LocalService {
    const { answer } = openService(service, this.platform)
    return { name: service.name, entry, apis: service.apis.map(({ spec }) => spec.table.api), answer }
  }
}

async function mocked(services: LocatedService[], root: string, seed: number): Promise<LocatedService[]> {
  const documents = new Map((await readApis(root)).map((document) => [document.api, document]))
  return services.map(({ entry, service }) => ({ entry, service: mockService(service, { documents, seed }) }))
}

// Of the embedded one every failure is a defect of ours; another one may simply not be there.
function unreachable({ endpoint }: Database, cause: unknown): unknown {
  const error = (cause as { cause?: { code?: unknown; name?: unknown } }).cause
  if (isUsageError(cause) || typeof error?.code !== 'string') return cause
  return new UsageError({ code: 'database-unreachable', file: '', message: `The DynamoDB at ${endpoint ?? 'AWS'} does not answer (${error.code})`, hint: 'start it, or unset AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL and dynamodb_endpoint to use the embedded one' })
}
