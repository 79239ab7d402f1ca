// Mends what a killed process left half done: dynalite writes an item, its index entries and the state of a table one after the other. The items are the truth.
import type { Change, Dynalite, DynaliteIndex, DynaliteTable, Level } from './dynalite.ts'

/** How many index entries were written, changed or removed. */
export interface Repaired {
  missing: number
  stale: number
}

const batchSize = 500
// Above every key that begins with what stands before it.
const end = '\uffff'

/** Compares every index with its table and makes it what it has to be; finishes tables that were being made or deleted. */
export async function repairIndexes(dynalite: Dynalite): Promise<Repaired> {
  const { db } = dynalite.store
  const repaired: Repaired = { missing: 0, stale: 0 }
  const known = new Set<string>()
  for (const table of await settledTables(db)) {
    for (const index of indexesOf(table)) {
      known.add(index.prefix)
      await removeStale({ dynalite, table, index, repaired })
      await addMissing({ dynalite, table, index, repaired })
    }
  }
  for (const prefix of await indexPrefixes(db)) if (!known.has(prefix)) repaired.stale += await clear(db, prefix)
  return repaired
}

interface Index {
  prefix: string
  definition: DynaliteIndex
}

interface Work {
  dynalite: Dynalite
  table: DynaliteTable
  index: Index
  repaired: Repaired
}

function indexesOf(table: DynaliteTable): Index[] {
  const named = (kind: string, indexes: readonly DynaliteIndex[] = []): Index[] => indexes.map((definition) => ({ definition, prefix: `index-${kind}~${table.TableName}~${definition.IndexName}~` }))
  return [...named('local', table.LocalSecondaryIndexes), ...named('global', table.GlobalSecondaryIndexes)]
}

// A table that was being made is there; one that was being deleted goes.
async function settledTables(db: Level): Promise<DynaliteTable[]> {
  const tables: DynaliteTable[] = []
  await eachBatch(db, 'table~', async (rows) => {
    for (const [key, text] of rows) {
      const table = parsed(text) as DynaliteTable | undefined
      if (typeof table?.TableStatus !== 'string' || typeof table.TableName !== 'string') continue
      if (table.TableStatus === 'DELETING') {
        for (const prefix of [`item-${table.TableName}~`, `tag-${table.TableName}~`]) await clear(db, prefix)
        await db.batch([{ type: 'del', key }])
      } else tables.push(await settled(db, key, table))
    }
  })
  return tables
}

async function settled(db: Level, key: string, table: DynaliteTable): Promise<DynaliteTable> {
  const indexes = table.GlobalSecondaryIndexes ?? []
  if (table.TableStatus === 'ACTIVE' && indexes.every(({ IndexStatus }) => IndexStatus === 'ACTIVE')) return table
  table.TableStatus = 'ACTIVE'
  for (const index of indexes) index.IndexStatus = 'ACTIVE'
  await db.batch([{ type: 'put', key, value: table }])
  return table
}

// Entries of items that are gone or belong elsewhere by now, and such as say something else than their item.
async function removeStale(work: Work): Promise<void> {
  const { dynalite, table, index, repaired } = work
  const { db } = dynalite.store
  await eachBatch(db, index.prefix, async (entries) => {
    const items = await itemsOf(work, entries.map(([, text]) => keyOf(dynalite, table, parsed(text))))
    const changes = entries.flatMap(([key, text], position): Change[] => {
      const expected = entryOf(work, items[position])
      if (expected?.key !== key) return [{ type: 'del', key }]
      return expected.text === text ? [] : [{ type: 'put', key, value: expected.text, valueEncoding: 'utf8' }]
    })
    if (changes.length > 0) await db.batch(changes)
    repaired.stale += changes.length
  })
}

async function addMissing(work: Work): Promise<void> {
  const { dynalite, table, repaired } = work
  const { db } = dynalite.store
  await eachBatch(db, `item-${table.TableName}~`, async (rows) => {
    const entries = rows.flatMap(([, text]) => entryOf(work, parsed(text)) ?? [])
    const found = entries.length === 0 ? [] : await db.getMany(entries.map(({ key }) => key), { valueEncoding: 'utf8' })
    const missing = entries.filter((_, position) => found[position] === undefined)
    if (missing.length > 0) await db.batch(missing.map(({ key, text }) => ({ type: 'put', key, value: text, valueEncoding: 'utf8' })))
    repaired.missing += missing.length
  })
}

// The items with these keys, in their order.
async function itemsOf({ dynalite, table }: Work, keys: (string | undefined)[]): Promise<unknown[]> {
  const texts = await dynalite.store.db.getMany(keys.map((key) => `item-${table.TableName}~${key ?? ''}`), { valueEncoding: 'utf8' })
  return texts.map((text) => parsed(text))
}

// What the index has to hold for an item; undefined where it holds nothing for it.
function entryOf({ dynalite, table, index }: Work, item: unknown): { key: string; text: string } | undefined {
  if (typeof item !== 'object' || item === null) return undefined
  try {
    const [put] = dynalite.logic.getIndexActions([index.definition], undefined, item, table).puts
    return put === undefined ? undefined : { key: `${index.prefix}${put.key}`, text: JSON.stringify(put.item) }
  } catch {
    // Its attributes are of other types than the index wants.
    return undefined
  }
}

function keyOf({ logic }: Dynalite, table: DynaliteTable, entry: unknown): string | undefined {
  try {
    return logic.createKey(entry, table)
  } catch {
    return undefined
  }
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

// What begins a key of an index up to its own part; each is found by one step over all that begins like it.
async function indexPrefixes(db: Level): Promise<string[]> {
  const prefixes: string[] = []
  for (let from = 'index-'; ; from = `${prefixes.at(-1)}${end}`) {
    const [key] = await db.keys({ gte: from, lt: `index-${end}`, limit: 1 }).all()
    if (key === undefined) return prefixes
    prefixes.push(/^(?:[^~]*~){0,3}/.exec(key)![0] || key)
  }
}

async function clear(db: Level, prefix: string): Promise<number> {
  let removed = 0
  await eachBatch(db, prefix, async (rows) => {
    await db.batch(rows.map(([key]) => ({ type: 'del', key })))
    removed += rows.length
  })
  return removed
}

// What lies there now: changes on the way are not seen.
async function eachBatch(db: Level, prefix: string, take: (rows: [key: string, text: string][]) => Promise<void>): Promise<void> {
  const iterator = db.iterator({ gte: prefix, lt: `${prefix}${end}`, valueEncoding: 'utf8' })
  try {
    for (let rows = await iterator.nextv(batchSize); rows.length > 0; rows = await iterator.nextv(batchSize)) await take(rows)
  } finally {
    await iterator.close()
  }
}
