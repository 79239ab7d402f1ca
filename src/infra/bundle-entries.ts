// Bundles the entry files of a project, and reads from each bundle what its function uses.
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundleFunction, definitionChecks, type FunctionBundle, ownCode } from '../bundle/index.ts'
import { compileConfig, type LoadedConfig, requiredSecrets } from '../config/build.ts'
import { setConfig } from '../config/index.ts'
import { checkConsumers, checkHandlers, entryFault, importServices, type LocatedService, planSchedules, startFaults } from '../entries/index.ts'
import { type Fault, UsageError } from '../errors/index.ts'
import type { ApiTable, PersistDefinition } from '../openapi/index.ts'
import { consumerFaults, scheduleRule, taskFaults, taskTimes } from '../runtime/edge.ts'
import { storeDefinition } from '../store/index.ts'
import type { PreparedFunction } from './project.ts'
import { firesIn, tableCallsIn } from './table-calls.ts'

export interface EntriesOptions {
  root: string
  /** Relative to `root`. */
  entries: readonly string[]
  /** Where a folder for each function is made. */
  folder: string
  loaded: LoadedConfig
}

/** Makes the folder of each function. */
export async function bundleEntries({ root, entries, folder, loaded }: EntriesOptions): Promise<PreparedFunction[]> {
  // Faults of bundles name the places of their sources.
  process.setSourceMapsEnabled(true)
  Object.assign(globalThis, { [definitionChecks]: { consumerFaults, taskFaults, scheduleRule } })
  const services: LocatedService[] = []
  const faults: Fault[] = []
  const prepared = await Promise.all(entries.map(async (entry) => {
    const name = basename(entry).replace(/\.[cm]?ts$/, '')
    const target = join(folder, name)
    const { file, metafile } = await bundleFunction({ root, entry, folder: target })
    writeFileSync(join(target, 'klue-config.json'), JSON.stringify(compileConfig(loaded.merged)))
    const found = await importServices(new Map([[entry, pathToFileURL(file)]])).catch((error: unknown) => {
      faults.push(...entryFault(error, { root, entry, doing: 'importing this file' }))
      return []
    })
    services.push(...found)
    const apis = found.flatMap(({ service }) => service.apis)
    const tables = apis.map(({ spec }) => spec.table)
    const calls = clientsIn(metafile)
    const code = await ownCode(root, entry, metafile)
    const tasks = found.flatMap(({ service }) => taskTimes(service))
    const consumers = found.flatMap(({ service }) => service.consumers ?? [])
    return {
      name,
      folder: target,
      handler: 'index.handler',
      apis: tables,
      calls,
      tableCalls: tableCallsIn(code),
      tables: [storeDefinition as PersistDefinition, ...tables.flatMap((table) => table.persist)],
      secrets: secretsOf(tables, calls, loaded),
      tasks,
      consumers,
      fires: tasks.length > 0 || firesIn(code),
    }
  }))
  // As a deployed function does it: the configuration is there once all files are imported.
  setConfig(loaded.config)
  faults.push(...services.flatMap((service) => startFaults(root, service, loaded.config)), ...checkHandlers(root, services), ...checkConsumers(services), ...planSchedules(root, services, loaded.config).faults)
  if (faults.length > 0) throw new UsageError(faults)
  return prepared
}

/** The APIs that a bundle may call: a client is generated into a file of its own. */
export function clientsIn(metafile: FunctionBundle['metafile']): string[] {
  return Object.keys(metafile.inputs).flatMap((path) => /(?:^|\/)gen\/([^/]+)\.client\.ts$/.exec(path)?.[1] ?? [])
}

/** The secrets of a function. Keys of an API are for who serves or calls it, the signing key for who checks tokens, own keys for everybody; channels of reports are for the reporter. */
export function secretsOf(tables: readonly ApiTable[], calls: readonly string[], loaded: LoadedConfig): string[] {
  const apis = new Set([...tables.map(({ api }) => api), ...calls])
  const needed = requiredSecrets(loaded).filter(({ key }) => {
    const [top, api] = key.split('.')
    return top === 'apis' ? api !== undefined && [...apis].some((name) => key.startsWith(`apis.${name}.`)) : top !== 'reports'
  })
  return [...new Set(needed.map(({ name }) => name))].sort()
}
