// A listing over several partitions: their items in the order of the sort key, with one cursor for all.
import type { QueryCommandInput } from '@aws-sdk/client-dynamodb'
import type { Attributes } from './attributes.ts'
import { type Bound, signalOf } from './bound.ts'
import { fromCursor, type Listing, sameScalar, toCursor } from './cursor.ts'
import { type AnyQuery, type Bounds, checkedLimit, compareKeys, keptItem, maxRead, type Page, queryInput, toListing, withoutPrefix } from './listing.ts'

const maxPartitions = 100

interface Stream {
  input: QueryCommandInput
  /** Items that were read and not taken yet; at the end of a read the place where it stopped. */
  waiting: { key: Attributes; item: Attributes | undefined }[]
  start: Attributes | undefined
  isDone: boolean
  /** Items with this sort value were taken already. */
  after: Attributes[string] | undefined
}

/**
 * Reads one page. Items with the same sort value come in the order of their partitions' values.
 * A cursor is the place of one item: every partition goes on from there.
 */
export async function queryPartitions(bound: Bound, options: AnyQuery): Promise<Page<object>> {
  const { definition } = bound
  const limit = checkedLimit(options.limit, definition)
  const given = toListing(definition, options, options.partitions!)
  const values = [...given.values].sort(compareKeys).filter((value, index, all) => index === 0 || !sameScalar(value, all[index - 1]!))
  if (given.sort === undefined) throw new TypeError(`A query on several partitions of table ${definition.table} merges them by sort key, and there is none: read them one by one, or with batch.get`)
  if (values.length === 0 || values.length > maxPartitions) throw new RangeError(`A query on table ${definition.table} takes 1 to ${maxPartitions} partitions, not ${values.length}`)
  const listing = { ...given, values }
  const streams = await openStreams(bound, listing, options)
  return await takePage(bound, { listing, streams, options, limit })
}

interface Taking {
  listing: Listing
  streams: Stream[]
  options: AnyQuery
  limit: number
}

async function takePage(bound: Bound, { listing, streams, options, limit }: Taking): Promise<Page<object>> {
  const items: object[] = []
  const sort = listing.sort!
  let last: Attributes | undefined
  let read = 0
  const page = (isMore: boolean): Page<object> => ({ items, ...(isMore ? { cursor: toCursor(listing, last!) } : {}) })
  for (;;) {
    const empty = streams.filter(({ waiting, isDone }) => waiting.length === 0 && !isDone)
    if (empty.length > 0 && read >= maxRead) return page(true)
    const size = Math.max(10, Math.ceil((2 * (limit + 1)) / streams.length))
    read += (await Promise.all(empty.map((stream) => fill(bound, stream, { options, size, sort })))).reduce((sum, count) => sum + count, 0)
    const next = firstOf(streams, sort, options.order === 'descending')
    if (next === undefined) {
      if (streams.every(({ isDone }) => isDone)) return page(false)
      continue
    }
    const { key, item } = next.waiting[0]!
    const kept = item === undefined ? undefined : keptItem(bound, item, options)
    if (kept !== undefined && items.length === limit) return page(true)
    next.waiting.shift()
    if (kept !== undefined) items.push(kept)
    last = key
  }
}

// A stream without items stands in the way of all others until it is filled or done.
function firstOf(streams: readonly Stream[], sort: string, isDescending: boolean): Stream | undefined {
  if (streams.some(({ waiting, isDone }) => waiting.length === 0 && !isDone)) return undefined
  const ready = streams.filter(({ waiting }) => waiting.length > 0)
  return ready.reduce<Stream | undefined>((first, stream) => {
    if (first === undefined) return stream
    const order = compareKeys(stream.waiting[0]!.key[sort]!, first.waiting[0]!.key[sort]!)
    return (isDescending ? -order : order) < 0 ? stream : first
  }, undefined)
}

async function fill(bound: Bound, stream: Stream, { options, size, sort }: { options: AnyQuery; size: number; sort: string }): Promise<number> {
  const answer = await bound.database.run('Query', { ...stream.input, Limit: size, ...(stream.start === undefined ? {} : { ExclusiveStartKey: stream.start }) }, signalOf(options))
  const { after } = stream
  for (const item of answer.Items ?? []) if (after === undefined || compareKeys(item[sort]!, after) !== 0) stream.waiting.push({ key: item, item })
  stream.start = answer.LastEvaluatedKey
  stream.isDone = stream.start === undefined
  if (stream.start !== undefined) stream.waiting.push({ key: stream.start, item: undefined })
  return answer.ScannedCount ?? 0
}

async function openStreams(bound: Bound, listing: ReturnType<typeof toListing>, options: AnyQuery): Promise<Stream[]> {
  const position = options.cursor === undefined ? undefined : fromCursor(listing, options.cursor)
  const reached = position === undefined ? -1 : listing.values.findIndex((value) => sameScalar(value, position[listing.partition]!))
  const streams = await Promise.all(listing.values.map(async (value, index): Promise<Stream | undefined> => {
    const isReached = index === reached
    const bounds = position === undefined || isReached ? listing.bounds : beyond(listing.bounds, position[listing.sort!]!, options.order)
    const input = await queryInput(bound, listing, { value, bounds, options })
    return input === undefined ? undefined : { input, waiting: [], start: isReached ? position : undefined, isDone: false, after: position !== undefined && index < reached ? position[listing.sort!] : undefined }
  }))
  return streams.filter((stream) => stream !== undefined)
}

function beyond(bounds: Bounds, value: Attributes[string], order: AnyQuery['order']): Bounds {
  const plain = withoutPrefix(bounds)
  return order === 'descending' ? { ...plain, to: value } : { ...plain, from: value }
}
