// Reading one item.
import { fromAttributes } from './attributes.ts'
import { type Bound, signalOf, tableName } from './bound.ts'
import { isExpired } from './expiry.ts'
import { openPlaceholders, placeholderInput } from './expression.ts'
import { type ItemKey, keyProperties, toKey } from './keys.ts'
import { projectionOf } from './listing.ts'
import type { ReadOptions } from './table-options.ts'

/** The item, or undefined where there is none or its time is over. */
export async function findItem(bound: Bound, key: ItemKey, options: ReadOptions<PropertyKey>): Promise<object | undefined> {
  const { database, definition } = bound
  const select = options.select?.map(String)
  const answer = await database.run('GetItem', { TableName: tableName(bound), Key: toKey(definition, key), ConsistentRead: options.consistent !== false, ...(select === undefined ? {} : selection(bound, select)) }, signalOf(options))
  if (answer.Item === undefined || isExpired(definition, answer.Item, database.now())) return undefined
  return fromAttributes(answer.Item, definition, select)
}

/** Whether there is an item. */
export async function itemExists(bound: Bound, key: ItemKey, options: ReadOptions<PropertyKey>): Promise<boolean> {
  return (await findItem(bound, key, { ...options, select: [bound.definition.key.partition] })) !== undefined
}

/** The properties that a read asks for, with those of the key: an item without any of the others is there too. */
export function selection(bound: Bound, select: readonly string[]): { ProjectionExpression: string; ExpressionAttributeNames?: Record<string, string> } {
  const places = openPlaceholders(bound.definition)
  const projection = projectionOf(places, [...select, ...keyProperties(bound.definition)])
  return { ProjectionExpression: projection, ...placeholderInput(places, [projection]) }
}
