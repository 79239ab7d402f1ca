// Listing the items of a partition, of the table or of an index, page by page.
import type { TableShape } from '../openapi/index.ts'
import type { Attributes } from './attributes.ts'
import { type Bound, signalOf } from './bound.ts'
import type { Condition } from './conditions.ts'
import { fromCursor, toCursor } from './cursor.ts'
import type { Along, AlongMany, Selected } from './item-types.ts'
import { type AnyQuery, checkedLimit, keptItem, maxRead, type Page, queryInput, toListing } from './listing.ts'

/** What a listing does with what it reads. */
export interface PageOptions<Item, Name extends keyof Item = never> {
  /** Most items to return, 1 to 1000; 50 by default. */
  limit?: number
  /** Where an earlier listing of the same kind stopped. */
  cursor?: string
  /** Keeps an item: a condition that DynamoDB looks at, or a function. At most 10,000 items are read for one page, so a page may hold fewer than `limit` items and still a cursor. */
  filter?: Condition<Item> | ((item: Selected<Item, Name>) => boolean)
  /** Reads these properties alone; costs as much as reading all. */
  select?: readonly Name[]
  /** Sees every finished write; true by default for the table, not possible for an index. */
  consistent?: boolean
  signal?: AbortSignal
}

/** A partition, or up to 100 of them, whose items come merged by sort key. */
export type QueryOptions<Item, Shape extends TableShape = TableShape, Name extends keyof Item = never> = ((Along<Item, Shape> & { partitions?: undefined }) | (AlongMany<Item, Shape> & { partition?: undefined })) & PageOptions<Item, Name> & {
  /** By sort key; ascending by default. */
  order?: 'ascending' | 'descending'
}

/** Reads one page. See QueryOptions for the limits; throws INVALID_CURSOR for a cursor of another listing. */
export async function queryTable(bound: Bound, options: AnyQuery): Promise<Page<object>> {
  const { database, definition } = bound
  if (options.partitions !== undefined) return (await import('./merge.ts')).queryPartitions(bound, options)
  const limit = checkedLimit(options.limit, definition)
  const listing = toListing(definition, options, [options.partition!])
  let start = options.cursor === undefined ? undefined : fromCursor(listing, options.cursor)
  const input = await queryInput(bound, listing, { value: listing.values[0]!, bounds: listing.bounds, options })
  if (input === undefined) return { items: [] }
  const found: { item: object; attributes: Attributes }[] = []
  const page = (position: Attributes | undefined): Page<object> => ({ items: found.map((entry) => entry.item), ...(position === undefined ? {} : { cursor: toCursor(listing, position) }) })
  let read = 0
  do {
    // One more than asked for tells whether there is a next page, so that no cursor leads to an empty one.
    const wanted = options.filter === undefined ? limit + 1 - found.length : Math.max(limit + 1, 100)
    const answer = await database.run('Query', { ...input, Limit: Math.min(wanted, maxRead - read), ...(start === undefined ? {} : { ExclusiveStartKey: start }) }, signalOf(options))
    read += answer.ScannedCount ?? 0
    for (const attributes of answer.Items ?? []) {
      const item = keptItem(bound, attributes, options)
      if (item === undefined) continue
      if (found.length === limit) return page(found.at(-1)!.attributes)
      found.push({ item, attributes })
    }
    start = answer.LastEvaluatedKey
  } while (start !== undefined && read < maxRead)
  return page(start)
}
