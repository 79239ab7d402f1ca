// Reading a whole table, or an index, page by page, in one part or in several at the same time.
import * as tableErrors from '../errors/table-catalog.ts'
import type { TableShape } from '../openapi/index.ts'
import { type Bound, signalOf } from './bound.ts'
import { fromScanCursor, toScanCursor } from './cursor.ts'
import { failedBecause } from './database-error.ts'
import { openPlaceholders } from './expression.ts'
import type { IndexName } from './item-types.ts'
import { alongOf, type AnyListing, checkedLimit, type Page, readInput, readPage } from './listing.ts'
import type { PageOptions } from './query.ts'

/** A part of a table: parts of the same number read different items, all of them together every one. */
export interface Segment {
  /** 0 to `of` - 1. */
  segment: number
  /** 1 to 1,000,000. */
  of: number
}

export type ScanOptions<Item, Shape extends TableShape = TableShape, Name extends keyof Item = never> = PageOptions<Item, Name> & {
  /** Reads an index, which holds the items that have its properties. */
  index?: string extends Shape['key'][number] ? string : IndexName<Shape>
  /** Reads one part of several. */
  part?: Segment
}

/** The options of a scan whose item type is not known. */
export type AnyScan = AnyListing & { part?: Segment; limit?: number; cursor?: string }

/** Reads one page, in no order. Throws INVALID_CURSOR for a cursor of another scan. */
export async function scanTable(bound: Bound, options: AnyScan): Promise<Page<object>> {
  const { definition } = bound
  const limit = checkedLimit(options.limit, definition)
  const { along, name, input } = await scanInput(bound, options)
  const start = options.cursor === undefined ? undefined : fromScanCursor(along, name, options.cursor)
  return await readPage(bound, options, {
    limit,
    start,
    read: (part) => bound.database.run('Scan', { ...input, ...part }, signalOf(options)).catch((failure: unknown) => {
      // The position lies in another part of the table.
      if (start !== undefined && part.ExclusiveStartKey === start && failedBecause(failure, 'ValidationException')) throw tableErrors.INVALID_CURSOR(undefined, { cause: failure })
      throw failure
    }),
    cursorOf: (position) => toScanCursor(along, name, position),
  })
}

/** What a scan reads, its input, and the name that its cursors carry. */
export async function scanInput(bound: Bound, options: AnyScan): Promise<{ along: Parameters<typeof toScanCursor>[0]; name: string; input: Awaited<ReturnType<typeof readInput>> & { Segment?: number; TotalSegments?: number } }> {
  const { definition } = bound
  const { partition, sort } = alongOf(definition, options.index)
  const { part } = options
  if (part !== undefined && !(Number.isInteger(part.of) && part.of >= 1 && part.of <= 1_000_000 && Number.isInteger(part.segment) && part.segment >= 0 && part.segment < part.of)) throw new RangeError(`A scan of table ${definition.table} reads segment 0 to ${part.of - 1} of 1 to 1000000, not ${part.segment} of ${part.of}`)
  const along = { spec: definition, partition, sort }
  const input = await readInput(bound, along, { places: openPlaceholders(definition), options })
  const name = `${options.index ?? ''} ${part === undefined ? '' : `${part.segment}/${part.of}`}`
  return { along, name, input: { ...input, ...(part === undefined ? {} : { Segment: part.segment, TotalSegments: part.of }) } }
}
