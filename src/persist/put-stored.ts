// Items that are written as they are stored, with the rows that hold their unique values: for work on whole tables.
import type { PersistDefinition, PersistSpec } from '../openapi/index.ts'
import type { Attributes } from './attributes.ts'
import type { Bound } from './bound.ts'
import type { Database } from './database.ts'
import { isExpired } from './expiry.ts'
import { guardWrites, raced, readStored, rowKey, saveGuarded, watched } from './guarded.ts'
import { keyProperties } from './keys.ts'
import { writeTogether } from './transact.ts'
import { planWrite, type Write } from './writes.ts'

/** A table, by its database and its definition. */
export interface StoredPlace {
  database: Database
  spec: PersistSpec
}

/**
 * Puts an item with unique values, and their rows with it.
 * @param isNew there must be no item with its key
 * @throws HttpError UNIQUE_CONFLICT with `property` where another item has one of its values; VERSION_CONFLICT where there is an item and must be none
 */
export async function putGuarded(place: StoredPlace, item: Attributes, isNew: boolean): Promise<void> {
  const bound = boundTo(place)
  const key = keyOf(place.spec, item)
  await saveGuarded(bound, {
    key,
    attributes: item,
    item: {},
    write: async (more = {}) => planWrite(bound, { kind: 'Put', key, guards: { ...(isNew ? { absent: true } : {}), ...more }, showsCurrent: false, body: () => ({ Item: item }) }),
  })
}

/**
 * Writes the rows of an item that is there and lacks some of them. Nothing is written where it has them all, is gone, or its time is over.
 * @param item as it was read; as it is now counts
 * @param spend asked before something is written, with the write units that it costs
 * @throws HttpError UNIQUE_CONFLICT with `property` where another item has one of its values
 */
export async function guardStored(place: StoredPlace, item: Attributes, spend: (units: number) => Promise<void>): Promise<boolean> {
  const bound = boundTo(place)
  const key = keyOf(place.spec, item)
  if ((await missingRows(bound, key, item)).length === 0) return false
  let isWritten = false
  await writeTogether(async () => {
    const stored = await readStored(bound, key)
    const rows = stored === undefined || isExpired(place.spec, stored, place.database.now()) ? [] : await missingRows(bound, key, stored)
    isWritten = rows.length > 0
    if (!isWritten) return []
    await spend(2 * (rows.length + 1))
    return [{ writes: [watched(planWrite(bound, { kind: 'ConditionCheck', key, guards: raced(bound, stored), showsCurrent: false }), bound, stored), ...rows] }]
  }, bound)
  return isWritten
}

/** The values of an item that no other may have: the properties, and one text for each group of values. */
export function uniqueValues(spec: PersistSpec, item: Attributes): { properties: string; value: string }[] {
  return (spec.unique ?? []).flatMap((group) => {
    const row = rowKey(group, item)
    return row === undefined ? [] : [{ properties: group.join(', '), value: row['id']!.S! }]
  })
}

async function missingRows(bound: Bound, key: Attributes, item: Attributes): Promise<Write[]> {
  const wanted = await guardWrites(bound, key, { old: item, next: item, isWhole: true })
  const isMissing = await Promise.all(wanted.map(async (write) => {
    const row = write.input['Item'] as Attributes
    const there = await readStored(write.bound, write.key)
    return there?.['owner']?.S !== row['owner']!.S || there?.['expires']?.N !== row['expires']?.N
  }))
  return wanted.filter((_, index) => isMissing[index])
}

function boundTo({ database, spec }: StoredPlace): Bound {
  return { database, use: {}, definition: { name: spec.table, ...spec } as PersistDefinition }
}

function keyOf(spec: PersistSpec, item: Attributes): Attributes {
  return Object.fromEntries(keyProperties(spec).map((name) => [name, item[name]!]))
}
