// Keys of items: from what a caller gives to attributes, and to words for an error.
import type { PersistSpec } from '../openapi/index.ts'
import { type Attributes, toKeyAttribute } from './attributes.ts'
import { canonicalDigits } from './numbers.ts'

/** A value of a key property. */
export type KeyValue = string | number | bigint

/** One value where the table has a partition key only; else the key properties by name. */
export type ItemKey = KeyValue | Record<string, KeyValue>

/** The properties that identify an item, partition key first. */
export function keyProperties(spec: PersistSpec): string[] {
  return spec.key.sort === undefined ? [spec.key.partition] : [spec.key.partition, spec.key.sort]
}

/**
 * A key as attributes.
 * @throws TypeError where a part is missing, unknown or of another type
 */
export function toKey(spec: PersistSpec, key: ItemKey): Attributes {
  const properties = keyProperties(spec)
  const parts = typeof key === 'object' && key !== null ? key : properties.length === 1 ? { [properties[0]!]: key } : undefined
  if (parts === undefined) throw new TypeError(`The key of table ${spec.table} has two parts: give { ${properties.join(', ')} }`)
  const unknown = Object.keys(parts).find((property) => !properties.includes(property))
  if (unknown !== undefined) throw new TypeError(`The key of table ${spec.table} has no part ${unknown}: give { ${properties.join(', ')} }`)
  return Object.fromEntries(properties.map((property) => [property, toKeyAttribute(spec, property, parts[property])]))
}

/** A key as words: `id=7` or `job=build, time=12`. */
export function keyWords(spec: PersistSpec, key: Attributes): string {
  return keyProperties(spec).map((property) => `${property}=${key[property]?.S ?? key[property]?.N ?? ''}`).join(', ')
}

/** One text for each key, however its numbers are written. */
export function keyIdentity(spec: PersistSpec, key: Attributes): string {
  return JSON.stringify(keyProperties(spec).map((property) => {
    const { S, N } = key[property] ?? {}
    return N === undefined ? [S] : canonicalDigits(N)
  }))
}
