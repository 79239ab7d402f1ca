// Prepares a service for its stack: constructs are synchronous, and bundling is not.
import { rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundleFunction } from '../bundle/index.ts'
import { compileConfig, loadConfig } from '../config/build.ts'
import { UsageError } from '../errors/index.ts'
import type { Service } from '../runtime/edge.ts'
import { generate, type PersistDefinition } from '../spec/index.ts'
import { storeDefinition } from '../store/index.ts'

export interface BundleServiceOptions {
  /** Entry file of the function, relative to `root`, for example `functions/builds.ts`. */
  entry: string
  /** Stage whose settings apply. */
  stage: string
  /** Folder of the project. @default the current folder */
  root?: string
  /** Folder for what is deployed, relative to `root`. @default `.klue/infra/<stage>/<entry>` */
  outDir?: string
}

/** A service as its function will hold it. */
export interface ServiceBundle {
  /** Name of the service. */
  name: string
  stage: string
  /** Whether real users depend on the stage. */
  live: boolean
  /** Folder with the module, the compiled APIs and `klue-config.json`. */
  folder: string
  /** Exported name of the handler, for example `index.handler`. */
  handler: string
  /** What the names of the tables begin with. */
  tablePrefix: string
  /** Tables that the function uses: those of `x-persist` and the kit's own. */
  tables: PersistDefinition[]
  /** Seconds that a handler has. */
  timeoutSeconds: number
}

/**
 * Generates, bundles and configures one function of a project.
 * The folder holds names of secrets, never their values.
 * @throws UsageError with every fault of configuration and documents
 * @example
 * const bundle = await bundleService({ entry: 'functions/builds.ts', stage: 'live' })
 * new KlueService(stack, 'Service', { bundle })
 */
export async function bundleService(options: BundleServiceOptions): Promise<ServiceBundle> {
  const root = resolve(options.root ?? '.')
  const { entry, stage } = options
  // A build never sees secrets: without an environment their keys have no value.
  const loaded = loadConfig({ root, stage, env: {}, unset: 'leave out' })
  const { config } = loaded
  await generate(root, { basePath: config.basePath })
  const folder = resolve(root, options.outDir ?? join('.klue', 'infra', stage, basename(entry).replace(/\.[cm]?ts$/, '')))
  rmSync(folder, { recursive: true, force: true })
  const { file } = await bundleFunction({ root, entry, folder })
  writeFileSync(join(folder, 'klue-config.json'), JSON.stringify(compileConfig(loaded)))
  const service = await importService(file, entry)
  return {
    name: config.name,
    stage,
    live: config.live,
    folder,
    handler: 'index.handler',
    tablePrefix: `${config.name}-${stage}-`,
    tables: [storeDefinition as PersistDefinition, ...service.apis.flatMap(({ spec }) => spec.table.persist)],
    timeoutSeconds: config.timeoutSeconds,
  }
}

async function importService(file: string, entry: string): Promise<Service> {
  const { service } = (await import(pathToFileURL(file).href)) as { service?: Service }
  if (Array.isArray(service?.apis)) return service
  throw new UsageError({ code: 'no-service', file: entry, message: 'this entry file does not export a service', hint: 'add: export const service = defineService({ spec, handlers })' })
}
