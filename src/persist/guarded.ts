// Writes of items with unique values: the item and the rows that hold its values change together.
import * as tableErrors from '../errors/table-catalog.ts'
import type { PersistSpec } from '../openapi/index.ts'
import { type Attributes, fromAttributes, toPropertyAttribute } from './attributes.ts'
import { type Bound, tableName } from './bound.ts'
import { type AnyChanges, listChanges } from './changes.ts'
import { expiryNow, isExpired } from './expiry.ts'
import { pathOf, type Placeholders, valueOf } from './expression.ts'
import { findItem } from './find.ts'
import { type ItemKey, keyProperties, toKey } from './keys.ts'
import { canonicalDigits } from './numbers.ts'
import { type PlannedSave, planDelete } from './plan-save.ts'
import { planUpdate } from './plan-update.ts'
import { ownerOf, shardKeys, sideKey, sideOf } from './side-table.ts'
import type { DeleteOptions, UpdateOptions } from './table-options.ts'
import { type PlannedAction, writeTogether } from './transact.ts'
import { type Guards, planWrite, type Write } from './writes.ts'

export async function saveGuarded(bound: Bound, planned: PlannedSave): Promise<unknown> {
  const plan = guardedSave(bound, planned)
  await writeTogether(async () => [await plan()], bound)
  return planned.item
}

/** The writes of a save: the item, and its rows. Called again where something changed after it was read. */
export function guardedSave(bound: Bound, planned: PlannedSave): () => Promise<PlannedAction> {
  return async () => {
    const old = await readStored(bound, planned.key)
    return { writes: [await planned.write(raced(bound, old)).then((write) => watched(write, bound, old)), ...(await guardWrites(bound, planned.key, { old, next: planned.attributes, isWhole: true }))], result: planned.item }
  }
}

export async function updateGuarded(bound: Bound, key: ItemKey, update: { changes: AnyChanges; options: UpdateOptions<unknown> }): Promise<unknown> {
  let before: Attributes | undefined
  const plan = guardedUpdate(bound, key, { ...update, read: (old) => (before = old) })
  await writeTogether(async () => [await plan()], bound)
  const { returns = 'new' } = update.options
  if (returns === 'none') return undefined
  if (returns === 'old') return before === undefined || isExpired(bound.definition, before, bound.database.now()) ? undefined : fromAttributes(before, bound.definition)
  return await findItem(bound, key, {})
}

/** The writes of an update that changes unique values, or how long they are held. */
export function guardedUpdate(bound: Bound, key: ItemKey, { changes, options, read }: { changes: AnyChanges; options: UpdateOptions<unknown>; read?: (old: Attributes | undefined) => void }): () => Promise<PlannedAction> {
  return async () => {
    const attributes = toKey(bound.definition, key)
    const old = await readStored(bound, attributes)
    read?.(old)
    const isOver = old !== undefined && isExpired(bound.definition, old, bound.database.now())
    // An item whose time is over is taken away first: the update begins anew.
    const next = nextValues(bound.definition, changes, isOver || old === undefined ? attributes : old)
    const write = planUpdate(bound, key, { changes, options, more: raced(bound, old) })
    return { writes: [watched(write, bound, old), ...(await guardWrites(bound, attributes, { old, next, isWhole: false }))] }
  }
}

/** Whether an update changes what the rows hold. */
export function touchesGuards(definition: PersistSpec, changes: AnyChanges): boolean {
  const watchedProperties = new Set(guardedProperties(definition))
  return listChanges(definition, changes).some(({ steps }) => watchedProperties.has(String(steps[0])))
}

export async function deleteGuarded(bound: Bound, key: ItemKey, options: DeleteOptions<unknown>): Promise<boolean> {
  let wasThere = false
  const plan = guardedDelete(bound, key, { options, read: (old) => (wasThere = old !== undefined && !isExpired(bound.definition, old, bound.database.now())) })
  await writeTogether(async () => [await plan()], bound)
  return wasThere
}

/** The writes of a delete: the item, its rows and its counters. */
export function guardedDelete(bound: Bound, key: ItemKey, { options, read }: { options: DeleteOptions<unknown>; read?: (old: Attributes | undefined) => void }): () => Promise<PlannedAction> {
  return async () => {
    const attributes = toKey(bound.definition, key)
    const old = await readStored(bound, attributes)
    read?.(old)
    const write = await planDelete(bound, key, { options, more: raced(bound, old) })
    const side = sideOf(bound)
    const shards = shardKeys(bound, attributes).map((shard) => planWrite(side, { kind: 'Delete', key: shard, guards: {}, showsCurrent: false }))
    return { writes: [watched(write, bound, old), ...(await guardWrites(bound, attributes, { old, next: {}, isWhole: false })), ...shards] }
  }
}

function guardedProperties({ unique = [], ttl }: PersistSpec): string[] {
  return [...new Set([...unique.flat(), ...(ttl === undefined || unique.length === 0 ? [] : [ttl])])]
}

/** An item as it is stored, whatever its time. */
export async function readStored(bound: Bound, key: Attributes): Promise<Attributes | undefined> {
  return (await bound.database.run('GetItem', { TableName: tableName(bound), Key: key, ConsistentRead: true })).Item
}

/** What the rows were planned by must still be so when they are written. */
export function raced({ definition }: Bound, old: Attributes | undefined): Guards {
  if (definition.unique === undefined) return {}
  return {
    unchanged: (places) => (old === undefined ? `attribute_not_exists(${pathOf(places, [definition.key.partition])})` : guardedProperties(definition).map((property) => sameStill(places, property, old[property])).join(' AND ')),
  }
}

function sameStill(places: Placeholders, property: string, value: Attributes[string] | undefined): string {
  const path = pathOf(places, [property])
  return value === undefined ? `attribute_not_exists(${path})` : `${path} = ${valueOf(places, value)}`
}

/** A write that is planned anew where what the rows were planned by has changed. */
export function watched(write: Write, { definition }: Bound, old: Attributes | undefined): Write {
  if (definition.unique === undefined) return write
  const seen = (item: Attributes | undefined): string => JSON.stringify(item === undefined ? null : guardedProperties(definition).map((property) => item[property] ?? null))
  return { ...write, meaning: (stored) => (seen(stored) === seen(old) ? undefined : 'again') }
}

/** What becomes of the rows: `old` and `next` are the values of the item; `isWhole` writes rows that need not change too, which repairs them. */
export async function guardWrites(bound: Bound, key: Attributes, { old, next, isWhole }: { old: Attributes | undefined; next: Attributes; isWhole: boolean }): Promise<Write[]> {
  const { definition } = bound
  const { ttl, unique = [] } = definition
  const writes: Write[] = []
  for (const group of unique) {
    const [before, after] = [rowKey(group, old), rowKey(group, next)]
    const isSame = before?.['id']!.S === after?.['id']!.S && (ttl === undefined || old?.[ttl]?.N === next[ttl]?.N)
    if (after !== undefined && (isWhole || !isSame)) writes.push(takeRow(bound, { row: after, key, group, expires: ttl === undefined ? undefined : next[ttl] }))
    if (before !== undefined && before['id']!.S !== after?.['id']!.S) writes.push(...(await leaveRow(bound, before, key)))
  }
  return writes
}

function takeRow(bound: Bound, { row, key, group, expires }: { row: Attributes; key: Attributes; group: readonly string[]; expires: Attributes[string] | undefined }): Write {
  const owner = { S: ownerOf(bound, key) }
  const now = { N: String(expiryNow(bound.database.now())) }
  const condition = (places: Placeholders): string => `attribute_not_exists(${pathOf(places, ['id'])}) OR ${pathOf(places, ['owner'])} = ${valueOf(places, owner)} OR ${pathOf(places, ['expires'])} <= ${valueOf(places, now)}`
  return {
    ...planWrite(sideOf(bound), { kind: 'Put', key: row, guards: { condition }, showsCurrent: false, body: () => ({ Item: { ...row, owner, ...(expires?.N === undefined ? {} : { expires }) } }) }),
    meaning: () => tableErrors.UNIQUE_CONFLICT(`Table ${bound.definition.table} has another item with this ${group.join(' and ')} already`, { fields: { property: group.join(', ') } }),
  }
}

// A row that another item holds stays that item's: values from before rows were kept may have been double.
async function leaveRow(bound: Bound, row: Attributes, key: Attributes): Promise<Write[]> {
  const side = sideOf(bound)
  const owner = ownerOf(bound, key)
  if ((await readStored(side, row))?.['owner']?.S !== owner) return []
  const condition = (places: Placeholders): string => `${pathOf(places, ['owner'])} = ${valueOf(places, { S: owner })}`
  return [{ ...planWrite(side, { kind: 'Delete', key: row, guards: { condition }, showsCurrent: false }), meaning: () => 'again' }]
}

/** The row of a group's values; undefined where the item lacks one of them. */
export function rowKey(group: readonly string[], item: Attributes | undefined): Attributes | undefined {
  const values = group.map((property) => item?.[property]).map((value) => (value?.N === undefined ? value?.S : canonicalDigits(value.N)))
  return values.some((value) => value === undefined) ? undefined : sideKey(['unique', group.join('+'), JSON.stringify(values)])
}

/** The guarded properties as an update leaves them. */
function nextValues(spec: PersistSpec, changes: AnyChanges, old: Attributes): Attributes {
  const properties = new Set(guardedProperties(spec))
  const next: Attributes = Object.fromEntries([...properties, ...keyProperties(spec)].flatMap((property) => (old[property] === undefined ? [] : [[property, old[property]]])))
  for (const { kind, steps, value } of listChanges(spec, changes)) {
    const property = String(steps[0])
    if (!properties.has(property)) continue
    if (steps.length > 1 || kind === 'append' || (kind === 'add' && property !== spec.ttl)) throw new TypeError(`${spec.table}.${property} is unique: set it to another value, or remove it`)
    if (kind === 'remove') delete next[property]
    else if (kind === 'set' || (kind === 'setIfAbsent' && next[property] === undefined)) next[property] = toPropertyAttribute(spec, property, value)
    else if (kind === 'add') next[property] = { N: String(Number(next[property]?.N ?? 0) + Number(value)) }
  }
  return next
}
