// Counting items without returning them.
import type { TableShape } from '../openapi/index.ts'
import { type Bound, signalOf } from './bound.ts'
import type { Condition } from './conditions.ts'
import { isExpired } from './expiry.ts'
import type { Along } from './item-types.ts'
import type { KeyValue } from './keys.ts'
import { type AnyListing, queryInput, toListing } from './listing.ts'
import { scanInput, type Segment } from './scan.ts'
import type { Attributes } from './attributes.ts'

/** Counts a partition, or without one the whole table. */
export type CountOptions<Item, Shape extends TableShape = TableShape> = (Along<Item, Shape> | { index?: undefined; partition?: undefined; range?: undefined; part?: Segment }) & {
  /** Counts what meets this condition alone; costs as much as without it. */
  filter?: Condition<Item>
  /** Stops at this number: more are not told apart from it. Without it everything is read. */
  limit?: number
  consistent?: boolean
  signal?: AbortSignal
}

/** The options of a count whose item type is not known. */
export type AnyCount = AnyListing & { partition?: KeyValue | undefined; part?: Segment; limit?: number }

/** How many items there are; costs as much as reading them. */
export async function countItems(bound: Bound, options: AnyCount): Promise<number> {
  const { database, definition } = bound
  const most = options.limit ?? Number.POSITIVE_INFINITY
  if (!(most >= 1)) throw new RangeError(`The limit of a count on table ${definition.table} must be 1 or more, not ${String(options.limit)}`)
  // What is read tells whether its time is over; without a time there is nothing to be read.
  const reading: AnyListing = { ...options, ...(definition.ttl === undefined ? {} : { select: [definition.ttl] }) }
  const call = options.partition === undefined ? { name: 'Scan' as const, input: (await scanInput(bound, reading)).input } : { name: 'Query' as const, input: await partitionInput(bound, reading, options.partition) }
  if (call.input === undefined) return 0
  const select = definition.ttl === undefined ? { Select: 'COUNT' as const } : {}
  const now = database.now()
  let count = 0
  let start: Attributes | undefined
  do {
    const answer = await database.run(call.name, { ...call.input, ...select, ...(start === undefined ? {} : { ExclusiveStartKey: start }) } as never, signalOf(options))
    count += definition.ttl === undefined ? (answer.Count ?? 0) : (answer.Items ?? []).filter((item) => !isExpired(definition, item, now)).length
    start = answer.LastEvaluatedKey
  } while (start !== undefined && count < most)
  return Math.min(count, most)
}

async function partitionInput(bound: Bound, options: AnyListing, partition: KeyValue): ReturnType<typeof queryInput> {
  const listing = toListing(bound.definition, options, [partition])
  return await queryInput(bound, listing, { value: listing.values[0]!, bounds: listing.bounds, options })
}
