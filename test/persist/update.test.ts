// Updates: what they change, the conditions that they hold to, what they return, and what they refuse before anything is sent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHttpError } from '../../src/errors/index.ts'
import { openTable, type Table } from '../../src/persist/index.ts'
import { kept, type Order, orders, useTables } from './tables-fixture.ts'

const tables = useTables([orders, kept])
const table = (): Table<Order> => openTable<Order>(tables.database(), orders as never)
const code = (expected: string, words: RegExp = /./) => (failure: unknown) => isHttpError(failure) && failure.code === expected && words.test(failure.message)
let count = 0
const fresh = (): { shop: string; number: number } => ({ shop: 's', number: (count += 1) })

test('an update makes an item, changes it, and returns it', async () => {
  const key = fresh()
  assert.deepEqual(await table().update(key, { set: { status: 'open', total: 1 }, add: { due: 5 } }), { ...key, status: 'open', total: 1, due: 5, tags: [], marks: [] })
  const changed = await table().update(key, { set: { status: 'paid' }, add: { total: -0.9, due: 2n }, remove: ['customer'], setIfAbsent: { status: 'lost', digits: 'a' } as never, append: { lines: [{ name: 'x', price: 1 }] } }).catch((failure: unknown) => failure)
  assert.match((changed as Error).message, /changes status and status, of which one lies in the other/)
  const after = await table().update(key, { set: { status: 'paid' }, add: { total: -0.9, due: 2n }, setIfAbsent: { digits: 'a' }, append: { lines: [{ name: 'x', price: 1 }] } })
  assert.deepEqual(after, { ...key, status: 'paid', total: 0.1, due: 7, digits: 'a', lines: [{ name: 'x', price: 1 }], tags: [], marks: [] })
  await table().update(key, { append: { lines: [{ name: 'y', price: 2 }] }, remove: ['status'], setIfAbsent: { digits: 'b' } })
  await table().update(key, { set: { 'lines[0].price': 9, 'address': { city: 'Bern' } } })
  await table().update(key, { set: { 'address.street': 'Gasse', 'address["house.no"]': 3 }, remove: ['lines[1]'], add: { 'lines[0].price': 1 } })
  assert.deepEqual(await table().load(key), { ...key, total: 0.1, due: 7, digits: 'a', lines: [{ name: 'x', price: 10 }], address: { 'city': 'Bern', 'street': 'Gasse', 'house.no': 3 }, tags: [], marks: [] })
})

test('counters are atomic: nothing is lost of many at the same time', async () => {
  const key = fresh()
  await Promise.all(Array.from({ length: 40 }, () => table().update(key, { add: { total: 1 } }, { returns: 'none' })))
  assert.equal((await table().load(key)).total, 40)
})

test('sets take members in and give them away, each once; an empty one is as none', async () => {
  const key = fresh()
  await table().save({ ...key, tags: ['b', 'a', 'b'], marks: [] })
  assert.deepEqual((await table().update(key, { add: { tags: ['c', 'a'], marks: [2, 10, 2] } })).tags, ['a', 'b', 'c'])
  assert.deepEqual((await table().load(key)).marks, [2, 10])
  const less = await table().update(key, { remove: { tags: ['a', 'x'], marks: [2, 10] } })
  assert.deepEqual([less.tags, less.marks], [['b', 'c'], []])
  const emptied = await table().update(key, { set: { tags: [] } })
  assert.deepEqual(emptied.tags, [])
  const stored = await tables.database().run('GetItem', { TableName: `${tables.database().prefix}orders`, Key: { shop: { S: 's' }, number: { N: String(key.number) } } })
  assert.deepEqual(Object.keys(stored.Item!).sort(), ['number', 'shop'])
  await assert.rejects(table().update(key, { add: { lines: [{ name: 'x', price: 1 }] } }), /orders\.lines is no set: append to a list/)
  await assert.rejects(table().update(key, { append: { tags: ['x'] } }), /orders\.tags is a set, which has no end/)
  await assert.rejects(table().save({ ...key, tags: [1] as never }), /orders\.tags\[0\] is a member of a set of texts and must be one, not a number/)
  await assert.rejects(table().save({ ...key, tags: 'x' as never }), /must be a list of its members, not text/)
})

test('a condition that does not hold changes nothing, and tells the item where asked', async () => {
  const key = fresh()
  await table().save({ ...key, status: 'open', total: 3, customer: 'ann', due: 1 })
  assert.equal((await table().update(key, { add: { total: 1 } }, { if: { status: 'open', total: { below: 4 } } })).total, 4)
  await assert.rejects(table().update(key, { add: { total: 1 } }, { if: { status: 'open', total: { below: 4 } } }), code('CONDITION_FAILED', /shop=s, number=\d+ of table orders is not as it has to be/))
  const told = await table().update(key, { add: { total: 1 } }, { if: { total: { below: 4 } }, currentOnConflict: true }).catch((failure: unknown) => failure)
  assert.deepEqual(isHttpError(told) && [told.status, told.fields['current']], [409, { ...key, status: 'open', total: 4, customer: 'ann', due: 1, tags: [], marks: [] }])
  await assert.rejects(table().save({ ...key, total: 9 }, { if: { status: 'paid' } }), code('CONDITION_FAILED'))
  await assert.rejects(table().delete(key, { if: { status: 'paid' } }), code('CONDITION_FAILED'))
  await assert.rejects(table().delete(fresh(), { if: { status: 'paid' }, currentOnConflict: true }), (failure) => code('CONDITION_FAILED')(failure) && isHttpError(failure) && failure.fields['current'] === null)
  assert.equal((await table().load(key)).total, 4)
  await table().save({ ...key, total: 9, status: 'paid' }, { if: { status: 'open' } })
  assert.equal(await table().delete(key, { if: { status: 'paid' } }), true)
  await assert.rejects(table().update(key, { set: { total: 1 } }, { ifExists: true }), code('ITEM_NOT_FOUND'))
  await assert.rejects(table().update(key, { set: { total: 1 } }, { ifExists: true, if: { total: 1 } }), code('ITEM_NOT_FOUND'))
  assert.equal(await table().exists(key), false)
})

test('returns the item before, after, or nothing', async () => {
  const key = fresh()
  assert.equal(await table().update(key, { set: { total: 1 } }, { returns: 'old' }), undefined)
  assert.equal((await table().update(key, { set: { total: 2 } }, { returns: 'old' }))?.total, 1)
  assert.equal(await table().update(key, { set: { total: 3 } }, { returns: 'none' }), undefined)
  assert.equal((await table().update(key, { set: { total: 4 } }, { returns: 'new' })).total, 4)
})

test('an item whose time is over is none: an update begins anew, and no condition meets it', async () => {
  const key = fresh()
  const seconds = tables.now / 1000
  await table().save({ ...key, total: 5, status: 'open', expires: seconds + 10 })
  assert.equal((await table().update(key, { add: { total: 1 } })).total, 6)
  tables.now += 10_000
  await assert.rejects(table().update(key, { add: { total: 1 } }, { if: { status: 'open' } }), code('CONDITION_FAILED'))
  await table().save({ ...key, total: 5, status: 'open', expires: seconds })
  await assert.rejects(table().save({ ...key, total: 7 }, { if: { status: 'open' } }), code('CONDITION_FAILED'))
  await table().save({ ...key, total: 5, status: 'open', expires: seconds })
  await assert.rejects(table().update(key, { add: { total: 1 } }, { ifExists: true }), code('ITEM_NOT_FOUND'))
  assert.deepEqual(await table().update(key, { add: { total: 1 } }), { ...key, total: 1, tags: [], marks: [] })
})

test('exact numbers stay exact, and what JavaScript cannot hold is told after the change', async () => {
  const key = fresh()
  await table().update(key, { set: { total: 0.1 } })
  assert.equal((await table().update(key, { add: { total: 0.2 } })).total, 0.3)
  await table().update(key, { add: { digits: 12345678901234567890n } })
  assert.equal((await table().update(key, { add: { digits: 1n } })).digits, '12345678901234567891')
  await assert.rejects(table().update(key, { add: { total: 2n ** 60n } }), /The update was made, but its item cannot be read: .*orders\.total/)
  await assert.rejects(table().update(key, { add: { total: 1e126 } }), /cannot be kept: 1e\+126 is outside/)
  await assert.rejects(table().update(key, { add: { total: NaN } }), /must be a number, not NaN/)
})

test('an update cannot change keys or versions, change nothing, or miss its place', async () => {
  const key = fresh()
  await assert.rejects(table().update(key, { set: { shop: 'x' } as never }), /orders\.shop is part of the key, which no update changes/)
  await assert.rejects(table().update(key, {}), /changes nothing: give set, setIfAbsent, add, append or remove/)
  await assert.rejects(table().update(key, { sett: { total: 1 } } as never), /has no sett: it takes set, setIfAbsent, add, append, remove/)
  await assert.rejects(table().update(key, { set: { customer: 5 as never } }), /orders\.customer is part of a key and must be text, not a number/)
  await assert.rejects(table().update(key, { set: { customer: 'x'.repeat(2049) } }), /2048 bytes/)
  await assert.rejects(table().update(key, { set: { '.total': 5 } as never }), /"\.total" is no path into an item of table orders/)
  await assert.rejects(table().update(key, { set: { picture: 'x' as never } }), /orders\.picture cannot be stored: its schema says format: binary/)
  await assert.rejects(table().update(key, { set: { 'address.city': 'Bern' } }), code('CONDITION_FAILED', /no map or list where a path of the update leads into one/))
  await table().update(key, { set: { status: 'open', total: 1, digits: 'a' } })
  await assert.rejects(table().update(key, { add: { status: 1n } as never }), /orders\.status is part of the key of an index: set it to another value/)
  await assert.rejects(table().update(key, { add: { digits: 1n } }), code('CONDITION_FAILED', /a value of another type where the update adds/))
  const large = await table().update(key, { set: { digits: 'x'.repeat(300_000) } }, { returns: 'none' }).then(() => table().update(key, { set: { status: 'x'.repeat(1000), address: { city: 'x'.repeat(150_000) } } })).catch((failure: unknown) => failure)
  assert.match((large as Error).message, /would become larger than 400 KB/)
})

test('versions, times and names are filled in by definition', async () => {
  let user: string | undefined = 'ann'
  const filled = openTable(tables.database(), kept, { by: () => user })
  const first = await filled.save({ shop: 'f', number: 1 })
  const [iso, seconds] = [new Date(tables.now).toISOString(), Math.floor(tables.now / 1000)]
  assert.deepEqual(first, { shop: 'f', number: 1, revision: 1, created_at: iso, updated_at: seconds, created_by: 'ann', updated_by: 'ann' })
  tables.now += 5000
  user = 'bob'
  assert.deepEqual(await filled.save({ ...first, number: 2 }), { ...first, number: 2, revision: 2, updated_at: seconds + 5, updated_by: 'bob' })
  tables.now += 5000
  user = undefined
  const third = await filled.update('f', { add: { number: 1 } }, { ifVersion: 2 })
  assert.deepEqual(third, { shop: 'f', number: 3, revision: 3, created_at: iso, updated_at: seconds + 10, created_by: 'ann' })
  await assert.rejects(filled.update('f', { add: { number: 1 } }, { ifVersion: 2 }), code('VERSION_CONFLICT'))
  await assert.rejects(filled.save({ ...first, number: 9 }), code('VERSION_CONFLICT'))
  await assert.rejects(filled.save({ ...third, number: 9 }, { if: { number: 4 } }), code('CONDITION_FAILED'))
  await assert.rejects(filled.save({ ...first, number: 9 }, { if: { number: 3 } }), code('VERSION_CONFLICT'))
  await assert.rejects(filled.update('f', { set: { revision: 9 } }), /counts versions and goes up with every update by itself/)
  const second = await filled.update('g', { set: { number: 1 } })
  assert.deepEqual([second.revision, second.created_at], [1, new Date(tables.now).toISOString()])
})

test('bytes come back as bytes', async () => {
  const key = fresh()
  await table().save({ ...key, picture: new Uint8Array([0, 255]) })
  assert.deepEqual([...(await table().load(key)).picture!], [0, 255])
  await table().update(key, { set: { picture: new Uint8Array([7]) } }, { if: { picture: new Uint8Array([0, 255]) } })
  assert.deepEqual([...(await table().load(key)).picture!], [7])
})
