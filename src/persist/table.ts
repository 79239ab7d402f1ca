// One persisted definition: its calls, each of which loads what it alone needs.
import * as tableErrors from '../errors/table-catalog.ts'
import type { PersistDefinition, TableShape } from '../openapi/index.ts'
import { actionsOf } from './actions.ts'
import type { Bound } from './bound.ts'
import type { Database } from './database.ts'
import { findItem, itemExists } from './find.ts'
import { type ItemKey, keyWords, toKey } from './keys.ts'
import { queryTable } from './query.ts'
import { deleteItem, saveItem } from './save.ts'
import type { Counter } from './sharded.ts'
import type { Table } from './table-contract.ts'
import type { ReadOptions } from './table-options.ts'
import type { TableUse } from './table-use.ts'

/** Binds a definition to a database; touches neither the network nor the SDK. */
export function openTable<Item, Shape extends TableShape = TableShape>(database: Database, definition: PersistDefinition<Item, Shape>, use: TableUse = {}): Table<Item, Shape> {
  const bound: Bound = { database, definition: definition as PersistDefinition, use }
  return {
    definition,
    ...readingCalls(bound),
    ...writingCalls(bound),
    batch: batchCalls(bound),
    action: actionsOf(bound),
    counter: lazyCounter(bound),
  } as unknown as Table<Item, Shape>
}

// The types of the calls are those of Table; here they are what every item has in common.
function readingCalls(bound: Bound): object {
  const find = async (key: ItemKey, options: ReadOptions<PropertyKey> = {}): Promise<object | undefined> => findItem(bound, key, options)
  return {
    find,
    load: async (key: ItemKey, options?: ReadOptions<PropertyKey>) => {
      const item = await find(key, options)
      if (item === undefined) throw tableErrors.ITEM_NOT_FOUND(`Table ${bound.definition.table} has no item with ${keyWords(bound.definition, toKey(bound.definition, key))}`)
      return item
    },
    exists: async (key: ItemKey, options: ReadOptions<PropertyKey> = {}) => itemExists(bound, key, options),
    query: async (options: Parameters<typeof queryTable>[1]) => queryTable(bound, options),
    scan: async (options: Parameters<typeof import('./scan.ts').scanTable>[1] = {}) => (await import('./scan.ts')).scanTable(bound, options),
    count: async (options: Parameters<typeof import('./count.ts').countItems>[1] = {}) => (await import('./count.ts')).countItems(bound, options),
  }
}

// Kept, as each import() asks Node for the module anew, which takes a tenth of a call.
let updates: typeof import('./update.ts') | undefined

function writingCalls(bound: Bound): object {
  return {
    save: (item: unknown, options: Parameters<typeof saveItem>[2] = {}) => saveItem(bound, item, options),
    delete: async (key: ItemKey, options: Parameters<typeof deleteItem>[2] = {}) => deleteItem(bound, key, options),
    update: async (key: ItemKey, changes: object, options: Parameters<typeof import('./update.ts').updateItem>[2]['options'] = {}) => (updates ??= await import('./update.ts')).updateItem(bound, key, { changes, options }),
  }
}

function batchCalls(bound: Bound): object {
  const load = () => import('./batch.ts')
  return {
    get: async (keys: readonly ItemKey[], options: ReadOptions<PropertyKey> = {}) => (await load()).batchGet(bound, keys, options),
    put: async (items: readonly unknown[], options: { signal?: AbortSignal } = {}) => (await load()).batchPut(bound, items, options),
    delete: async (keys: readonly ItemKey[], options: { signal?: AbortSignal } = {}) => (await load()).batchDelete(bound, keys, options),
  }
}

/** A counter whose working part is loaded with its first call. */
export function lazyCounter(bound: Bound): (key: ItemKey, name: string) => Counter {
  return (key, name) => {
    const open = async (): Promise<Counter> => (await import('./sharded.ts')).openCounter(bound, key, name)
    return { add: async (amount) => (await open()).add(amount), read: async () => (await open()).read() }
  }
}
