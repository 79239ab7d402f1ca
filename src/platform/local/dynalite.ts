// dynalite as far as the kit works with it: the server, the store behind it, and the logic of its items.
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { type ConditionCheck, withDocumentEquality } from './document-equality.ts'
import { readable } from './level-failures.ts'

/** A value as it travels, for example `{ S: 'text' }`. */
export type Attribute = Record<string, unknown>
export type Item = Record<string, Attribute>

/** A table as dynalite keeps it. */
export interface DynaliteTable {
  TableName: string
  TableStatus: string
  KeySchema: { AttributeName: string; KeyType: string }[]
  GlobalSecondaryIndexes?: DynaliteIndex[]
  LocalSecondaryIndexes?: DynaliteIndex[]
  /** What the kit keeps there for its streams. */
  StreamSpecification?: { StreamEnabled: boolean; StreamViewType?: string }
  LatestStreamArn?: string
  LatestStreamLabel?: string
}

export interface DynaliteIndex {
  IndexName: string
  KeySchema: DynaliteTable['KeySchema']
  IndexStatus?: string
}

interface ReadOptions {
  gte?: string
  lt?: string
  limit?: number
  reverse?: boolean
  valueEncoding?: 'utf8'
}

/** A step of a batch, which is done whole or not at all. */
export type Change = { type: 'put'; key: string; value: unknown; valueEncoding?: 'utf8' } | { type: 'del'; key: string }

/** The database of keys and values that everything lies in; each key begins with what it belongs to. */
export interface Level {
  open(): Promise<void>
  close(): Promise<void>
  batch(changes: readonly Change[]): Promise<void>
  batch(changes: readonly Change[], done: Done): void
  getMany(keys: string[]): Promise<unknown[]>
  getMany(keys: string[], options: { valueEncoding: 'utf8' }): Promise<(string | undefined)[]>
  keys(options: ReadOptions): { all(): Promise<string[]> }
  iterator(options: ReadOptions): { nextv(size: number): Promise<[string, string][]>; close(): Promise<void> }
}

export type Done<Result = void> = (failure?: Error | null, result?: Result) => void

/** The rows that begin alike, with their keys from there on. */
export interface Rows {
  lock(keys: string | string[], locked: (release: <Result>(done: Done<Result>) => Done<Result>) => void): void
  get(key: string, done: Done<Item>): void
  put(key: string, value: unknown, done: Done): void
  del(key: string, done: Done): void
  batch(operations: { type: 'put'; key: string; value: unknown }[], done: Done): void
}

/** What dynalite keeps tables and items in. */
export interface DynaliteStore {
  db: Level
  options: { maxItemSize: number }
  tableDb: Rows & { awsRegion: string; awsAccountId: string }
  getTable(name: string, done: Done<DynaliteTable>): void
  /** `false`: also one that is being made or deleted. */
  getTable(name: string, isReady: false, done: Done<DynaliteTable>): void
  getItemDb(table: string): Rows
  /** Removes all items of a table. */
  deleteItemDb(table: string, done: Done): void
  getIndexDb(kind: 'Local' | 'Global', table: string, index: string): Rows
}

/** dynalite's folder `db`. */
export interface DynaliteLogic {
  create(options: unknown): DynaliteStore
  createKey(item: unknown, table: DynaliteTable): string
  validateItem(item: Item, table: DynaliteTable): Error | null | undefined
  validateKey(key: Item, table: DynaliteTable, ...schema: unknown[]): Error | null | undefined
  /** Writes what an item means for indexes. */
  updateIndexes(...args: [store: DynaliteStore, table: DynaliteTable, before: Item | undefined, item: Item | null, done: Done]): void
  validateKeyPaths(paths: unknown, table: DynaliteTable): Error | null | undefined
  validationError(message: string): Error
  checkConditional(input: object, item: Item | undefined): Error | null | undefined
  mapPaths(paths: unknown, item: Item): Item
  itemSize(item: Item, ...others: unknown[]): number
  capacityUnits(item: Item | undefined, isRead: boolean, isConsistent: boolean): number
  /** What an item that is new means for indexes. */
  getIndexActions(indexes: readonly DynaliteIndex[], before: undefined, item: unknown, table: DynaliteTable): { puts: { index: string; key: string; item: unknown }[] }
}

/** What an input has to look like: dynalite's own words, which it checks by itself. */
export type InputTypes = Record<string, unknown>

/** The calls of dynalite that write one item. */
export type WriteName = 'putItem' | 'updateItem' | 'deleteItem'

type CallName = WriteName | 'createTable' | 'updateTable'

/** One of dynalite's calls: what its input looks like, a last look at it (which also reads its expressions), and what it does. */
export interface DynaliteCall {
  types: InputTypes
  custom(input: object, store: DynaliteStore): string | undefined
  act(store: DynaliteStore, input: object, done: Done<Record<string, unknown>>): void
}

/** dynalite's folder `validations`. */
export interface DynaliteValidations {
  checkTypes(input: object, types: InputTypes): Record<string, unknown>
  checkValidations(input: object, types: InputTypes, custom?: DynaliteCall['custom'], store?: DynaliteStore): void
  validateAttributeValue(value: Attribute): string | undefined
  validateExpressionParams(input: object, expressions: string[], others: string[]): string | undefined
  /** Reads the expressions of an input into `_condition`, `_updates` and `_projection`. */
  validateExpressions(input: object): string | undefined
}

export interface Dynalite {
  server: Server
  logic: DynaliteLogic
  store: DynaliteStore
  validations: DynaliteValidations
  callOf(name: CallName): DynaliteCall
}

/** Makes one, in memory where there is no path. Loaded here: only who opens a database pays for it. */
export function makeDynalite(path: string | undefined): Dynalite {
  const load = createRequire(import.meta.url)
  const dynalite = load('dynalite') as (options: object) => Server
  const logic = load('dynalite/db') as DynaliteLogic
  logic.checkConditional = withDocumentEquality(logic.checkConditional as ConditionCheck) as DynaliteLogic['checkConditional']
  const { create } = logic
  let store: DynaliteStore | undefined
  // What it keeps its items in stays inside the server that it makes; it is seen on its way there.
  logic.create = (given) => (store = create(given))
  try {
    const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0, ...(path === undefined ? {} : { path }) })
    if (store === undefined) throw new Error('this dynalite makes its store in another way')
    readable(store.db, path)
    const callNamed = (name: CallName): DynaliteCall => ({ ...(load(`dynalite/validations/${name}`) as Pick<DynaliteCall, 'types' | 'custom'>), act: load(`dynalite/actions/${name}`) as DynaliteCall['act'] })
    const calls = { putItem: callNamed('putItem'), updateItem: callNamed('updateItem'), deleteItem: callNamed('deleteItem'), createTable: callNamed('createTable'), updateTable: callNamed('updateTable') }
    return {
      server,
      logic,
      store,
      validations: load('dynalite/validations') as DynaliteValidations,
      callOf: (name) => calls[name],
    }
  } finally {
    logic.create = create
  }
}

/** What a call with a callback says, as a promise. */
export function promised<Result>(call: (done: Done<Result>) => void): Promise<Result> {
  return new Promise((resolve, reject) => call((failure, result) => (failure ? reject(failure) : resolve(result as Result))))
}
