// The table beside a table: who holds a unique value, and the parts of sharded counters.
import type { PersistDefinition, PersistSpec } from '../openapi/index.ts'
import type { Attributes } from './attributes.ts'
import type { Bound } from './bound.ts'
import { keyIdentity } from './keys.ts'

/** What the name of the table adds to that of its items. */
const suffix = '.klue'

/** A row of the table beside. */
export interface SideRow {
  id: string
  /** The key of the item. */
  owner?: string
  expires?: number
  count?: string
}

/** The definition of the table beside another one, or undefined where nothing needs it. */
export function sideDefinition(definition: PersistSpec): PersistDefinition<SideRow> | undefined {
  if (definition.unique === undefined && definition.sharded === undefined) return undefined
  return { name: `${definition.table}${suffix}`, table: `${definition.table}${suffix}`, key: { partition: 'id' }, indexes: [], ttl: 'expires', keyTypes: { id: 'S' }, properties: { count: { type: 'string' } } }
}

/** A definition with the one beside it. */
export function withSide<Definition extends PersistSpec>(definition: Definition): (Definition | PersistDefinition<SideRow>)[] {
  const side = sideDefinition(definition)
  return side === undefined ? [definition] : [definition, side]
}

/** The table beside the one of a definition that needs it. */
export function sideOf({ database, definition, use }: Bound): Bound {
  return { database, use, definition: sideDefinition(definition) as PersistDefinition }
}

/** The key of a row; long ones by their hash, since a key takes 2,048 bytes at most. */
export function sideKey(parts: readonly string[]): Attributes {
  const text = parts.join('#')
  return { id: { S: Buffer.byteLength(text) <= 1024 ? text : `${parts[0]}#${process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex')}` } }
}

/** The key of an item as a row names it. */
export function ownerOf({ definition }: Bound, key: Attributes): string {
  return keyIdentity(definition, key)
}

/** The rows of all counters of an item. */
export function shardKeys(bound: Bound, owner: Attributes): Attributes[] {
  return Object.entries(bound.definition.sharded ?? {}).flatMap(([name, places]) => Array.from({ length: places }, (_, place) => shardKey(bound, owner, { name, place })))
}

/** The row of one place of a counter. */
export function shardKey(bound: Bound, owner: Attributes, { name, place }: { name: string; place: number }): Attributes {
  return sideKey(['count', name, String(place), ownerOf(bound, owner)])
}

/** What a database has to be able to do for a definition beyond reading and writing items: one place for whoever looks before a start. */
export function databaseNeeds(definition: PersistSpec): ('transactions' | 'streams')[] {
  return [...(definition.unique === undefined && definition.sharded === undefined ? [] : ['transactions' as const]), ...(definition.stream === true ? ['streams' as const] : [])]
}
