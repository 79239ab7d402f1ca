// The tasks of a local project: accepted, run and looked after in this process, by the rules of the deployed ones.
import { messageOf } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import { type OpenService, operationTasks, type TaskPort } from '../runtime/edge.ts'
import type { LogRecord, Schedule, Task } from '../runtime/index.ts'
import type { KnownTasks } from '../store/index.ts'
import type { LocalQueue, Worker, WorkerParts } from '../tasks/index.ts'
import { localClock } from './local-clock.ts'

export interface LocalTasksOptions {
  database(): Database
  log(record: LogRecord): void
  now?(): number
  /** Milliseconds that a lease lasts unless it is renewed; default 15,000. */
  leaseMs?: number
  /** Milliseconds between two sweeps; default 10,000. */
  sweepMs?: number
  /** Whether schedules are run by the clock; default false, so that no test meets them. */
  ticks?: boolean
  /** Name of the service. */
  service(): string
}

export interface LocalTasks {
  readonly port: TaskPort
  /** Runs the tasks of these services from now on, and these schedules. */
  use(services: readonly OpenService[], schedules: readonly Schedule[]): void
  /** Runs what is due, also what an earlier process left behind. The data is there. */
  start(): void
  /** Starts nothing more, and waits for what runs; what does not end in time is run again at the next start. */
  close(graceMs?: number): Promise<void>
}

type Known = ReturnType<WorkerParts['services']>

interface Engine {
  port: TaskPort
  queue: LocalQueue
  worker: Worker
  parts: WorkerParts
}

/** How far ahead the first sweep looks: beyond the longest pause of the local queue. */
const aheadMs = 17 * 60_000

export function localTasks(options: LocalTasksOptions): LocalTasks {
  const { database, log, now = Date.now, leaseMs = 15_000, sweepMs = 10_000, ticks = false, service } = options
  let known: Known = new Map()
  let schedules: readonly Schedule[] = []
  let opening: Promise<Engine> | undefined
  let [isStarted, isClosed] = [false, false]
  let timer: NodeJS.Timeout | undefined
  let sweeping: Promise<unknown> = Promise.resolve()
  const stop = new AbortController()
  const fault = (message: string): void => log({ kind: 'log', level: 'warn', time: new Date(now()).toISOString(), message })
  // A project without tasks loads none of this.
  const open = (): Promise<Engine> => (opening ??= openEngine({ database, now, leaseMs, fault, services: () => known }))
  const sweepLater = (ahead: number, afterMs: number): void => {
    if (isClosed) return
    timer = setTimeout(() => {
      sweeping = open()
        .then(async ({ parts }) => (await import('../tasks/index.ts')).sweep(parts, { aheadMs: ahead, signal: stop.signal }))
        .then(({ isFull }) => sweepLater(isFull ? ahead : 0, isFull ? 0 : sweepMs), (error: unknown) => {
          if (!isClosed) fault(`The tasks could not be looked through, which is tried again: ${messageOf(error)}`)
          sweepLater(ahead, sweepMs)
        })
    }, afterMs)
    timer.unref()
  }
  const clock = localClock({ schedules: () => schedules, database, port: async () => (await open()).port, service, now, tell: fault })
  const begin = (): void => {
    if (!isStarted || known.size === 0) return
    // Who has the rows and not the code is told what there is.
    note(database, knownOf(known, schedules)).catch((error: unknown) => (isClosed ? undefined : fault(`What tasks there are could not be noted: ${messageOf(error)}`)))
    if (ticks && schedules.length > 0) clock.start()
    if (timer === undefined) sweepLater(aheadMs, 0)
  }
  return {
    port: { prepare: async (orders, from) => (await open()).port.prepare(orders, from), cancel: async (id) => (await open()).port.cancel(id) },
    use(services, planned) {
      schedules = planned
      known = new Map(services.flatMap((service) => [...(service.service.tasks ?? []), ...operationTasks(service)].map((task): [string, { task: Task; service: OpenService }] => [task.name, { task, service }])))
      begin()
    },
    start() {
      isStarted = true
      begin()
    },
    async close(graceMs = 10_000) {
      isClosed = true
      clearTimeout(timer)
      const ticking = clock.close()
      stop.abort(new Error('the project is closed'))
      const engine = await opening?.catch(() => undefined)
      let grace: NodeJS.Timeout | undefined
      await Promise.race([Promise.all([sweeping, ticking, engine?.queue.close()]), new Promise((resolve) => (grace = setTimeout(resolve, graceMs)))])
      clearTimeout(grace)
    },
  }
}

async function note(database: () => Database, known: KnownTasks): Promise<void> {
  const { noteTasks } = await import('../store/index.ts')
  await noteTasks(database(), known)
}

function knownOf(known: Known, schedules: readonly Schedule[]): KnownTasks {
  return {
    tasks: Object.fromEntries([...known.values()].map(({ task: { name, options } }) => [name, options.attempts])),
    schedules: Object.fromEntries(schedules.map(({ name, task, input, rule }) => [name, { task: task.name, input, when: rule.aws, timezone: rule.timezone }])),
  }
}

async function openEngine({ database, now, leaseMs, fault, services }: { database(): Database; now(): number; leaseMs: number; fault(sentence: string): void; services(): Known }): Promise<Engine> {
  const { openLocalQueue, openTaskPort, openWorker } = await import('../tasks/index.ts')
  const queue = openLocalQueue({ receive: (id) => worker.receive(id), failed: (error) => fault(`A task could not be run now, which is tried again: ${messageOf(error)}`) })
  const parts: WorkerParts = { database, queue: () => queue, services, lease: () => ({ leaseMs, renews: true }), now }
  const worker = openWorker(parts)
  const port = openTaskPort({ database, queue, tasks: () => new Map([...services()].map(([name, { task }]) => [name, task])), version: '', now, fault })
  return { port, queue, worker, parts }
}
