// A table whose working part is loaded with its first call: a function that keeps no items does not pay for it.
import type { PersistDefinition } from '../openapi/index.ts'
import type { Database } from './database.ts'
import type { Table } from './table.ts'

let parts: typeof import('./table.ts') | undefined

/** Does what `openTable` does. */
export function lazyTable<Item>(database: Database, definition: PersistDefinition<Item>): Table<Item> {
  let table: Table<Item> | undefined
  const load = async (): Promise<Table<Item>> => {
    parts ??= await import('./table.ts')
    return (table ??= parts.openTable(database, definition))
  }
  // Once it is loaded an item is read in the turn in which it is handed over; until then a copy stands in for it.
  const open = (): Table<Item> | undefined => (table ??= parts?.openTable(database, definition))
  return {
    definition,
    load: async (...args) => (open() ?? (await load())).load(...args),
    find: async (...args) => (open() ?? (await load())).find(...args),
    async save(item, options) {
      const ready = open()
      if (ready !== undefined) return ready.save(item, options)
      const copy = copied(item)
      return (await load()).save(copy, options)
    },
    delete: async (...args) => (open() ?? (await load())).delete(...args),
    query: async (...args) => (open() ?? (await load())).query(...args),
  }
}

// What cannot be copied cannot be stored either, which the table says better.
function copied<Item>(item: Item): Item {
  try {
    return structuredClone(item)
  } catch {
    return item
  }
}
