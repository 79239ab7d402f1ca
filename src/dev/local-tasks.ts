// The tasks of a local project: accepted, run and looked after in this process, by the rules of the deployed ones.
import { messageOf } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import { type OpenService, operationTasks, type TaskPort } from '../runtime/edge.ts'
import type { LogRecord, Task } from '../runtime/index.ts'
import type { LocalQueue, Worker, WorkerParts } from '../tasks/index.ts'

export interface LocalTasksOptions {
  database(): Database
  log(record: LogRecord): void
  now?(): number
  /** Milliseconds that a lease lasts unless it is renewed; default 15,000. */
  leaseMs?: number
  /** Milliseconds between two sweeps; default 10,000. */
  sweepMs?: number
}

export interface LocalTasks {
  readonly port: TaskPort
  /** Runs the tasks of these services from now on. */
  use(services: readonly OpenService[]): void
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
  const { database, log, now = Date.now, leaseMs = 15_000, sweepMs = 10_000 } = options
  let known: Known = new Map()
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
  const begin = (): void => {
    if (!isStarted || known.size === 0 || timer !== undefined) return
    sweepLater(aheadMs, 0)
  }
  return {
    port: { prepare: async (orders, from) => (await open()).port.prepare(orders, from), cancel: async (id) => (await open()).port.cancel(id) },
    use(services) {
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
      stop.abort(new Error('the project is closed'))
      const engine = await opening?.catch(() => undefined)
      let grace: NodeJS.Timeout | undefined
      await Promise.race([Promise.all([sweeping, engine?.queue.close()]), new Promise((resolve) => (grace = setTimeout(resolve, graceMs)))])
      clearTimeout(grace)
    },
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
