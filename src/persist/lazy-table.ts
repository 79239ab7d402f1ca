// A table whose working part is loaded with its first call: a function that keeps no items does not pay for it.
import type { PersistDefinition, TableShape } from '../openapi/index.ts'
import type { ReadAction, Results, WriteAction } from './actions.ts'
import type { Database } from './database.ts'
import type { ItemKey } from './keys.ts'
import type { Table } from './table-contract.ts'
import type { TableUse } from './table-use.ts'
import type { TransactOptions } from './transact.ts'

let parts: typeof import('./table.ts') | undefined

type Calls = Record<string, (...args: unknown[]) => Promise<unknown>>

/** Does what `openTable` does. */
export function lazyTable<Item, Shape extends TableShape>(database: Database, definition: PersistDefinition<Item, Shape>, use: TableUse = {}): Table<Item, Shape> {
  let table: Calls | undefined
  // Once it is loaded an item is read in the turn in which it is handed over; until then a copy stands in for it.
  const open = (): Calls | undefined => (table ??= parts?.openTable(database, definition, use) as unknown as Calls | undefined)
  const call = (holder: string, name: string) => (...args: unknown[]): Promise<unknown> => {
    const run = (opened: Calls, given: unknown[]): Promise<unknown> => ((opened[holder] as unknown as Calls | undefined) ?? opened)[name]!(...given)
    const ready = open()
    if (ready !== undefined) return run(ready, args)
    const copies = args.map(copied)
    return import('./table.ts').then((loaded) => run(((parts = loaded), open()!), copies))
  }
  const all = (names: string, make: (name: string) => unknown): object => Object.fromEntries(names.split(' ').map((name) => [name, make(name)]))
  return {
    definition,
    ...all('load find exists save update delete query scan count', (name) => call('', name)),
    batch: all('get put delete', (name) => call('batch', name)),
    action: all('get save update delete check', (kind) => (...args: unknown[]) => ({ kind, bound: { database, definition, use }, args })),
    counter: (...key: unknown[]) => all('add read', (name) => async (...args: unknown[]) => (await import('./sharded.ts')).openCounter({ database, definition, use }, ...(key as [ItemKey, string]))[name as 'add'](...(args as [number]))),
  } as unknown as Table<Item, Shape>
}

/** Does all writes or none. */
export async function transact<const Actions extends readonly WriteAction[]>(given: Actions, options: TransactOptions = {}): Promise<Results<Actions>> {
  return (await (await import('./run-actions.ts')).transactWrite(given, options)) as Results<Actions>
}

/** Reads items as they are at one moment. */
export async function transactGet<const Actions extends readonly ReadAction[]>(given: Actions, options: { signal?: AbortSignal } = {}): Promise<Results<Actions>> {
  return (await (await import('./run-actions.ts')).transactGet(given, options)) as Results<Actions>
}

// What cannot be copied cannot be stored either, which the table says better; options with a signal or a function stay what they are.
function copied(value: unknown): unknown {
  try {
    return structuredClone(value)
  } catch {
    return value
  }
}
