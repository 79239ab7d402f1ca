// The types of a persisted definition: its items as they are kept, and what the compiler knows of its keys.
import type { PersistDefinition } from '../table.ts'
import { propertyName, quoted } from '../files/identifiers.ts'

type Definition = Omit<PersistDefinition, 'types' | 'shape'>

/** The type of items: that of the schema, with bytes where the schema says `format: binary`. */
export function itemType(name: string, { properties }: Definition): string {
  const bytes = Object.entries(properties).filter(([, { format }]) => format === 'binary').map(([property]) => quoted(property))
  return bytes.length === 0 ? name : `{ [Key in keyof ${name}]: Key extends ${bytes.join(' | ')} ? Uint8Array | (${name}[Key] & (null | undefined)) : ${name}[Key] }`
}

/** What a TableShape says of the definition. */
export function shapeType({ key, indexes, version, filled = {}, sharded = {} }: Definition): string {
  const pair = ({ partition, sort }: { partition: string; sort?: string }): string => `[${[partition, sort].filter((part) => part !== undefined).map(quoted).join(', ')}]`
  const left = [version, ...Object.values(filled)].filter((property) => property !== undefined)
  const counters = Object.keys(sharded)
  return `{ ${[
    `key: ${pair(key)}`,
    `indexes: ${indexes.length === 0 ? '{}' : `{ ${indexes.map((index) => `${propertyName(index.name)}: ${pair(index)}`).join('; ')} }`}`,
    ...(left.length === 0 ? [] : [`filled: ${left.map(quoted).join(' | ')}`]),
    ...(counters.length === 0 ? [] : [`sharded: ${counters.map(quoted).join(' | ')}`]),
  ].join('; ')} }`
}
