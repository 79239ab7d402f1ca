// Workers on one table without a project around them, with a clock, a queue and kills that tests hold in their hands.
import { directDatabase } from '../../src/dev/direct-database.ts'
import { type Database, ensureTables } from '../../src/persist/index.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import type { FireOptions, LogRecord, Task, TaskContext, TaskOptions, User } from '../../src/runtime/index.ts'
import { defineTask } from '../../src/runtime/index.ts'
import type { TaskPort } from '../../src/runtime/edge.ts'
import { storeDefinition } from '../../src/store/index.ts'
import { openTaskPort } from '../../src/tasks/fire-port.ts'
import type { TaskMessage } from '../../src/tasks/queue.ts'
import { openWorker, type TaskQueue, type Worker, type WorkerParts } from '../../src/tasks/index.ts'
import { testPlatform } from '../runtime/service-fixture.ts'

/** A schema that takes everything. */
export const anything = { spec: { value: () => ({}) }, file: 'anything' } as never

export interface Clock {
  ms: number
  now(): number
}

/** A queue whose messages lie there until a test hands them out. */
export interface HeldQueue extends TaskQueue {
  readonly messages: TaskMessage[]
  isDown: boolean
}

export interface Engine {
  database: Database
  clock: Clock
  queue: HeldQueue
  lines: LogRecord[]
  faults: string[]
  port: TaskPort
  /** A worker that runs these tasks; `on`: the database as it sees it. */
  worker(on?: Database): { worker: Worker; parts: WorkerParts }
  fire(name: string, input: unknown, options?: FireOptions & { user?: User }): Promise<string>
  close(): Promise<void>
}

export function task(name: string, options: Partial<TaskOptions<never>>, handler: (input: never, context: TaskContext) => unknown): Task {
  return defineTask(name, { input: anything, backoff: { firstSeconds: 1 }, ...options }, handler as never) as unknown as Task
}

export async function openEngine(tasks: readonly Task[], options: { leaseMs?: number; now?: () => number; config?: Record<string, unknown> } = {}): Promise<Engine> {
  const clock: Clock = { ms: Date.parse('2027-03-01T12:00:00Z'), now: () => clock.ms }
  const now = options.now ?? clock.now
  const dynamo = await openLocalDynamo({ memory: true })
  const database = { ...directDatabase(dynamo, 'test-'), now }
  await ensureTables(database, [storeDefinition])
  const messages: TaskMessage[] = []
  const queue: HeldQueue = {
    name: 'held', longestDelayMs: 900_000, retentionMs: 14 * 86_400_000, longestPauseMs: 6 * 3_600_000, messages, isDown: false,
    async send(sent) {
      if (queue.isDown) throw new Error('the queue does not answer')
      messages.push(...sent)
    },
  }
  const platform = testPlatform({ now, ...(options.config === undefined ? {} : { config: options.config }) })
  const running = new Set<never>()
  const service = { service: { name: 'test', apis: [], routes: {}, errorDecorator: undefined, tasks }, platform, running }
  const faults: string[] = []
  const port = openTaskPort({ database: () => database, queue, tasks: () => new Map(tasks.map((one) => [one.name, one])), version: 'v1', now, fault: (sentence) => void faults.push(sentence) })
  return {
    database, clock, queue, lines: platform.lines, faults, port,
    worker(on = database) {
      const parts: WorkerParts = { database: () => on, queue: () => queue, services: () => new Map(tasks.map((one) => [one.name, { task: one, service }])), lease: () => ({ leaseMs: options.leaseMs ?? 60_000, renews: true }), now }
      return { worker: openWorker(parts), parts }
    },
    async fire(name, input, { user, ...fireOptions } = {}) {
      const beside: Promise<unknown>[] = []
      const id = globalThis.crypto.randomUUID()
      const prepared = await port.prepare([{ id, task: tasks.find((one) => one.name === name)!, input, options: fireOptions }], { callId: 'c', callPath: 'test', operation: 'op', user })
      const [fired] = await prepared.accept((work) => void beside.push(work))
      await Promise.all(beside)
      return fired!.id
    },
    close: () => dynamo.close(),
  }
}
