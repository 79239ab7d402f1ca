// What a migration makes of an item as a change of its attributes: those that it leaves alone stay exactly as they are stored.
import { isDeepStrictEqual } from 'node:util'
import type { PersistSpec } from '../openapi/index.ts'
import { messageOf } from '../errors/index.ts'
import { type Attributes, fromAttributes, keyProperties, keyWords, toAttributes } from '../persist/stored.ts'
import { type Change, changedNames } from './write-change.ts'

/**
 * Asks what becomes of an item.
 * @throws Error with the key of the item, for whatever the migration throws and for what cannot be stored
 */
export async function itemChange(spec: PersistSpec, attributes: Attributes, change: (item: Record<string, unknown>) => unknown): Promise<Change | undefined> {
  try {
    const item = fromAttributes(attributes, spec)
    // Before the migration sees it: it may change the item in place.
    const plain = toAttributes(item, spec)
    const result = await change(item)
    if (result === undefined) return undefined
    const guarded = guardedProperties(spec).filter((name) => attributes[name] !== undefined)
    if (result === 'delete' && guarded.length > 0) throw new TypeError(`its ${guarded.join(' and ')} is unique: delete it with context.table, which frees the value too, and give undefined`)
    if (result === 'delete') return { kind: 'delete' }
    if (typeof result !== 'object' || result === null) throw new TypeError(`a migration gives an item, 'delete' or undefined, and not ${JSON.stringify(result)}`)
    return changeTo(spec, attributes, { plain, wanted: toAttributes(result, spec) })
  } catch (error) {
    throw new Error(`the item of table ${spec.table} with ${keyWords(spec, attributes)}: ${messageOf(error)}`, { cause: error })
  }
}

function changeTo(spec: PersistSpec, stored: Attributes, { plain, wanted }: { plain: Attributes; wanted: Attributes }): Change | undefined {
  const moved = keyProperties(spec).find((key) => !isDeepStrictEqual(plain[key], wanted[key]))
  if (moved !== undefined) throw new TypeError(`its key ${moved} must not change; save it under the other key with context.table, and give 'delete'`)
  const guarded = guardedProperties(spec).find((name) => !isDeepStrictEqual(plain[name], wanted[name]))
  if (guarded !== undefined) throw new TypeError(`its ${guarded} is unique: change it with context.table, which moves what holds the value too, and give undefined`)
  // A set or a number in another spelling reads as what it is, and would be written as something else.
  const attributes = Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, stored[name] !== undefined && isDeepStrictEqual(value, plain[name]) ? stored[name] : value]))
  if (changedNames(stored, attributes).length === 0) return undefined
  // Who has read the item before must not save it over this.
  return { kind: 'put', attributes: spec.version === undefined ? attributes : { ...attributes, [spec.version]: { N: String(Number(stored[spec.version]?.N ?? 0) + 1) } } }
}

// Other items must not have them, which rows beside the item hold: those change with the item in a transaction, or not at all.
function guardedProperties({ unique = [] }: PersistSpec): string[] {
  return [...new Set(unique.flat())]
}
