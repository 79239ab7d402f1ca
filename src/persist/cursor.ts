// The opaque mark of where a listing goes on; it comes back from callers, so nothing in it is trusted.
import { catalog, withoutStack } from '../errors/index.ts'
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
  /** The partition's value. */
  value: Attributes[string]
  /** Whether a value of the sort key lies within the asked range. */
  within(sort: Attributes[string]): boolean
}

const maxCursorLength = 12_000

/** The cursor behind an item that was read. */
export function toCursor(listing: Listing, item: Attributes): string {
  const keys = positionProperties(listing).map((property) => scalarOf(item[property]!))
  return Buffer.from(JSON.stringify([listing.index ?? '', ...keys])).toString('base64url')
}

/**
 * The position that a cursor marks.
 * @throws INVALID_CURSOR where it is malformed or belongs to another listing
 */
export function fromCursor(listing: Listing, cursor: string): Attributes {
  const parts = parse(cursor)
  const properties = positionProperties(listing)
  if (parts === undefined || parts.length !== properties.length + 1 || parts[0] !== (listing.index ?? '')) throw catalog.INVALID_CURSOR()
  const position: Attributes = {}
  for (const [index, property] of properties.entries()) position[property] = checkedKey(listing.spec, property, parts[index + 1])
  const sort = listing.sort === undefined ? undefined : position[listing.sort]!
  if (!sameScalar(position[listing.partition]!, listing.value) || (sort !== undefined && !listing.within(sort))) throw catalog.INVALID_CURSOR()
  return position
}

// An index position also names the item itself: many items may share the key of an index.
function positionProperties({ spec, partition, sort }: Listing): string[] {
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
    if (typeof text !== 'string') throw catalog.INVALID_CURSOR()
    return toKeyAttribute(spec, property, text)
  } catch (failure) {
    throw catalog.INVALID_CURSOR(undefined, { cause: withoutStack(failure) })
  }
}

function scalarOf(attribute: Attributes[string]): string {
  return attribute.S ?? attribute.N ?? ''
}

function sameScalar(left: Attributes[string], right: Attributes[string]): boolean {
  if (left.N === undefined || right.N === undefined) return left.S !== undefined && left.S === right.S
  return digitsFault(left.N) === undefined && sameDigits(left.N, right.N)
}
