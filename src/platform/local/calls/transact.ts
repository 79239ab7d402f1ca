// Transactions: writes that are done together or not at all, and reads of one moment.
import type { Change, DynaliteTable, Item } from '../dynalite.ts'
import { promised } from '../dynalite.ts'
import { invalid, isRefusal, type Refusal, refusal } from './answers.ts'
import type { Kit } from './kit.ts'
import { withLocks } from './locks.ts'
import { failedCondition, type Rehearsed, rehearse, type Write } from './rehearsal.ts'
import { findToken, markOf } from './tokens.ts'
import { type Action, type Get, readGets, readWrites } from './transact-input.ts'

const maxBytes = 4 * 1024 * 1024

interface Reason {
  Code: string
  Message?: string
  Item?: Item
}

/** TransactWriteItems. */
export async function transactWrite(kit: Kit, body: Record<string, unknown>): Promise<object> {
  const { actions, token, capacity } = readWrites(kit.dynalite, body)
  // Before a write is played, which changes its input.
  const request = token === undefined ? '' : markOf(body['TransactItems'])
  const tables = await tablesOf(kit, actions.map(({ input }) => input.TableName))
  const writes = keyed(kit, actions, tables)
  const work = (): Promise<object> => withLocks(kit.dynalite.store, writes.map(({ table, key }) => ({ table: table.TableName, key })), () => write(kit, { writes, actions, capacity, token, request }))
  return token === undefined ? work() : kit.oneByOne(token, work)
}

/** TransactGetItems. */
export async function transactGet(kit: Kit, body: Record<string, unknown>): Promise<object> {
  const { dynalite } = kit
  const { gets, capacity } = readGets(dynalite, body)
  const tables = await tablesOf(kit, gets.map(({ TableName }) => TableName))
  const reads = keyed(kit, gets.map((input): Action => ({ name: 'check', input: input as Get & Action['input'] })), tables)
  // Read at one moment: a transaction is written in one step.
  const found = (await dynalite.store.db.getMany(reads.map(({ table, key }) => `item-${table.TableName}~${key}`))) as (Item | undefined)[]
  if (found.reduce((sum, item) => sum + (item === undefined ? 0 : dynalite.logic.itemSize(item)), 0) > maxBytes) throw invalid('Transaction request cannot include items of more than 4 MB in all')
  const units = sums(reads.map(({ table }, index) => [table.TableName, 2 * dynalite.logic.capacityUnits(found[index], true, true)]))
  return {
    Responses: found.map((item, index) => (item === undefined ? {} : { Item: gets[index]!._projection === undefined ? item : dynalite.logic.mapPaths(gets[index]!._projection.paths, item) })),
    ...consumed(units, capacity, 'ReadCapacityUnits'),
  }
}

interface Asked {
  writes: Write[]
  actions: Action[]
  capacity: string | undefined
  token: string | undefined
  request: string
}

async function write(kit: Kit, { writes, actions, capacity, token, request }: Asked): Promise<object> {
  const { logic, store } = kit.dynalite
  const known = token === undefined ? undefined : await findToken(store.db, token, { request, now: kit.now() })
  if (known?.done !== undefined) return consumed(known.done, capacity, 'ReadCapacityUnits')
  const played = await Promise.all(writes.map((one) => rehearse(kit.dynalite, one)))
  if (played.some(({ refused }) => refused !== undefined)) throw cancelled(played.map((one, index) => reasonOf(one, actions[index]!)))
  if (played.reduce((sum, one) => sum + logic.itemSize(one.after ?? (one.write.input['Key'] as Item)), 0) > maxBytes) throw invalid('Transaction request cannot include items of more than 4 MB in all')
  const reads = sums(played.map(({ write: { table }, after }) => [table.TableName, 2 * logic.capacityUnits(after, true, true)]))
  const changes: Change[] = known === undefined ? [] : [known.change(reads)]
  await kit.commit({ changes, writes: played })
  return consumed(sums(played.map(({ write: { table }, before, after }) => [table.TableName, 2 * Math.max(logic.capacityUnits(before, false, true), logic.capacityUnits(after, false, true))])), capacity, 'WriteCapacityUnits')
}

async function tablesOf({ dynalite }: Kit, names: string[]): Promise<Map<string, DynaliteTable>> {
  const tables = new Map<string, DynaliteTable>()
  for (const name of new Set(names)) tables.set(name, await promised((done) => dynalite.store.getTable(name, done)))
  return tables
}

// The rows that actions mean. A key that does not fit its table cancels all of them, an item that is meant twice is refused.
function keyed({ dynalite: { logic } }: Kit, actions: Action[], tables: Map<string, DynaliteTable>): Write[] {
  const faults = actions.map(({ name, input }) => {
    const table = tables.get(input.TableName)!
    if (name === 'putItem') return logic.validateItem(input['Item'] as Item, table)
    return logic.validateKey(input['Key'] as Item, table) ?? logic.validateKeyPaths((input['_projection'] as Get['_projection'])?.nestedPaths, table)
  })
  if (faults.some(Boolean)) throw cancelled(faults.map((fault) => (fault ? validationReason(fault as Refusal) : { Code: 'None' })))
  const writes = actions.map(({ name, input }): Write => {
    const table = tables.get(input.TableName)!
    return { name, table, key: logic.createKey(input['Item'] ?? input['Key'], table), input }
  })
  if (new Set(writes.map(({ table, key }) => `${table.TableName}~${key}`)).size < writes.length) throw invalid('Transaction request cannot include multiple operations on one item')
  return writes
}

function reasonOf(played: Rehearsed, { input }: Action): Reason {
  if (played.refused === undefined) return { Code: 'None' }
  if (!failedCondition(played)) return validationReason(played.refused)
  const reason = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' }
  return input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && played.before !== undefined ? { ...reason, Item: played.before } : reason
}

function validationReason(fault: Refusal): Reason {
  if (!isRefusal(fault)) throw fault
  return { Code: 'ValidationError', Message: fault.message }
}

function cancelled(reasons: Reason[]): Refusal {
  return refusal('TransactionCanceledException', `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`, { CancellationReasons: reasons })
}

function sums(parts: [name: string, units: number][]): Record<string, number> {
  const all: Record<string, number> = {}
  for (const [name, units] of parts) all[name] = (all[name] ?? 0) + units
  return all
}

function consumed(units: Record<string, number>, capacity: string | undefined, kind: 'ReadCapacityUnits' | 'WriteCapacityUnits'): object {
  if (capacity !== 'TOTAL' && capacity !== 'INDEXES') return {}
  return { ConsumedCapacity: Object.entries(units).map(([TableName, amount]) => ({ TableName, CapacityUnits: amount, [kind]: amount, ...(capacity === 'INDEXES' ? { Table: { CapacityUnits: amount, [kind]: amount } } : {}) })) }
}
