// dynalite as far as the kit works with it: the server, the store behind it, and the logic of its items.
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { readable } from './level-failures.ts'

/** A table as dynalite keeps it. */
export interface DynaliteTable {
  TableName: string
  TableStatus: string
  GlobalSecondaryIndexes?: DynaliteIndex[]
  LocalSecondaryIndexes?: DynaliteIndex[]
}

export interface DynaliteIndex {
  IndexName: string
  IndexStatus?: string
}

interface ReadOptions {
  gte?: string
  lt?: string
  limit?: number
  valueEncoding?: 'utf8'
}

/** A step of a batch, which is done whole or not at all. */
export type Change = { type: 'put'; key: string; value: unknown; valueEncoding?: 'utf8' } | { type: 'del'; key: string }

/** The database of keys and values that everything lies in; each key begins with what it belongs to. */
export interface Level {
  open(): Promise<void>
  close(): Promise<void>
  batch(changes: readonly Change[]): Promise<void>
  getMany(keys: string[], options: { valueEncoding: 'utf8' }): Promise<(string | undefined)[]>
  keys(options: ReadOptions): { all(): Promise<string[]> }
  iterator(options: ReadOptions): { nextv(size: number): Promise<[string, string][]>; close(): Promise<void> }
}

/** What dynalite keeps tables and items in. */
export interface DynaliteStore {
  db: Level
  getTable(name: string, done: (failure: Error | null, table?: DynaliteTable) => void): void
  getItemDb(table: string): {
    lock(keys: string[], locked: (release: (done: (failure?: Error | null) => void) => (failure?: Error | null) => void) => void): void
    batch(operations: { type: 'put'; key: string; value: unknown }[], done: (failure?: Error | null) => void): void
  }
}

/** dynalite's folder `db`. */
export interface DynaliteLogic {
  create(options: unknown): DynaliteStore
  createKey(item: unknown, table: DynaliteTable): string
  validateItem(item: unknown, table: DynaliteTable): unknown
  /** What an item that is new means for indexes. */
  getIndexActions(indexes: readonly DynaliteIndex[], before: undefined, item: unknown, table: DynaliteTable): { puts: { index: string; key: string; item: unknown }[] }
}

export interface Dynalite {
  server: Server
  logic: DynaliteLogic
  store: DynaliteStore
}

/** Makes one, in memory where there is no path. Loaded here: only who opens a database pays for it. */
export function makeDynalite(path: string | undefined): Dynalite {
  const load = createRequire(import.meta.url)
  const dynalite = load('dynalite') as (options: object) => Server
  const logic = load('dynalite/db') as DynaliteLogic
  const { create } = logic
  let store: DynaliteStore | undefined
  // What it keeps its items in stays inside the server that it makes; it is seen on its way there.
  logic.create = (given) => (store = create(given))
  try {
    const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0, ...(path === undefined ? {} : { path }) })
    if (store === undefined) throw new Error('this dynalite makes its store in another way')
    readable(store.db, path)
    return { server, logic, store }
  } finally {
    logic.create = create
  }
}
