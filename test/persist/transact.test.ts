// Transactions over tables: all or nothing, which action failed and why, tokens, limits, and what is tried again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHttpError, type HttpError } from '../../src/errors/index.ts'
import { type Database, openTable, type Table, transactGet, transactWrite } from '../../src/persist/index.ts'
import { kept, type Order, orders, refusedWith, turning, useTables } from './tables-fixture.ts'

const tables = useTables([orders, kept])
const use = { pause: async () => undefined }
const opened = (database: Database = tables.database()): Table<Order> => openTable<Order>(database, orders as never, use)
const counted = (database: Database = tables.database()): Table<Order> => openTable<Order>(database, kept as never, use)
const failing = async (work: Promise<unknown>): Promise<HttpError> => {
  const failure = await work.then(() => undefined, (error: unknown) => error)
  assert.ok(isHttpError(failure), String(failure))
  return failure
}
const at = (number: number): { shop: string; number: number } => ({ shop: 't', number })

test('writes of several tables are done together, and saved items returned', async () => {
  await opened().save({ ...at(1), total: 10, status: 'open' })
  await opened().save({ ...at(2), total: 1 })
  const results = await transactWrite([
    opened().action.update(at(1), { add: { total: -5 } }, { if: { total: { atLeast: 5 } } }),
    counted().action.save({ shop: 'c1', number: 1 }),
    opened().action.delete(at(2)),
    opened().action.check(at(3), { shop: { exists: false } }),
  ], {})
  assert.deepEqual(results.map((result) => (result as Order | undefined)?.revision), [undefined, 1, undefined, undefined])
  assert.deepEqual(await transactGet([opened().action.get(at(1)), opened().action.get(at(2)), counted().action.get('c1')], {}).then((found) => found.map((item) => (item as Order | undefined)?.total ?? (item as Order | undefined)?.revision)), [5, undefined, 1])
  assert.deepEqual([await transactWrite([], {}), await transactGet([], {})], [[], []])
})

test('where one action fails nothing is done, and the error tells which and why', async () => {
  const write = (total: number, more: object = {}) => opened().action.update(at(10), { set: { total } }, more)
  const first = await failing(transactWrite([write(1), opened().action.check(at(11), { status: 'open' }), counted().action.save({ shop: 'c2', number: 1 })], {}))
  assert.deepEqual([first.status, first.code, first.fields['action']], [409, 'CONDITION_FAILED', 1])
  assert.match(first.message, /shop=t, number=11 of table orders is not as it has to be/)
  assert.equal(await opened().exists(at(10)) || await counted().exists('c2'), false)
  await counted().save({ shop: 'c3', number: 7 })
  const stale = await failing(transactWrite([write(1), counted().action.save({ shop: 'c3', number: 8 }, { currentOnConflict: true })], {}))
  assert.deepEqual([stale.code, stale.fields['action'], (stale.fields['current'] as Order).number], ['VERSION_CONFLICT', 1, 7])
  const absent = await failing(transactWrite([opened().action.update(at(10), { add: { total: 1 } }, { ifExists: true })], {}))
  assert.deepEqual([absent.code, absent.fields['action']], ['ITEM_NOT_FOUND', 0])
  await opened().save({ ...at(12), digits: 'text' })
  const other = await failing(transactWrite([write(1), opened().action.update(at(12), { add: { digits: 1n } })], {}))
  assert.deepEqual([other.code, other.fields['action']], ['CONDITION_FAILED', 1])
  assert.equal(await opened().exists(at(10)), false)
})

test('an item whose time is over counts as absent in a transaction', async () => {
  await opened().save({ ...at(20), total: 9, expires: 1 })
  await transactWrite([opened().action.update(at(20), { add: { total: 1 } })], {})
  assert.equal((await opened().load(at(20))).total, 1)
  await opened().save({ ...at(21), total: 9, expires: 1 })
  await transactWrite([opened().action.check(at(21), { shop: { exists: false } })], {})
  assert.deepEqual(await transactGet([opened().action.get(at(21))], {}), [undefined])
})

test('a token keeps a transaction from being done twice', async () => {
  const counter = openTable<Order>(tables.database(), { ...orders, ttl: undefined } as never, use)
  const add = (total: number) => transactWrite([counter.action.update(at(30), { add: { total } })], { idempotencyToken: 'the-token' })
  await add(1)
  await add(1)
  assert.equal((await counter.load(at(30))).total, 1)
  const other = await failing(add(2))
  assert.deepEqual([other.status, other.code], [409, 'TRANSACTION_CONFLICT'])
  await assert.rejects(transactWrite([counter.action.delete(at(30))], { idempotencyToken: 'x'.repeat(37) }), /1 to 36 signs/)
})

test('a conflict with another transaction is tried again while there is time', async () => {
  const conflicts = (count: number): Database => {
    let left = count
    return turning(tables.database(), (name) => {
      if (name === 'TransactWriteItems' && (left -= 1) >= 0) throw Object.assign(refusedWith('TransactionCanceledException'), { cause: { CancellationReasons: [{ Code: 'TransactionConflict' }] } })
      if ((name === 'TransactGetItems' || name === 'UpdateItem') && (left -= 1) >= 0) throw refusedWith(name === 'UpdateItem' ? 'TransactionConflictException' : 'TransactionInProgressException')
    })
  }
  const add = (database: Database) => transactWrite([opened(database).action.update(at(40), { add: { total: 1 } })], {})
  await add(conflicts(3))
  assert.deepEqual((await transactGet([opened(conflicts(3)).action.get(at(40))], {}) as Order[])[0]!.total, 1)
  assert.equal((await opened(conflicts(3)).update(at(40), { add: { total: 1 } })).total, 2)
  for (const work of [add(conflicts(1000)), transactGet([opened(conflicts(1000)).action.get(at(40))], {}), opened(conflicts(1000)).update(at(40), { add: { total: 1 } })]) assert.equal((await failing(work)).code, 'TRANSACTION_CONFLICT')
})

test('a hundred actions and no more, one for each item, and none of another kind', async () => {
  const write = (number: number) => opened().action.save(at(number))
  await transactWrite(Array.from({ length: 100 }, (_, index) => write(1000 + index)), {})
  assert.equal(await opened().count({ partition: 't', range: { from: 1000, to: 1100 } }), 100)
  await assert.rejects(transactWrite(Array.from({ length: 101 }, (_, index) => write(2000 + index)), {}), /at most 100 writes.*, not 101/)
  await assert.rejects(transactGet(Array.from({ length: 101 }, (_, index) => opened().action.get(at(index))), {}), /at most 100 reads, not 101/)
  await assert.rejects(transactWrite([write(50), opened().action.delete(at(50))], {}), /Actions 0 and 1 of a transaction are about the same item, shop=t, number=50 of table orders/)
  await assert.rejects(transactWrite([opened().action.get(at(1)) as never], {}), /not by action\.get/)
  await assert.rejects(transactGet([write(1) as never], {}), /not by action\.save/)
  await assert.rejects(transactWrite([write(1), opened({ ...tables.database() }).action.save(at(2))], {}), /of one database/)
  await assert.rejects(transactWrite([opened().action.save({ ...at(51), total: Number.NaN })], {}), /orders\.total cannot be stored/)
})
