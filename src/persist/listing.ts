// What a listing reads: the partition or partitions, the bounds of the sort key, the filter and the properties, as one call takes them.
import type { QueryCommandInput } from '@aws-sdk/client-dynamodb'
import type { PersistSpec } from '../openapi/index.ts'
import { type Attributes, fromAttributes, toKeyAttribute } from './attributes.ts'
import { type Bound, tableName } from './bound.ts'
import { type Listing, positionProperties } from './cursor.ts'
import { isExpired } from './expiry.ts'
import { openPlaceholders, pathOf, placeholderInput, type Placeholders, valueOf } from './expression.ts'
import type { KeyValue } from './keys.ts'
import { compareDigits } from './numbers.ts'
import { parsePath } from './paths.ts'

/** Bounds of a sort key, both inclusive; or the beginning of a text. */
export interface Bounds {
  from?: Attributes[string] | undefined
  to?: Attributes[string] | undefined
  prefix?: string | undefined
}

/** The options of a listing whose item type is not known. */
export interface AnyListing {
  index?: string | undefined
  range?: { from?: KeyValue; to?: KeyValue; prefix?: string } | undefined
  order?: 'ascending' | 'descending'
  filter?: object | ((item: never) => boolean)
  select?: readonly PropertyKey[]
  consistent?: boolean
  signal?: AbortSignal
}

/** One page of a listing. */
export interface Page<Item> {
  items: Item[]
  /** Present where there is more; opaque. */
  cursor?: string
}

/** The options of a query whose item type is not known. */
export type AnyQuery = AnyListing & { partition?: KeyValue; partitions?: readonly KeyValue[]; limit?: number; cursor?: string }

/** Most items that are read for one page. */
export const maxRead = 10_000

/**
 * The limit of a page.
 * @throws RangeError where it is none
 */
export function checkedLimit(limit: number | undefined, { table }: PersistSpec): number {
  if (limit === undefined) return 50
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit
  throw new RangeError(`The limit of a query on table ${table} must be a whole number from 1 to 1000, not ${String(limit)}`)
}

/** The keys that a listing runs along, and the partitions that it reads. */
export function toListing(spec: PersistSpec, options: AnyListing, partitions: readonly KeyValue[]): Listing & { bounds: Bounds } {
  const { partition, sort } = alongOf(spec, options.index)
  const bounds = toBounds(spec, sort, options.range)
  return { spec, index: options.index, partition, sort, values: partitions.map((value) => toKeyAttribute(spec, partition, value)), bounds, within: (value) => isWithin(value, bounds) }
}

/** The key of the table or of an index. */
export function alongOf(spec: PersistSpec, name: string | undefined): { partition: string; sort?: string } {
  const index = spec.indexes.find((candidate) => candidate.name === name)
  if (name !== undefined && index === undefined) throw new TypeError(`Table ${spec.table} has no index ${name}: it has ${spec.indexes.map((candidate) => candidate.name).join(', ') || 'none'}`)
  return index ?? spec.key
}

/** The input of a query on one partition; undefined where no key lies within the bounds. */
export async function queryInput(bound: Bound, listing: Listing, { value, bounds, options }: { value: Attributes[string]; bounds: Bounds; options: AnyListing }): Promise<QueryCommandInput | undefined> {
  const places = openPlaceholders(bound.definition)
  if (bounds.from !== undefined && bounds.to !== undefined && compareKeys(bounds.from, bounds.to) > 0) return undefined
  const keys = `${pathOf(places, [listing.partition])} = ${valueOf(places, value)}${sortCondition(places, listing, bounds)}`
  return { KeyConditionExpression: keys, ScanIndexForward: options.order !== 'descending', ...(await readInput(bound, listing, { places, options })) }
}

/** What queries and scans have in common: the table or index, the filter and the properties. */
export async function readInput(bound: Bound, listing: Pick<Listing, 'spec' | 'partition' | 'sort'>, { places, options }: { places: Placeholders; options: AnyListing }): Promise<Omit<QueryCommandInput, 'KeyConditionExpression'>> {
  const { filter, index, select } = options
  const expression = typeof filter === 'object' ? await filterExpression(places, listing, filter) : undefined
  const projection = select === undefined ? undefined : projectionOf(places, [...select.map(String), ...positionProperties(listing)])
  return {
    TableName: tableName(bound),
    ...(expression === undefined ? {} : { FilterExpression: expression }),
    ...(projection === undefined ? {} : { ProjectionExpression: projection }),
    ...placeholderInput(places, [expression, projection]),
    ...(index === undefined ? { ConsistentRead: options.consistent !== false } : { IndexName: index }),
  }
}

/** The properties that are read, with that of the expiry. */
export function projectionOf(places: Placeholders, properties: readonly string[]): string {
  const { ttl } = places.spec
  return [...new Set([...properties, ...(ttl === undefined ? [] : [ttl])])].map((property) => pathOf(places, [property])).join(', ')
}

/** The item that was read, or undefined where its time is over or a function does not keep it. */
export function keptItem({ database, definition }: Bound, attributes: Attributes, { filter, select }: AnyListing): object | undefined {
  if (isExpired(definition, attributes, database.now())) return undefined
  const item = fromAttributes(attributes, definition, select?.map(String))
  return typeof filter === 'function' && !filter(item as never) ? undefined : item
}

/** What the reads of one page have in common. */
export interface PageReading {
  limit: number
  /** Where an earlier page ended. */
  start: Attributes | undefined
  /** Reads on from a place. */
  read(input: { Limit: number; ExclusiveStartKey?: Attributes }): Promise<{ Items?: Attributes[] | undefined; ScannedCount?: number | undefined; LastEvaluatedKey?: Attributes | undefined }>
  cursorOf(position: Attributes): string
}

/** Reads until a page is full, nothing is left, or enough was looked at. */
export async function readPage(bound: Bound, options: AnyListing, { limit, start, read, cursorOf }: PageReading): Promise<Page<object>> {
  const found: { item: object; attributes: Attributes }[] = []
  const page = (position: Attributes | undefined): Page<object> => ({ items: found.map(({ item }) => item), ...(position === undefined ? {} : { cursor: cursorOf(position) }) })
  let looked = 0
  let from = start
  do {
    // One more than asked for tells whether there is a next page, so that no cursor leads to an empty one.
    const wanted = options.filter === undefined ? limit + 1 - found.length : Math.max(limit + 1, 100)
    const answer = await read({ Limit: Math.min(wanted, maxRead - looked), ...(from === undefined ? {} : { ExclusiveStartKey: from }) })
    looked += answer.ScannedCount ?? 0
    for (const attributes of answer.Items ?? []) {
      const item = keptItem(bound, attributes, options)
      if (item === undefined) continue
      if (found.length === limit) return page(found.at(-1)!.attributes)
      found.push({ item, attributes })
    }
    from = answer.LastEvaluatedKey
  } while (from !== undefined && looked < maxRead)
  return page(from)
}

/** Orders values of a key as DynamoDB does. */
export function compareKeys(left: Attributes[string], right: Attributes[string]): number {
  if (left.N !== undefined && right.N !== undefined) return compareDigits(left.N, right.N)
  return Buffer.compare(Buffer.from(left.S ?? ''), Buffer.from(right.S ?? ''))
}

/** Bounds without a prefix: no text that begins with it lies outside of them. */
export function withoutPrefix(bounds: Bounds): Bounds {
  const { prefix } = bounds
  if (prefix === undefined) return bounds
  // The last character of all, as often as a sort key of 1024 bytes can hold it.
  return { from: { S: prefix }, to: { S: prefix + '\u{10ffff}'.repeat(Math.floor((1024 - Buffer.byteLength(prefix)) / 4)) } }
}

function toBounds(spec: PersistSpec, sort: string | undefined, range: AnyListing['range'] = {}): Bounds {
  const { from, to, prefix } = range
  const asked = from !== undefined || to !== undefined || prefix !== undefined
  if (asked && sort === undefined) throw new TypeError(`A query on table ${spec.table} can have a range only where its key has a sort part`)
  if (prefix !== undefined && (from !== undefined || to !== undefined)) throw new TypeError('A range has either a prefix or from and to')
  if (prefix !== undefined && spec.keyTypes[sort!] === 'N') throw new TypeError(`${spec.table}.${sort} is a number and has no prefix: give from and to`)
  const attribute = (value: KeyValue | undefined): Attributes[string] | undefined => (value === undefined ? undefined : toKeyAttribute(spec, sort!, value))
  return { from: attribute(from), to: attribute(to), prefix: prefix === '' ? undefined : prefix }
}

function isWithin(value: Attributes[string], { from, to, prefix }: Bounds): boolean {
  if (prefix !== undefined) return value.S?.startsWith(prefix) === true
  return (from === undefined || compareKeys(from, value) <= 0) && (to === undefined || compareKeys(value, to) <= 0)
}

function sortCondition(places: Placeholders, { sort }: Listing, { from, to, prefix }: Bounds): string {
  if (from === undefined && to === undefined && prefix === undefined) return ''
  const path = pathOf(places, [sort!])
  if (prefix !== undefined) return ` AND begins_with(${path}, ${valueOf(places, { S: prefix })})`
  if (from !== undefined && to !== undefined) return ` AND ${path} BETWEEN ${valueOf(places, from)} AND ${valueOf(places, to)}`
  return from === undefined ? ` AND ${path} <= ${valueOf(places, to!)}` : ` AND ${path} >= ${valueOf(places, from)}`
}

async function filterExpression(places: Placeholders, { partition, sort, spec }: Pick<Listing, 'spec' | 'partition' | 'sort'>, filter: object): Promise<string> {
  const { pathsOf, toExpression } = await import('./conditions.ts')
  const key = pathsOf(filter).map((path) => String(parsePath(path, spec.table)[0])).find((property) => property === partition || property === sort)
  // DynamoDB refuses it in a query, and a scan is held to the same.
  if (key !== undefined) throw new TypeError(`${spec.table}.${key} is part of the key of what is listed, and a filter names other properties: give it as partition or range, or filter with a function`)
  return toExpression(places, filter)
}
