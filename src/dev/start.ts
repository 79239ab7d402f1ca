// Starts a project on this machine: servers, reload, and a stop that loses nothing.
import { setTimeout as sleep } from 'node:timers/promises'
import { env } from '../config/index.ts'
import { isUsageError, messageOf, UsageError } from '../errors/index.ts'
import { controlled, newKey } from './control.ts'
import { type DataLink, linkData } from './data-link.ts'
import { beginLocalProject, type Change, type LocalProject, type LocalProjectOptions } from './local-project.ts'
import { forgetRunning, noteRunning } from './running.ts'
import { type LocalServer, startServer } from './server.ts'
import { catchUncaught } from './uncaught-errors.ts'
import { watchProject } from './watch.ts'

export interface StartOptions extends LocalProjectOptions {
  /** Port of the main service; default PORT, `port` of the configuration, 8080. 0 takes a free one. */
  port?: number
  /** Loads changes of documents, functions and configuration while running. */
  watch?: boolean
  /** Told after each reload. */
  onReload?(event: ReloadEvent): void
}

export type ReloadEvent = { changes: ReadonlySet<Change>; milliseconds: number } & ({ ok: true } | { ok: false; faults: string })

/** A running project. */
export interface RunningProject {
  readonly project: LocalProject
  /** Addresses of the services, the main one first. */
  readonly addresses: { name: string; apis: string[]; url: string }[]
  stop(): Promise<void>
}

// What waited for the server to listen is answered within this.
const settlingMs = 25
// How many ports after its own a further service may move to.
const fallbacks = 50

/** Starts every service of a project. Throws a UsageError where anything is wrong; nothing then stays open. */
export async function startProject(options: StartOptions): Promise<RunningProject> {
  let link: DataLink | undefined
  const log: StartOptions['log'] = (record) => {
    link?.take(record)
    options.log(record)
  }
  let begun: LocalProject | undefined
  const uncaught = catchUncaught(() => begun?.services[0]?.opened, log)
  const { project, openData } = await beginLocalProject({ ...options, log, source: (config, folder) => (link = linkData({ root: options.root, folder, config: () => begun?.config ?? config, print: options.log })) }).catch((error: unknown) => {
    uncaught.stop()
    throw error
  })
  begun = project
  const servers: LocalServer[] = []
  const key = newKey()
  try {
    const port = options.port ?? portFromEnvironment() ?? project.config.port
    for (const [index, { name }] of project.services.entries()) {
      // By name, not by object: a reload puts new services into the place of the old ones.
      const answer: LocalProject['services'][number]['answer'] = (request) => uncaught.answer(project.services.find((service) => service.name === name)!.opened, request)
      const own = index === 0 ? { port } : port === 0 ? { port: 0 } : { port: servers[index - 1]!.port + 1, fallbacks }
      servers.push(await startServer({ ...own, hosts: () => project.config.devHosts, bodyLimitBytes: () => project.config.bodyLimitBytes, answer: index === 0 ? controlled(project, key, answer) : answer }))
    }
    // Loading a database takes as long as all before: who needs no data gets an answer first.
    await sleep(settlingMs)
    await openData()
  } catch (error) {
    uncaught.stop()
    await link?.stop({ drain: false })
    await stopAll(servers, project)
    throw error
  }
  const addresses = project.services.map(({ name, apis }, index) => ({ name, apis, url: `http://127.0.0.1:${servers[index]!.port}` }))
  // A server with data of its own in memory is nobody else's business.
  if (options.inMemory !== true) noteRunning(options.root, { stage: project.config.stage, addresses, key })
  const stopWatching = options.watch === true ? watchProject(options.root, (changes) => reload(project, changes, options)) : undefined
  return {
    project,
    addresses,
    async stop() {
      stopWatching?.()
      forgetRunning(options.root)
      // First the requests and tasks that run end, then what they said is stored.
      await Promise.all([...servers.map((server) => server.close()), project.tasks.close(), project.consumers.close()])
      await link?.stop()
      await project.close()
      uncaught.stop()
    },
  }
}

async function stopAll(servers: LocalServer[], project: LocalProject): Promise<void> {
  await Promise.all(servers.map((server) => server.close()))
  await project.close()
}

async function reload(project: LocalProject, changes: ReadonlySet<Change>, { onReload }: StartOptions): Promise<void> {
  const startedAt = performance.now()
  const took = (): number => Math.round(performance.now() - startedAt)
  try {
    await project.reload(changes)
    onReload?.({ ok: true, changes, milliseconds: took() })
  } catch (error) {
    // The last good build keeps answering; the developer sees what is wrong and mends it.
    onReload?.({ ok: false, changes, milliseconds: took(), faults: isUsageError(error) ? error.message : error instanceof Error ? (error.stack ?? messageOf(error)) : messageOf(error) })
  }
}

function portFromEnvironment(): number | undefined {
  const text = env('PORT')
  if (text === undefined) return undefined
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port
  throw new UsageError({ code: 'port-invalid', file: '', message: `PORT is ${JSON.stringify(text)}, which is no port`, hint: 'use a whole number from 1 to 65535' })
}
