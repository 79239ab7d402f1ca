// A project as it runs on a developer's machine: generated, bundled, bound, with its tables; can be loaded anew.
import { join } from 'node:path'
import { findEntries, type LocalBundler, openLocalBundler } from '../bundle/index.ts'
import { loadConfig } from '../config/build.ts'
import { type Config, setConfig } from '../config/index.ts'
import { checkConsumers, checkHandlers, checkTasks, checkTasksPath, importServices, planSchedules, type LocatedService } from '../entries/index.ts'
import { UsageError } from '../errors/index.ts'
import { generate } from '../openapi/generate.ts'
import type { PersistSpec } from '../openapi/index.ts'
import { localSecrets } from '../platform/local/index.ts'
import { type ApiRequest, type ApiResponse, type LogRecord, type OpenService, openService, type Platform } from '../runtime/edge.ts'
import type { Schedule } from '../runtime/index.ts'
import type { Store } from '../store/index.ts'
import { localDocument } from './documents.ts'
import { isGenerated, noteGenerated } from './generated-state.ts'
import { type DataSource, type LocalData, localData } from './local-data.ts'
import { type LocalConsumers, localConsumers } from './local-consumers.ts'
import { localSwitches } from './local-switches.ts'
import { type LocalTasks, type LocalTasksOptions, localTasks } from './local-tasks.ts'
import { localStack } from './local-stack.ts'
import { processFolder, pruneKept } from './process-folder.ts'

export interface LocalProjectOptions {
  /** The project's folder. */
  root: string
  /** Default `local`, or KLUE_STAGE. */
  stage?: string
  /** Keeps the data in memory instead of the project's `.klue/` folder. */
  inMemory?: boolean
  /** Settings that win over klue-config.yaml, by their names in the configuration object. */
  settings?: Partial<Config>
  /** Operations without a handler answer from their document, as with `mock` of the configuration; the seed varies what is made up. */
  mock?: { seed: number }
  log(record: LogRecord): void
  /** Clock and pauses of tasks, for tests. */
  tasks?: Pick<LocalTasksOptions, 'now' | 'leaseMs' | 'sweepMs' | 'ticks'>
}

/** What changed since a project was loaded. */
export type Change = 'functions' | 'apis' | 'config'

/** A service of the project that answers. */
export interface LocalService {
  name: string
  entry: string
  apis: string[]
  answer(request: ApiRequest): Promise<ApiResponse>
  readonly opened: OpenService
}

export interface LocalProject {
  readonly config: Config
  readonly store: Store
  readonly platform: Platform
  readonly tasks: LocalTasks
  readonly consumers: LocalConsumers
  /** The main service first. */
  readonly services: readonly LocalService[]
  /** Loads what changed; on a fault throws a UsageError and leaves all as it was. */
  reload(changes: ReadonlySet<Change>): Promise<void>
  close(): Promise<void>
}

/** Opens a project. Throws a UsageError with every fault of configuration, documents, handlers and data. */
export async function openLocalProject(options: LocalProjectOptions): Promise<LocalProject> {
  const { embeddedData } = await import('./embedded-data.ts')
  const { project, openData } = await beginLocalProject({ ...options, source: embeddedData })
  await openData().catch(async (error: unknown) => {
    await project.close()
    throw error
  })
  return project
}

/** What makes the place of the data; `folder`: the project's `.klue` folder, without it everything stays in memory. */
export interface BeginOptions extends LocalProjectOptions {
  source(config: Config, folder: string | undefined): DataSource
}

/**
 * The same as soon as requests can be answered: calls of the database wait until `openData` was called and the tables are there.
 * That rejects with a UsageError where they cannot be.
 */
export async function beginLocalProject(options: BeginOptions): Promise<{ project: LocalProject; openData: () => Promise<void> }> {
  const { root } = options
  const secrets = localSecrets(join(root, '.klue'))
  const jwtSecret = await secrets.ensure('jwt_secret')
  const readSettings = (): Config => Object.assign(loadConfig({ root, ...(options.stage === undefined ? {} : { stage: options.stage }), secrets: { ...secrets.all(), jwt_secret: jwtSecret } }).config, options.settings)
  const config = readSettings()
  setConfig(config)
  await bringUpToDate(root, config)
  const data = localData(config, options.source(config, options.inMemory === true ? undefined : join(root, '.klue')))
  const [processes, kept] = [join(root, '.klue', 'dev'), join(root, '.klue', 'apis')]
  let bundler: LocalBundler | undefined
  try {
    bundler = await openLocalBundler({ root, entries: findEntries(root, config.name), folder: await processFolder(processes), apis: kept, kept: join(root, '.klue', 'bundle.json') })
    const state = new State(options, { config, data, bundler })
    await state.start()
    const project: LocalProject = {
      get config() {
        return state.config
      },
      get services() {
        return state.services
      },
      platform: state.platform,
      tasks: state.tasks,
      consumers: state.consumers,
      store: data.store,
      reload: (changes) => state.reload(changes, readSettings),
      async close() {
        await Promise.all([state.tasks.close(), state.consumers.close()])
        await bundler?.dispose()
        await data.close()
        await pruneKept(processes, { kept, inUse: state.copies })
      },
    }
    return { project, openData: () => state.openData() }
  } catch (error) {
    await bundler?.dispose()
    await data.close()
    throw error
  }
}

async function bringUpToDate(root: string, { basePath }: Config): Promise<void> {
  if (isGenerated(root, basePath)) return
  const startedAt = Date.now()
  await generate(root, { basePath })
  noteGenerated(root, { basePath, startedAt })
}

interface Loaded {
  services: LocalService[]
  schedules: Schedule[]
  definitions: PersistSpec[]
  copies: ReadonlySet<string>
}

class State {
  readonly #options: LocalProjectOptions
  readonly #bundler: LocalBundler
  readonly #data: LocalData
  #definitions: PersistSpec[] = []
  config: Config
  services: LocalService[] = []
  /** The folders of compiled APIs in use. */
  copies: ReadonlySet<string> = new Set()
  readonly tasks: LocalTasks
  readonly consumers: LocalConsumers
  readonly platform: Platform

  constructor(options: LocalProjectOptions, { config, data, bundler }: { config: Config; data: LocalData; bundler: LocalBundler }) {
    this.#options = options
    this.#bundler = bundler
    this.#data = data
    this.config = config
    const local = new Map<string, LocalService['answer']>()
    this.tasks = localTasks({ database: () => data.database, service: () => this.config.name, log: options.log, ...options.tasks })
    this.consumers = localConsumers({ database: () => data.database, access: () => data.access(), log: options.log })
    this.platform = {
      config,
      database: () => data.database,
      store: () => data.store,
      secret: () => Promise.resolve(undefined),
      log: options.log,
      tasks: () => this.tasks.port,
      ...(config.control ? { control: localSwitches(() => data.database) } : {}),
      local,
      version: '',
      sourceStack: localStack(join(options.root, '.klue')),
      document: (api, form) => localDocument({ root: options.root, tasksPath: this.config.tasksPath }, api, form),
      now: Date.now,
    }
  }

  /** Loads for the first time, without the data. */
  async start(): Promise<void> {
    this.#take(await this.#load())
  }

  async openData(): Promise<void> {
    await this.#data.ensure(this.#definitions)
    this.tasks.start()
    this.consumers.start()
  }

  async #load(): Promise<Loaded> {
    const { modules, apis } = await this.#bundler.build()
    const imported = await importServices(modules)
    const mock = this.#options.mock ?? (this.config.mock ? { seed: 0 } : undefined)
    const located = mock === undefined ? imported : await mocked(imported, this.#options.root, mock.seed)
    const plan = planSchedules(this.#options.root, located, this.config)
    const faults = [...checkHandlers(this.#options.root, located), ...checkTasks(located), ...checkConsumers(located), ...checkTasksPath(this.#options.root, located, this.config), ...plan.faults]
    if (faults.length > 0) throw new UsageError(faults)
    return { services: located.map((one) => this.#bind(one)), schedules: plan.schedules, definitions: located.flatMap(({ service }) => service.apis.flatMap(({ spec }) => spec.table.persist)), copies: apis }
  }

  #take({ services, schedules, copies, definitions }: Loaded): void {
    this.#definitions = definitions
    this.services = services
    this.tasks.use(services.map(({ opened }) => opened), schedules)
    this.consumers.use(services.map(({ opened }) => opened))
    this.copies = copies
    const local = this.platform.local as Map<string, LocalService['answer']>
    local.clear()
    for (const service of services) for (const api of service.apis) local.set(api, service.answer)
  }

  async reload(changes: ReadonlySet<Change>, readSettings: () => Config): Promise<void> {
    const before = this.config
    if (changes.has('config')) this.#use(readSettings())
    try {
      if (changes.has('apis') || changes.has('config')) await generate(this.#options.root, { basePath: this.config.basePath })
      const loaded = await this.#load()
      await this.#data.ensure(loaded.definitions)
      this.#take(loaded)
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
    const opened = openService(service, this.platform)
    return { name: service.name, entry, apis: service.apis.map(({ spec }) => spec.table.api), answer: opened.answer, opened }
  }
}

async function mocked(services: LocatedService[], root: string, seed: number): Promise<LocatedService[]> {
  const [{ mockService }, { readApis }] = await Promise.all([import('./mock.ts'), import('../openapi/index.ts')])
  const documents = new Map((await readApis(root)).map((document) => [document.api, document]))
  return services.map(({ entry, service }) => ({ entry, service: mockService(service, { documents, seed }) }))
}
