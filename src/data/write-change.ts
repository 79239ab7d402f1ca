// Writes one changed item, and only over what was read: a write of the service in between is never lost.
import { isDeepStrictEqual } from 'node:util'
import { type Database, failedBecause } from '../persist/index.ts'
import { type Attributes, keyProperties } from '../persist/stored.ts'
import type { PersistSpec } from '../openapi/index.ts'
import { untilTaken } from '../store/index.ts'

/** What becomes of an item. */
export type Change = { kind: 'put'; attributes: Attributes } | { kind: 'delete' }

/** Names of the attributes that differ. */
export function changedNames(before: Attributes, after: Attributes): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !isDeepStrictEqual(before[name], after[name]))
}

/**
 * Makes a change where the item is still what was read.
 * Attributes that the change does not concern are not written, so that those which somebody added meanwhile stay.
 * @returns false where somebody else has written it
 */
export async function writeChange(place: { database: Database; spec: PersistSpec }, before: Attributes, change: Change): Promise<boolean> {
  const { database, spec } = place
  const names = new Map<string, string>()
  const values: Attributes = {}
  const name = (property: string): string => {
    if (!names.has(property)) names.set(property, `#n${names.size}`)
    return names.get(property)!
  }
  const value = (attribute: Attributes[string]): string => {
    const reference = `:v${Object.keys(values).length}`
    values[reference] = attribute
    return reference
  }
  const keys = keyProperties(spec)
  const touched = change.kind === 'delete' ? [] : changedNames(before, change.attributes)
  const held = heldNames(before, touched, spec)
  const condition = [...held.map((property) => `${name(property)} = ${value(before[property]!)}`), ...touched.filter((property) => before[property] === undefined).map((property) => `attribute_not_exists(${name(property)})`)].join(' AND ')
  const target = { TableName: `${database.prefix}${spec.table}`, Key: Object.fromEntries(keys.map((key) => [key, before[key]!])) }
  const expressions = (): { ConditionExpression: string; ExpressionAttributeNames: Record<string, string>; ExpressionAttributeValues: Attributes } => ({ ConditionExpression: condition, ExpressionAttributeNames: Object.fromEntries([...names].map(([property, reference]) => [reference, property])), ExpressionAttributeValues: values })
  try {
    if (change.kind === 'delete') {
      await untilTaken(() => database.run('DeleteItem', { ...target, ...expressions() }))
      return true
    }
    const [set, remove] = [touched.filter((property) => change.attributes[property] !== undefined), touched.filter((property) => change.attributes[property] === undefined)]
    const update = [...(set.length === 0 ? [] : [`SET ${set.map((property) => `${name(property)} = ${value(change.attributes[property]!)}`).join(', ')}`]), ...(remove.length === 0 ? [] : [`REMOVE ${remove.map(name).join(', ')}`])].join(' ')
    await untilTaken(() => database.run('UpdateItem', { ...target, UpdateExpression: update, ...expressions() }))
    return true
  } catch (failure) {
    if (failedBecause(failure, 'ConditionalCheckFailedException')) return false
    throw failure
  }
}

// An expression holds 4 KB: of items with more attributes only what is written, the key and the version are held, so that nothing is overwritten all the same.
const mostHeld = 100

function heldNames(before: Attributes, touched: readonly string[], spec: PersistSpec): string[] {
  const all = Object.keys(before)
  if (all.length <= mostHeld) return all
  const kept = new Set([...keyProperties(spec), ...(spec.version === undefined ? [] : [spec.version]), ...touched])
  return all.filter((property) => kept.has(property))
}
