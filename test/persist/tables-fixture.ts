// Tables for tests of their calls: one process, one embedded DynamoDB, a clock that stands.
import { after, before } from 'node:test'
import { type Database, type DatabaseCalls, ensureTables, openDatabase } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import type { PersistDefinition, PersistSpec } from '../../src/openapi/index.ts'

export interface Order {
  shop: string
  number: number
  status?: string | null
  total?: number
  due?: number
  customer?: string
  lines?: { name: string; price: number }[]
  address?: { city?: string; street?: string; 'house.no'?: number }
  tags?: string[]
  marks?: number[]
  digits?: string
  picture?: Uint8Array
  revision?: number
  expires?: number
  created_at?: string
  updated_at?: number
  created_by?: string
  updated_by?: string
}

type OrderShape = { key: ['shop', 'number']; indexes: { 'by-customer': ['customer', 'due']; 'by-status': ['status'] } }

const properties: PersistSpec['properties'] = { shop: { type: 'string' }, number: { type: 'integer' }, digits: { type: 'string' }, created_at: { type: 'string' }, updated_at: { type: 'integer' }, picture: { type: 'string', format: 'binary' } }

export const orders: PersistDefinition<Order, OrderShape> = {
  name: 'Order', table: 'orders', key: { partition: 'shop', sort: 'number' }, ttl: 'expires', sets: { tags: 'S', marks: 'N' },
  indexes: [{ name: 'by-customer', partition: 'customer', sort: 'due' }, { name: 'by-status', partition: 'status' }],
  keyTypes: { shop: 'S', number: 'N', customer: 'S', due: 'N', status: 'S' }, properties,
}

export const kept: PersistDefinition<Order, { key: ['shop']; indexes: {}; filled: 'revision' | 'created_at' | 'updated_at' | 'created_by' | 'updated_by' }> = {
  name: 'Kept', table: 'kept', key: { partition: 'shop' }, indexes: [], version: 'revision', filled: { created: 'created_at', updated: 'updated_at', createdBy: 'created_by', updatedBy: 'updated_by' }, keyTypes: { shop: 'S' }, properties,
}

export interface Account {
  id: string
  email?: string
  tenant?: string
  name?: string
  balance?: number
  version?: number
  expires?: number
}

type AccountShape = { key: ['id']; indexes: {}; filled: 'version'; sharded: 'visits' }

export const members: PersistDefinition<Account, { key: ['tenant', 'id']; indexes: {}; filled: never }> = {
  name: 'Member', table: 'members', key: { partition: 'tenant', sort: 'id' }, indexes: [], unique: [['tenant', 'name']], keyTypes: { tenant: 'S', id: 'S' }, properties: { tenant: { type: 'string' }, id: { type: 'string' }, name: { type: 'string' } },
}

export const accounts: PersistDefinition<Account, AccountShape> = {
  name: 'Account', table: 'accounts', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'S' }, version: 'version', unique: [['email'], ['tenant', 'name']], sharded: { visits: 4 }, properties: { id: { type: 'string' } },
}

export const leases: PersistDefinition<Account, { key: ['id']; indexes: {} }> = {
  name: 'Lease', table: 'leases', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'S' }, ttl: 'expires', unique: [['email']], properties: { id: { type: 'string' } },
}

export interface TestTables {
  database(): Database
  /** Milliseconds since 1970; may be set. */
  now: number
}

// Another DynamoDB than the embedded one, where somebody has one to hold klue to: KLUE_TEST_DYNAMODB=http://127.0.0.1:8000.
const other = process.env['KLUE_TEST_DYNAMODB']

/** Opens the tables before the tests of a file, fills them, and closes them afterwards. */
export function useTables(definitions: PersistSpec[], fill?: () => Promise<void>): TestTables {
  let dynamo: LocalDynamo | undefined
  let database: Database
  const tables: TestTables = { now: 1_700_000_000_000, database: () => database }
  before(async () => {
    dynamo = other === undefined ? await openLocalDynamo({ memory: true }) : undefined
    // Tables of another one outlive the test: each run has its own.
    database = openDatabase({ endpoint: other ?? dynamo!.endpoint, ...(dynamo === undefined ? {} : { credentials: dynamo.credentials }), prefix: dynamo === undefined ? `test-${process.pid}-` : 'test-', now: () => tables.now })
    await ensureTables(database, definitions)
    await fill?.()
  })
  after(async () => {
    database.close()
    await dynamo?.close()
  })
  return tables
}

/** A database whose calls may fail or answer otherwise: `turn` is asked before each of them. */
export function turning(database: Database, turn: (name: keyof DatabaseCalls, input: never) => unknown): Database {
  return {
    ...database,
    run: async (name, input, options) => {
      const answer = await turn(name, input as never)
      return answer === undefined ? await database.run(name, input, options) : (answer as never)
    },
  }
}

/** What DynamoDB refuses a call with. */
export function refusedWith(reason: string): Error {
  return Object.assign(new Error(`refused with ${reason}`), { reason })
}
