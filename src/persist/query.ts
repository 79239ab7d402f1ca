// Listing the items of a partition, of the table or of an index, page by page.
import type { TableShape } from '../openapi/index.ts'
import { type Bound, signalOf } from './bound.ts'
import type { Condition } from './conditions.ts'
import { fromCursor, toCursor } from './cursor.ts'
import type { Along, AlongMany, Selected } from './item-types.ts'
import { type AnyQuery, checkedLimit, type Page, queryInput, readPage, toListing } from './listing.ts'

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
  const start = options.cursor === undefined ? undefined : fromCursor(listing, options.cursor)
  const input = await queryInput(bound, listing, { value: listing.values[0]!, bounds: listing.bounds, options })
  if (input === undefined) return { items: [] }
  return await readPage(bound, options, {
    limit,
    start,
    read: (part) => database.run('Query', { ...input, ...part }, signalOf(options)),
    cursorOf: (position) => toCursor(listing, position),
  })
}
