// Puts many items into a table of the embedded DynamoDB at once: for the log, which has more of them than dynalite takes one by one.

import type { Dynalite, DynaliteStore, DynaliteTable } from './dynalite.ts'

/**
 * Puts items, whatever was there before, in one step. Attributes are as they travel: bytes as base64.
 * @returns false where it takes the ordinary way, and nothing was done: no such table, one with indexes, an item without its key
 */
export async function putItems({ logic, store }: Pick<Dynalite, 'logic' | 'store'>, table: string, items: readonly object[]): Promise<boolean> {
  const described = await describe(store, table)
  if (described === undefined || described.GlobalSecondaryIndexes !== undefined || described.LocalSecondaryIndexes !== undefined) return false
  if (items.some((item) => Boolean(logic.validateItem(item, described)))) return false
  const byKey = new Map(items.map((item) => [logic.createKey(item, described), item]))
  // In one order, so that two of these do not wait for each other.
  const keys = [...byKey.keys()].sort()
  const rows = store.getItemDb(table)
  await new Promise<void>((resolve, reject) => {
    rows.lock(keys, (release) => {
      rows.batch(keys.map((key) => ({ type: 'put', key, value: byKey.get(key) })), release((failure) => (failure ? reject(failure) : resolve())))
    })
  })
  return true
}

const known = new WeakMap<DynaliteStore, Map<string, DynaliteTable>>()

// Its key stays as it is for as long as there is a table, and indexes are made with it.
async function describe(store: DynaliteStore, table: string): Promise<DynaliteTable | undefined> {
  const tables = known.get(store) ?? new Map<string, DynaliteTable>()
  known.set(store, tables)
  const described = tables.get(table) ?? (await new Promise<DynaliteTable | undefined>((resolve) => store.getTable(table, (failure, found) => resolve(failure ? undefined : found))))
  if (described !== undefined) tables.set(table, described)
  return described
}
