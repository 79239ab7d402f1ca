// The consumers of a local project: messages that are sent by hand, and the changes of tables, run by the rules of the deployed ones.
import { messageOf, nearest, UsageError } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import type { OpenService } from '../runtime/edge.ts'
import type { Consumer, LogRecord } from '../runtime/index.ts'
import type { DataAccess } from './thread-messages.ts'

export interface LocalConsumersOptions {
  database(): Database
  /** Where the streams of the tables answer; undefined where they do not. */
  access(): Promise<DataAccess | undefined>
  log(record: LogRecord): void
}

/** What became of a message. */
export interface SentResult {
  id: string
  result: 'done' | 'failed' | 'dead' | 'filtered'
  error?: string
  description?: string
}

/** A consumer in a list. */
export interface ListedConsumer {
  name: string
  source: string
  schema: string | undefined
}

export interface LocalConsumers {
  /** Runs messages of these services from now on. */
  use(services: readonly OpenService[]): void
  /** Follows the tables that consumers hang on. The data is there. */
  start(): void
  list(): ListedConsumer[]
  /** Runs what a value holds for a consumer, each message once. Throws a UsageError where there is no such consumer, or nothing that it could take. */
  send(name: string, value: unknown): Promise<SentResult[]>
  /** Starts nothing more, and waits for what runs. */
  close(graceMs?: number): Promise<void>
}

interface Known {
  consumer: Consumer
  service: OpenService
}

export function localConsumers(options: LocalConsumersOptions): LocalConsumers {
  let known: ReadonlyMap<string, Known> = new Map()
  let isStarted = false
  const stop = new AbortController()
  const following = new Map<string, Promise<void>>()
  const warn = (message: string): void => options.log({ kind: 'log', level: 'warn', time: new Date().toISOString(), message })
  const follow = (): void => {
    for (const [name, { consumer }] of isStarted ? known : []) {
      if (!('table' in consumer.source) || following.has(name) || stop.signal.aborted) continue
      const parts = { ...options, warn, signal: stop.signal, known: () => known.get(name) }
      following.set(name, import('./follow-table.ts').then(({ followTable }) => followTable(parts, name)).catch((error: unknown) => warn(`The changes for the consumer ${name} are not followed any more: ${messageOf(error)}`)))
    }
  }
  return {
    use(services) {
      known = new Map(services.flatMap((service) => (service.service.consumers ?? []).map((consumer): [string, Known] => [consumer.name, { consumer, service }])))
      follow()
    },
    start() {
      isStarted = true
      follow()
    },
    list: () => [...known.values()].map(({ consumer: { name, source, options: { schema } } }) => ({ name, source: sourceWords(source), schema: schema?.file })),
    async send(name, value) {
      const found = known.get(name)
      if (found === undefined) throw unknown(name, [...known.keys()])
      const { sentEvents, runConsumer } = await import('../tasks/index.ts')
      let events: ReturnType<typeof sentEvents>
      try {
        events = sentEvents(found.consumer, value, Date.now())
      } catch (error) {
        throw new UsageError({ code: 'event-invalid', file: '', message: messageOf(error), hint: 'send a body, a list of bodies, or the event as AWS has it' })
      }
      const { failed, errors, dead } = await runConsumer(found.service, { consumer: found.consumer, messages: events.filter(({ fits }) => fits).map(({ message }) => message) })
      return events.map(({ message: { id, receipt }, fits }): SentResult => {
        if (!fits) return { id, result: 'filtered' }
        const given = dead.find((one) => one.receipt === receipt)
        if (given !== undefined) return { id, result: 'dead', error: given.error, description: given.description }
        return failed.includes(receipt) ? { id, result: 'failed', ...errors[receipt] } : { id, result: 'done' }
      })
    },
    async close(graceMs = 10_000) {
      stop.abort(new Error('the project is closed'))
      let grace: NodeJS.Timeout | undefined
      await Promise.race([Promise.all(following.values()), new Promise((resolve) => (grace = setTimeout(resolve, graceMs)))])
      clearTimeout(grace)
    },
  }
}

function unknown(name: string, names: readonly string[]): UsageError {
  const near = nearest(name, names)
  const hint = near !== undefined ? `did you mean ${JSON.stringify(near)}?` : names.length === 0 ? 'list it in consumers of defineService' : `there are ${names.join(', ')}`
  return new UsageError({ code: 'consumer-unknown', file: '', message: `there is no consumer ${JSON.stringify(name)}`, hint })
}

function sourceWords(source: Consumer['source']): string {
  if ('table' in source) return `table ${source.table}`
  if ('queue' in source) return `queue ${source.queue}`
  if ('topic' in source) return `topic ${source.topic}`
  return 'bucket' in source ? `bucket ${source.bucket}` : `events ${JSON.stringify(source.event)}`
}
