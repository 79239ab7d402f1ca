// The function that runs tasks: the project's own `functions/jobs.ts`, or one made of all services that list some.
import { mkdirSync, writeFileSync } from 'node:fs'
import { extname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { bundleFunction, findWorker, ownCode } from '../bundle/index.ts'
import { compileConfig, type LoadedConfig } from '../config/build.ts'
import { checkTasks, entryFault, planSchedules } from '../entries/index.ts'
import { type Fault, UsageError } from '../errors/index.ts'
import type { PersistDefinition } from '../openapi/index.ts'
import type { Consumer } from '../runtime/index.ts'
import { type Service, taskTimes } from '../runtime/edge.ts'
import { storeDefinition } from '../store/index.ts'
import { clientsIn, secretsOf } from './bundle-entries.ts'
import type { PreparedFunction, PreparedWorker } from './project.ts'
import { tableCallsIn } from './table-calls.ts'

export interface WorkerOptions {
  root: string
  /** Where its folder is made. */
  folder: string
  loaded: LoadedConfig
  /** The entry files, as they were bundled. */
  functions: readonly PreparedFunction[]
  /** Their files, in the same order; relative to `root`. */
  entries: readonly string[]
}

/** Name of the function. */
export const workerName = 'klue-worker'

/** Makes the folder of the worker, and tells each function that fires which tasks there are; undefined where there are none. */
export async function bundleWorker({ root, folder, loaded, functions, entries }: WorkerOptions): Promise<PreparedWorker | undefined> {
  const own = findWorker(root)
  const withTasks = entries.filter((_, index) => (functions[index]!.tasks?.length ?? 0) + (functions[index]!.consumers?.length ?? 0) > 0)
  if (own === undefined && withTasks.length === 0) return undefined
  const target = join(folder, workerName)
  const entry = own ?? generated(root, { file: join(folder, `${workerName}.ts`), entries: withTasks })
  const { file, metafile } = await bundleFunction({ root, entry, folder: target })
  const services = await importWorker(root, { entry, file })
  const tasks = services.flatMap(taskTimes)
  const plan = planSchedules(root, services.map((service) => ({ entry, service })), loaded.config)
  const consumers = [...new Set(services.flatMap((service) => service.consumers ?? []))]
  const names = new Set(tasks.map(({ name }) => name))
  const faults = [...checkTasks(services.map((service) => ({ entry, service }))), ...entries.flatMap((listing, index) => unserved(listing, functions[index]!, { names, consumers, entry })), ...plan.faults, ...doubleConsumers(consumers, entry)]
  if (faults.length > 0) throw new UsageError(faults)
  writeFileSync(join(target, 'klue-config.json'), JSON.stringify(compileConfig(loaded.merged)))
  // With the version: after going back the worker knows what that one had.
  writeFileSync(join(target, 'klue-schedules.json'), JSON.stringify(Object.fromEntries(plan.schedules.map(({ name, task, input, rule }) => [name, { task: task.name, input, when: rule.aws, timezone: rule.timezone }]))))
  for (const one of functions) if (one.fires === true) writeFileSync(join(one.folder, 'klue-tasks.json'), JSON.stringify([...names]))
  const tables = services.flatMap(({ apis }) => apis.map(({ spec }) => spec.table))
  const calls = clientsIn(metafile)
  return {
    folder: target,
    calls,
    tableCalls: tableCallsIn(await ownCode(root, entry, metafile)),
    tables: [...new Map([storeDefinition as PersistDefinition, ...tables.flatMap((table) => table.persist)].map((definition) => [definition.table, definition])).values()],
    secrets: secretsOf(tables, calls, loaded),
    timeoutSeconds: Math.max(0, ...tasks.map(({ timeoutSeconds }) => timeoutSeconds), ...consumers.map(({ options }) => options.timeoutSeconds)),
    tasks: [...names],
    schedules: plan.schedules.map(({ name, rule }) => ({ name, expression: rule.aws, timezone: rule.timezone })),
    consumers: consumers.map(({ name, source, options }) => ({ name, source, options })),
  }
}

// An entry file as `functions/jobs.ts` would be; gives its path relative to the project.
function generated(root: string, { file, entries }: { file: string; entries: readonly string[] }): string {
  // Beside this file there is TypeScript in the kit's repository, and JavaScript in its package.
  const kit = fileURLToPath(new URL(`../lambda/worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url))
  const imports = entries.map((entry, index) => `import { service as s${index} } from ${JSON.stringify(resolve(root, entry))}`)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, `import { toWorker } from ${JSON.stringify(kit)}\n${imports.join('\n')}\nexport const handler = toWorker([${entries.map((_, index) => `s${index}`).join(', ')}])\n`)
  return relative(root, file)
}

async function importWorker(root: string, { entry, file }: { entry: string; file: string }): Promise<readonly Service[]> {
  let handler: { services?: readonly Service[] } | undefined
  try {
    handler = ((await import(pathToFileURL(file).href)) as { handler?: { services?: readonly Service[] } }).handler
  } catch (error) {
    throw new UsageError(entryFault(error, { root, entry, doing: 'importing this file' }))
  }
  if (Array.isArray(handler?.services)) return handler.services
  throw new UsageError({ code: 'no-worker', file: entry, message: 'this file does not export the worker that it makes', hint: 'write: export const handler = toWorker(service)' })
}

// Accepted work that nobody runs would be lost without a word: better no deployment.
function unserved(listing: string, { tasks = [], consumers: listed = [] }: PreparedFunction, { names, consumers, entry }: { names: ReadonlySet<string>; consumers: readonly Consumer[]; entry: string }): Fault[] {
  const lost = listed.filter(({ name }) => !consumers.some((consumer) => consumer.name === name)).map(({ name }) => ({ code: 'task-unserved', file: listing, message: `the consumer ${name} is run by nothing in the account: ${entry} runs other ones`, hint: `give the service of ${listing} to toWorker([…]) there` }))
  return [...lost, ...tasks.filter(({ name }) => !names.has(name)).map(({ name }) => ({ code: 'task-unserved', file: listing, message: `the task ${name} is run by nothing in the account: ${entry} runs other ones`, hint: `give the service of ${listing} to toWorker([…]) there` }))]
}

// A queue is called by its consumer, and hands each message to one of those that read it.
function doubleConsumers(consumers: readonly Consumer[], entry: string): Fault[] {
  return consumers.flatMap(({ name, source }, index): Fault[] => {
    const others = consumers.slice(0, index)
    if (others.some((other) => other.name === name)) return [{ code: 'consumer-invalid', file: entry, message: `two consumers have the name ${name}`, hint: 'give one of them another name' }]
    const rival = 'queue' in source ? others.find((other) => 'queue' in other.source && other.source.queue === source.queue) : undefined
    return rival === undefined ? [] : [{ code: 'consumer-invalid', file: entry, message: `the consumers ${rival.name} and ${name} take the messages of one queue from each other`, hint: 'let one consumer have it, or send to a topic, whose consumers all get each message' }]
  })
}
