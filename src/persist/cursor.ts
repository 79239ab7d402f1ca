// The opaque mark of where a listing goes on; it comes back from callers, so nothing in it is trusted.
import { withoutStack } from '../errors/index.ts'
import * as tableErrors from '../errors/table-catalog.ts'
import type { PersistSpec } from '../openapi/index.ts'
import { type Attributes, toKeyAttribute } from './attributes.ts'
import { digitsFault, sameDigits } from './numbers.ts'

/** What a listing is of: the keys that it runs along, and the partition that it reads. */
export interface Listing {
  spec: PersistSpec
  /** Name of the index; undefined for the table itself. */
  index: string | undefined
  partition: string
  sort: string | undefined
  /** The values of the partitions that are read. */
  values: readonly Attributes[string][]
  /** Whether a value of the sort key lies within the asked range. */
  within(sort: Attributes[string]): boolean
}

const maxCursorLength = 12_000

/** The cursor behind an item that was read. */
export function toCursor(listing: Listing, item: Attributes): string {
  return written(listing, listing.index ?? '', item)
}

/** The cursor of a scan, which has no partition. */
export function toScanCursor(along: Along, name: string, item: Attributes): string {
  return written(along, scanMark(name), item)
}

/**
 * The position of a scan.
 * @throws INVALID_CURSOR where it is malformed or belongs to another listing
 */
export function fromScanCursor(along: Along, name: string, cursor: string): Attributes {
  return read(along, scanMark(name), cursor)
}

/** The keys that a listing runs along. */
export type Along = Pick<Listing, 'spec' | 'partition' | 'sort'>

// No index is called so: a name has three letters at least, none of them a blank.
function scanMark(name: string): string {
  return `scan ${name}`
}

function written(along: Along, mark: string, item: Attributes): string {
  const keys = positionProperties(along).map((property) => scalarOf(item[property]!))
  return Buffer.from(JSON.stringify([mark, ...keys])).toString('base64url')
}

/**
 * The position that a cursor marks.
 * @throws INVALID_CURSOR where it is malformed or belongs to another listing
 */
export function fromCursor(listing: Listing, cursor: string): Attributes {
  const position = read(listing, listing.index ?? '', cursor)
  const sort = listing.sort === undefined ? undefined : position[listing.sort]!
  const isOfListing = listing.values.some((value) => sameScalar(position[listing.partition]!, value))
  if (!isOfListing || (sort !== undefined && !listing.within(sort))) throw tableErrors.INVALID_CURSOR()
  return position
}

function read(along: Along, mark: string, cursor: string): Attributes {
  const parts = parse(cursor)
  const properties = positionProperties(along)
  if (parts === undefined || parts.length !== properties.length + 1 || parts[0] !== mark) throw tableErrors.INVALID_CURSOR()
  const position: Attributes = {}
  for (const [index, property] of properties.entries()) position[property] = checkedKey(along.spec, property, parts[index + 1])
  return position
}

/** The properties that tell where a listing stands. An index position also names the item itself: many items may share the key of an index. */
export function positionProperties({ spec, partition, sort }: Along): string[] {
  return [...new Set([partition, sort, spec.key.partition, spec.key.sort])].filter((property) => property !== undefined)
}

function parse(cursor: unknown): unknown[] | undefined {
  if (typeof cursor !== 'string' || cursor.length > maxCursorLength || !/^[\w-]+$/.test(cursor)) return undefined
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    return Array.isArray(parts) ? (parts as unknown[]) : undefined
  } catch {
    return undefined
  }
}

function checkedKey(spec: PersistSpec, property: string, text: unknown): Attributes[string] {
  try {
    if (typeof text !== 'string') throw tableErrors.INVALID_CURSOR()
    return toKeyAttribute(spec, property, text)
  } catch (failure) {
    throw tableErrors.INVALID_CURSOR(undefined, { cause: withoutStack(failure) })
  }
}

function scalarOf(attribute: Attributes[string]): string {
  return attribute.S ?? attribute.N ?? ''
}

/** Whether two values of a key are the same. */
export function sameScalar(left: Attributes[string], right: Attributes[string]): boolean {
  if (left.N === undefined || right.N === undefined) return left.S !== undefined && left.S === right.S
  return digitsFault(left.N) === undefined && sameDigits(left.N, right.N)
}
