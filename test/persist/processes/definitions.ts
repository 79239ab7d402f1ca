// The tables of the drill of several processes: what each lane has for itself, and what all of them share.
import type { PersistDefinition } from '../../../src/openapi/index.ts'

/** An item of one lane, written by its process alone; names are unique over all lanes. */
export interface Entry {
  lane: number
  number: number
  n?: number
  name?: string
}

/** An account of all lanes. */
export interface Account {
  id: string
  balance: number
  version?: number
}

/** What says that a transfer was done. */
export interface Receipt {
  id: string
  from: string
  to: string
  amount: number
}

export const entries: PersistDefinition<Entry, { key: ['lane', 'number']; indexes: { 'by-name': ['name'] } }> = {
  name: 'Entry', table: 'entries', key: { partition: 'lane', sort: 'number' }, indexes: [{ name: 'by-name', partition: 'name' }], keyTypes: { lane: 'N', number: 'N', name: 'S' }, unique: [['name']], stream: true, properties: {},
}

export const accounts: PersistDefinition<Account, { key: ['id']; indexes: {}; filled: 'version'; sharded: 'moves' }> = {
  name: 'Account', table: 'accounts', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'S' }, version: 'version', sharded: { moves: 4 }, properties: {},
}

export const receipts: PersistDefinition<Receipt, { key: ['id']; indexes: {} }> = {
  name: 'Receipt', table: 'receipts', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'S' }, properties: {},
}

export const accountIds = ['a', 'b', 'c', 'd'] as const
export const firstBalance = 50
