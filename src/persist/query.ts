// Listing the items of a partition, of the table or of an index, page by page.
import type { QueryCommandInput } from '@aws-sdk/client-dynamodb'
import type { PersistDefinition } from '../openapi/index.ts'
import { type Attributes, fromAttributes, toKeyAttribute } from './attributes.ts'
import { fromCursor, type Listing, toCursor } from './cursor.ts'
import type { Database } from './database.ts'
import { isExpired } from './expiry.ts'
import type { KeyValue } from './keys.ts'
import { compareDigits } from './numbers.ts'

export interface QueryOptions<Item> {
  /** Name of the index; the table's own key by default. */
  index?: string
  /** Value of the partition key. */
  partition: KeyValue
  /** Bounds of the sort key, both inclusive; or the beginning of a text. */
  range?: { from?: KeyValue; to?: KeyValue; prefix?: string }
  /** Most items to return, 1 to 1000; 50 by default. */
  limit?: number
  /** Where an earlier listing of the same partition stopped. */
  cursor?: string
  /** By sort key; ascending by default. */
  order?: 'ascending' | 'descending'
  /** Keeps an item. At most 10,000 items are read for one page, so a page may hold fewer than `limit` items and still a cursor. */
  filter?: (item: Item) => boolean
  /** Sees every finished write; true by default for the table, not possible for an index. */
  consistent?: boolean
  signal?: AbortSignal
}

/** One page of a listing. */
export interface Page<Item> {
  items: Item[]
  /** Present where there is more; opaque. */
  cursor?: string
}

const maxRead = 10_000

/** Reads one page. See QueryOptions for the limits; throws INVALID_CURSOR for a cursor of another listing. */
export async function queryTable<Item>(database: Database, definition: PersistDefinition<Item>, options: QueryOptions<Item>): Promise<Page<Item>> {
  const limit = checkedLimit(options.limit ?? 50, definition.table)
  const listing = toListing(definition, options)
  const condition = toCondition(listing, options)
  let start = options.cursor === undefined ? undefined : fromCursor(listing, options.cursor)
  const found: { item: Item; attributes: Attributes }[] = []
  let read = 0
  if (condition === undefined) return { items: [] }
  do {
    // One more than asked for tells whether there is a next page, so that no cursor leads to an empty one.
    const wanted = options.filter === undefined ? limit + 1 - found.length : Math.max(limit + 1, 100)
    const answer = await database.run('Query', { ...toInput({ database, definition, options, condition }), Limit: Math.min(wanted, maxRead - read), ...(start === undefined ? {} : { ExclusiveStartKey: start }) }, signalOf(options))
    read += answer.ScannedCount ?? 0
    for (const attributes of answer.Items ?? []) {
      if (isExpired(definition, attributes, database.now())) continue
      const item = fromAttributes(attributes, definition) as Item
      if (options.filter !== undefined && !options.filter(item)) continue
      if (found.length === limit) return { items: found.map((entry) => entry.item), cursor: toCursor(listing, found.at(-1)!.attributes) }
      found.push({ item, attributes })
    }
    start = answer.LastEvaluatedKey
  } while (start !== undefined && read < maxRead)
  return { items: found.map((entry) => entry.item), ...(start === undefined ? {} : { cursor: toCursor(listing, start) }) }
}

interface Condition {
  expression: string
  values: Attributes
}

function checkedLimit(limit: number, table: string): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit
  throw new RangeError(`The limit of a query on table ${table} must be a whole number from 1 to 1000, not ${String(limit)}`)
}

function toListing<Item>(spec: PersistDefinition<Item>, options: QueryOptions<Item>): Listing {
  const index = spec.indexes.find((candidate) => candidate.name === options.index)
  if (options.index !== undefined && index === undefined) throw new TypeError(`Table ${spec.table} has no index ${options.index}: it has ${spec.indexes.map((candidate) => candidate.name).join(', ') || 'none'}`)
  const { partition, sort } = index ?? spec.key
  const bounds = toBounds(spec, sort, options.range)
  return { spec, index: options.index, partition, sort, value: toKeyAttribute(spec, partition, options.partition), within: (value) => isWithin(value, bounds) }
}

interface Bounds {
  from: Attributes[string] | undefined
  to: Attributes[string] | undefined
  prefix: string | undefined
}

function toBounds(spec: PersistDefinition, sort: string | undefined, range: QueryOptions<never>['range'] = {}): Bounds {
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

function compareKeys(left: Attributes[string], right: Attributes[string]): number {
  if (left.N !== undefined && right.N !== undefined) return compareDigits(left.N, right.N)
  return Buffer.compare(Buffer.from(left.S ?? ''), Buffer.from(right.S ?? ''))
}

function toCondition<Item>(listing: Listing, options: QueryOptions<Item>): Condition | undefined {
  const { from, to, prefix } = toBounds(listing.spec as PersistDefinition, listing.sort, options.range)
  const values: Attributes = { ':partition': listing.value }
  const start = '#partition = :partition'
  if (prefix !== undefined) return { expression: `${start} AND begins_with(#sort, :prefix)`, values: { ...values, ':prefix': { S: prefix } } }
  if (from !== undefined && to !== undefined) return compareKeys(from, to) > 0 ? undefined : { expression: `${start} AND #sort BETWEEN :from AND :to`, values: { ...values, ':from': from, ':to': to } }
  if (from !== undefined) return { expression: `${start} AND #sort >= :from`, values: { ...values, ':from': from } }
  if (to !== undefined) return { expression: `${start} AND #sort <= :to`, values: { ...values, ':to': to } }
  return { expression: start, values }
}

function toInput<Item>(query: { database: Database; definition: PersistDefinition<Item>; options: QueryOptions<Item>; condition: Condition }): QueryCommandInput {
  const { database, definition, options, condition } = query
  const { partition, sort } = definition.indexes.find((index) => index.name === options.index) ?? definition.key
  return {
    TableName: `${database.prefix}${definition.table}`,
    KeyConditionExpression: condition.expression,
    ExpressionAttributeNames: { '#partition': partition, ...(condition.expression.includes('#sort') ? { '#sort': sort! } : {}) },
    ExpressionAttributeValues: condition.values,
    ScanIndexForward: options.order !== 'descending',
    ...(options.index === undefined ? { ConsistentRead: options.consistent !== false } : { IndexName: options.index }),
  }
}

function signalOf(options: { signal?: AbortSignal }): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal }
}
