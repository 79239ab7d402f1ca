// Consumers on one table without a project around them, with a clock in the hand of the test.
import { directDatabase } from '../../src/dev/direct-database.ts'
import { type Database, ensureTables } from '../../src/persist/index.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import type { ConsumerOutcome, IncomingMessage } from '../../src/runtime/edge.ts'
import type { BatchOptions, Consumer, ConsumerHandler, ConsumerOptions, LogRecord } from '../../src/runtime/index.ts'
import { defineConsumer } from '../../src/runtime/index.ts'
import { storeDefinition } from '../../src/store/index.ts'
import { runConsumer } from '../../src/tasks/index.ts'
import { testPlatform } from '../runtime/service-fixture.ts'
import { anything } from './engine.ts'

export interface Consuming {
  database: Database
  clock: { ms: number }
  lines: LogRecord[]
  /** Runs messages; `on`: the database as the process sees it. */
  run(consumer: Consumer, messages: readonly IncomingMessage[], options?: { on?: Database; endsAt?: number }): Promise<ConsumerOutcome>
  close(): Promise<void>
}

export async function openConsuming(): Promise<Consuming> {
  const clock = { ms: Date.parse('2027-03-01T12:00:00Z') }
  const now = (): number => clock.ms
  const dynamo = await openLocalDynamo({ memory: true })
  const database = { ...directDatabase(dynamo, 'test-'), now }
  await ensureTables(database, [storeDefinition])
  const lines: LogRecord[] = []
  return {
    database, clock, lines,
    run(consumer, messages, { on = database, endsAt } = {}) {
      const platform = { ...testPlatform({ now, database: () => on }), log: (record: LogRecord) => void lines.push(record) }
      const service = { service: { name: 'test', apis: [], routes: {}, errorDecorator: undefined, consumers: [consumer] }, platform, running: new Set<never>() }
      return runConsumer(service, { consumer, messages, ...(endsAt === undefined ? {} : { endsAt }) })
    },
    close: () => dynamo.close(),
  }
}

/** A consumer of the queue `orders` that takes everything. */
export function consumer<const Batch extends BatchOptions | undefined = undefined>(options: ConsumerOptions<never, Batch>, handler: ConsumerHandler<never, Batch>): Consumer {
  return defineConsumer({ queue: 'orders' }, { schema: anything, ...options } as never, handler as never)
}

/** A message as an edge hands it over. */
export function incoming(id: string, body: unknown = { id }, more: Partial<IncomingMessage> = {}): IncomingMessage {
  return { receipt: `r-${id}`, id, content: { text: JSON.stringify(body) }, attempt: 1, sentAt: Date.parse('2027-03-01T11:00:00Z'), attributes: {}, ...more }
}
