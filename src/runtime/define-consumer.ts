// Declares consumers of messages. Declaring one does no I/O.
import { UsageError } from '../errors/index.ts'
import type { PersistDefinition, TableShape } from '../openapi/index.ts'
import type { KeyOf } from '../persist/index.ts'
import type { GivenConsumer } from './check-consumer.ts'
import { consumerFaults } from './check-definitions.ts'
import type { BatchOptions, BucketSource, ChangeOptions, Consumer, ConsumerOptions, ConsumerSource, StoredObject, TableChange } from './exchange/consumer.ts'
import type { ConsumerHandler } from './exchange/consumer-context.ts'

/** What a message of a source holds: the object of a bucket, else what its schema says. */
export type BodyOf<Source, Received> = Source extends BucketSource ? StoredObject : Received

/**
 * Declares what handles the messages of a queue, a topic, a bucket or a bus; give it to `consumers` of `defineService`.
 * Throws a UsageError with every option that cannot be.
 * @example
 * export const orders = defineConsumer({ queue: 'orders' }, { schema: Order, attempts: 5 }, async ({ id, body }, context) => { … })
 */
export function defineConsumer<const Source extends ConsumerSource, Received = never, const Batch extends BatchOptions | undefined = undefined>(source: Source, options: ConsumerOptions<Received, Batch>, handler: ConsumerHandler<BodyOf<NoInfer<Source>, NoInfer<Received>>, NoInfer<Batch>>): Consumer {
  return defined({ by: 'defineConsumer', source, options, handler, name: options?.name ?? nameOf(source) }, source)
}

/**
 * Declares what handles the changes of a table, in order for each item. Its definition needs `stream: true`.
 * Throws a UsageError with every option that cannot be.
 * @example
 * export const indexed = onChange(Measurement, async ({ body: { kind, before, after } }, context) => { … })
 */
export function onChange<Item, Shape extends TableShape>(table: PersistDefinition<Item, Shape>, handler: ConsumerHandler<TableChange<Item, KeyRecord<Item, Shape>>>): Consumer
export function onChange<Item, Shape extends TableShape, const Batch extends BatchOptions | undefined = undefined>(table: PersistDefinition<Item, Shape>, options: ChangeOptions<Batch>, handler: ConsumerHandler<TableChange<Item, KeyRecord<Item, Shape>>, NoInfer<Batch>>): Consumer
export function onChange(table: PersistDefinition, ...given: [options: ChangeOptions, handler: unknown] | [handler: unknown]): Consumer {
  const [options, handler] = given.length === 1 ? [{}, given[0]] : given
  return defined({ by: 'onChange', source: table, options, handler, name: options?.name ?? table?.table }, { table: table?.table, definition: table })
}

/** The key of an item, as an object. */
export type KeyRecord<Item, Shape extends TableShape> = Extract<KeyOf<Item, Shape>, Record<string, unknown>>

function defined(given: GivenConsumer, source: Consumer['source']): Consumer {
  const faults = consumerFaults(given)
  if (faults.length > 0) throw new UsageError(faults)
  const { schema, batch, attempts = 5, timeoutSeconds = 60, slowMs = timeoutSeconds * 500, concurrency, filter, idempotency = { ttlSeconds: 86_400 } } = given.options as ConsumerOptions
  return {
    kind: 'klue.Consumer',
    name: given.name as string,
    source,
    options: {
      ...(schema === undefined ? {} : { schema: schema as never }),
      ...(batch === undefined ? {} : { batch: { size: batch.size, windowSeconds: batch.windowSeconds ?? 0 } }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(filter === undefined ? {} : { filter }),
      attempts, timeoutSeconds, slowMs, idempotency,
    },
    handler: given.handler as never,
  }
}

// Of an ARN what stands behind its last colon or slash; a FIFO queue ends otherwise.
function nameOf(source: ConsumerSource): string | undefined {
  const { queue, topic, bucket } = (source ?? {}) as { queue?: string; topic?: string; bucket?: string }
  const place: unknown = queue ?? topic ?? bucket
  return typeof place === 'string' ? place.split(/[:/]/).at(-1)!.replace(/\.fifo$/, '') : undefined
}
