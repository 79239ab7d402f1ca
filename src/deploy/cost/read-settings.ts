// What of a project costs money: read from its documents, its entry files and the configuration of a stage.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findEntries } from '../../bundle/index.ts'
import type { LoadedConfig } from '../../config/build.ts'
import { type ApiDocument, idempotencyOf, listOperations, persistedSchemas, readApis, settingsOf } from '../../openapi/index.ts'
import { awsAccess } from '../aws-access.ts'
import type { CostSettings } from './types.ts'

/** The settings of a stage that an estimate needs. Documents with faults are read as far as they go. */
export async function costSettings(root: string, { config, deployment }: LoadedConfig): Promise<CostSettings> {
  const documents = await readApis(root)
  const entries = findEntries(root, config.name).map((file) => /([^/]+)\.[cm]?ts$/.exec(file)![1]!)
  const operations = documents.flatMap((api) => listOperations(api).map(({ id, method, value }) => ({ id, method, function: settingsOf(api, value).function ?? (entries.includes(api.api) ? api.api : entries[0]!), ...(idempotencyOf(value) === undefined ? {} : { takesKeys: true }) })))
  const names = [...new Set([...entries, ...operations.map((operation) => operation.function)])]
  return {
    region: awsAccess(config).region,
    functions: names.map((name) => ({ name, memoryMb: deployment.functions[name]?.memoryMb ?? deployment.memoryMb, readyInstances: deployment.functions[name]?.hostsMin ?? deployment.awsHostsMin })),
    operations,
    apis: entries.length,
    tables: tablesOf(documents),
    tableCapacity: deployment.tableBilling === 'provisioned' ? { readMin: deployment.tableReadMin, writeMin: deployment.tableWriteMin } : undefined,
    logRetentionDays: deployment.logRetentionDays,
    rowDays: Math.max(2, Math.min(config.logVolatileDays, config.logDays)),
    archiveDays: config.logArchive ? config.logArchiveDays : undefined,
    worker: times(root, /\bdefine(?:Task|Consumer)\(|\bonChange\(/g) > 0 || documents.some((api) => listOperations(api).some(({ value }) => settingsOf(api, value).task !== undefined)) ? { memoryMb: deployment.functions['klue-worker']?.memoryMb ?? deployment.memoryMb } : undefined,
    consumers: { queues: deployment.runSchedules ? times(root, /\bdefineConsumer\(/g) : 0, streams: deployment.runSchedules ? times(root, /\bonChange\(/g) : 0 },
    alarms: deployment.alarms,
    dashboard: deployment.alarms && deployment.dashboard,
    metricOperations: config.metricOperations.length,
    metricNames: config.metricNames.length,
  }
}

// An estimate runs no code of the project: a task or consumer is seen by the word that defines it.
function times(root: string, word: RegExp): number {
  const folder = join(root, 'functions')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.[cm]?ts$/.test(file) && !/^gen[\\/]/.test(file))
  return files.reduce((sum, file) => sum + [...readFileSync(join(folder, file), 'utf8').matchAll(word)].length, 0)
}

function tablesOf(documents: readonly ApiDocument[]): CostSettings['tables'] {
  const tables = documents.flatMap((api) => persistedSchemas(api).map(({ definition }) => [definition.table, definition.indexes.length] as const))
  return [...new Map(tables)].map(([name, indexes]) => ({ name, indexes }))
}
