// Unique values: no two items share one, whatever happens at the same time, and each value is free again when its item leaves it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHttpError } from '../../src/errors/index.ts'
import { openTable, type Table, transactWrite } from '../../src/persist/index.ts'
import { type Account, accounts, leases, members, turning, useTables } from './tables-fixture.ts'

const tables = useTables([accounts, leases, members])
const use = { pause: async () => undefined }
const table = (): Table<Account> => openTable<Account>(tables.database(), accounts as never, use)
const taken = (property: string) => (failure: unknown) => isHttpError(failure) && failure.code === 'UNIQUE_CONFLICT' && failure.status === 409 && failure.fields['property'] === property
const rows = async (name = 'accounts'): Promise<string[]> => ((await tables.database().run('Scan', { TableName: `test-${name}.klue` })).Items ?? []).map((row) => `${row['id']!.S} ${row['owner']?.S ?? ''}`).filter((row) => row.startsWith('unique')).sort()
const clear = async (): Promise<void> => table().batch.delete((await table().scan({ limit: 1000 })).items.map(({ id }) => id))

test('a value belongs to one item: created, changed, removed, deleted', async () => {
  const ann = await table().save({ id: 'ann', email: 'a@x' })
  await assert.rejects(table().save({ id: 'bob', email: 'a@x' }), taken('email'))
  assert.equal(await table().exists('bob'), false)
  const bob = await table().save({ id: 'bob', email: 'b@x' })
  await assert.rejects(table().save({ ...bob, email: 'a@x' }), taken('email'))
  const moved = await table().save({ ...ann, email: 'c@x' })
  await table().save({ ...bob, email: 'a@x' })
  assert.equal((await table().update('ann', { set: { email: 'd@x' } })).email, 'd@x')
  await assert.rejects(table().update('ann', { set: { email: 'a@x' } }), taken('email'))
  assert.deepEqual(await table().update('ann', { remove: ['email'] }, { returns: 'old' }), { ...moved, email: 'd@x', version: 3 })
  assert.equal((await table().update('ann', { setIfAbsent: { email: 'e@x' } })).email, 'e@x')
  assert.equal((await table().update('ann', { setIfAbsent: { email: 'f@x' } })).email, 'e@x')
  await table().update('ann', { add: { balance: 1 } })
  assert.deepEqual(await rows(), ['unique#email#["a@x"] [["bob"]]', 'unique#email#["e@x"] [["ann"]]'])
  assert.equal(await table().delete('bob'), true)
  assert.equal(await table().delete('bob'), false)
  await table().save({ id: 'cid', email: 'a@x' })
  await assert.rejects(table().update('ann', { add: { email: 1n } as never }), /accounts\.email is unique: set it to another value/)
  await clear()
  assert.deepEqual(await rows(), [])
})

test('groups are unique together, and an item without one of the values has none', async () => {
  await table().save({ id: '1', tenant: 't', name: 'n' })
  await table().save({ id: '2', tenant: 't', name: 'm' })
  await table().save({ id: '3', tenant: 't' })
  await table().save({ id: '4', tenant: 't' })
  await assert.rejects(table().update('2', { set: { name: 'n' } }), taken('tenant, name'))
  await assert.rejects(table().update('3', { set: { name: 'n' } }), taken('tenant, name'))
  await table().save({ id: '5', tenant: 'x'.repeat(3000), name: 'n' })
  await assert.rejects(table().save({ id: '6', tenant: 'x'.repeat(3000), name: 'n' }), taken('tenant, name'))
  await clear()
})

test('a part of the key makes the other values unique within it, however the item is made', async () => {
  const teams = openTable<Account>(tables.database(), members as never, use)
  await teams.save({ tenant: 't', id: '1', name: 'n' })
  await teams.save({ tenant: 'u', id: '1', name: 'n' })
  await assert.rejects(teams.save({ tenant: 't', id: '2', name: 'n' }), taken('tenant, name'))
  await assert.rejects(teams.update({ tenant: 't', id: '2' }, { set: { name: 'n' } }), taken('tenant, name'))
  await teams.update({ tenant: 't', id: '2' }, { set: { name: 'm' } })
  await assert.rejects(teams.save({ tenant: 't', id: '3', name: 'm' }), taken('tenant, name'))
  await teams.update({ tenant: 't', id: '1' }, { set: { name: 'free' } })
  await teams.update({ tenant: 't', id: '2' }, { set: { name: 'n' } })
  await teams.delete({ tenant: 't', id: '2' })
  await teams.save({ tenant: 't', id: '3', name: 'n' })
  assert.deepEqual((await rows('members')).map((row) => row.split(' ')[0]), ['unique#tenant+name#["t","free"]', 'unique#tenant+name#["t","n"]', 'unique#tenant+name#["u","n"]'])
})

test('versions and conditions hold as without unique values', async () => {
  const first = await table().save({ id: 'v', email: 'v@x' })
  await assert.rejects(table().save({ id: 'v', email: 'w@x' }), (failure) => isHttpError(failure) && failure.code === 'VERSION_CONFLICT')
  await assert.rejects(table().update('v', { set: { email: 'w@x' } }, { if: { balance: 1 } }), (failure) => isHttpError(failure) && failure.code === 'CONDITION_FAILED')
  await assert.rejects(table().delete('v', { ifVersion: 9 }), (failure) => isHttpError(failure) && failure.code === 'VERSION_CONFLICT')
  assert.deepEqual(await table().load('v'), first)
  assert.deepEqual(await rows(), ['unique#email#["v@x"] [["v"]]'])
  await clear()
})

test('in transactions of several items too; a swap needs two', async () => {
  await transactWrite([table().action.save({ id: 'a', email: 'a@x' }), table().action.save({ id: 'b', email: 'b@x' })], {})
  const failure = await transactWrite([table().action.update('a', { add: { balance: 1 } }), table().action.save({ id: 'c', email: 'b@x' })], {}).catch((error: unknown) => error)
  assert.ok(taken('email')(failure) && isHttpError(failure) && failure.fields['action'] === 1)
  assert.deepEqual([await table().exists('c'), (await table().load('a')).balance], [false, undefined])
  await transactWrite([table().action.update('a', { set: { email: 'c@x' } }), table().action.delete('b')], {})
  assert.deepEqual(await rows(), ['unique#email#["c@x"] [["a"]]'])
  await clear()
})

test('of many that want a value at the same time one gets it', async () => {
  const results = await Promise.allSettled(Array.from({ length: 12 }, (_, index) => table().save({ id: `r${index}`, email: 'r@x' })))
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.ok(results.every((result) => result.status === 'fulfilled' || taken('email')(result.reason)))
  const owner = (await table().scan()).items[0]!.id
  await Promise.all(Array.from({ length: 6 }, (_, index) => table().update(owner, { set: { email: `r${index}@x` } })))
  assert.deepEqual(await rows(), [`unique#email#["${(await table().load(owner)).email}"] [["${owner}"]]`])
  await clear()
})

test('what changes between the read and the write is read again', async () => {
  await table().save({ id: 'm', email: 'm1@x' })
  let turns = 0
  const racing = turning(tables.database(), async (name) => {
    if (name === 'TransactWriteItems' && (turns += 1) === 1) await table().update('m', { set: { email: 'm2@x' } })
  })
  await openTable<Account>(racing, accounts as never, use).update('m', { set: { email: 'm3@x' } })
  assert.deepEqual(await rows(), ['unique#email#["m3@x"] [["m"]]'])
  assert.equal(turns, 2)
  await clear()
})

test('items from before values were unique get their rows when they are saved; doubles are told', async () => {
  const { unique: _unique, sharded: _sharded, ...before } = accounts
  const old = openTable<Account>(tables.database(), before as never)
  const first = await old.save({ id: 'o1', email: 'o@x' })
  const second = await old.save({ id: 'o2', email: 'o@x' })
  await table().save(first)
  await assert.rejects(table().save(second), taken('email'))
  await table().save({ ...second, email: 'p@x' })
  assert.deepEqual(await rows(), ['unique#email#["o@x"] [["o1"]]', 'unique#email#["p@x"] [["o2"]]'])
  await clear()
})

test('the value of an item whose time is over is free', async () => {
  const seconds = Math.floor(tables.now / 1000)
  const lease = openTable<Account>(tables.database(), leases as never, use)
  await lease.save({ id: 'l1', email: 'l@x', expires: seconds + 10 })
  await assert.rejects(lease.save({ id: 'l2', email: 'l@x' }), taken('email'))
  await lease.update('l1', { add: { expires: 10 } })
  tables.now += 15_000
  await assert.rejects(lease.save({ id: 'l2', email: 'l@x' }), taken('email'))
  tables.now += 10_000
  await lease.save({ id: 'l2', email: 'l@x' })
  assert.deepEqual(await lease.update('l1', { set: { email: 'l1@x' } }), { id: 'l1', email: 'l1@x' })
  assert.deepEqual(await rows('leases'), ['unique#email#["l1@x"] [["l1"]]', 'unique#email#["l@x"] [["l2"]]'])
})

test('a counter is spread over its places, read as their sum, and gone with its item', async () => {
  const counter = table().counter('s', 'visits')
  await table().save({ id: 's' })
  await Promise.all(Array.from({ length: 40 }, () => counter.add()))
  await counter.add(-5)
  await counter.add(10n)
  assert.equal(await counter.read(), 45)
  assert.equal(await table().counter('other', 'visits').read(), 0)
  const places = (await tables.database().run('Scan', { TableName: `${tables.database().prefix}accounts.klue` })).Items!.filter((row) => row['id']!.S!.startsWith('count#visits#'))
  assert.ok(places.length > 1 && places.length <= 4)
  await assert.rejects(counter.add(0.5), /adds whole numbers, not 0\.5/)
  await assert.rejects(table().counter('s', 'vists').add(), /has no counter vists: sharded of its x-persist names visits/)
  await counter.add(2n ** 60n)
  await assert.rejects(counter.read(), /more than a JavaScript number holds exactly/)
  await table().delete('s')
  assert.equal(await counter.read(), 0)
})
