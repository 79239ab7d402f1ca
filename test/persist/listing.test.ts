// Listings: several partitions merged by sort key, scans in parts, counts, selected properties.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { array, asyncProperty, assert as check, boolean, constantFrom, integer, option, record } from 'fast-check'
import { isHttpError } from '../../src/errors/index.ts'
import { openTable, type Table } from '../../src/persist/index.ts'
import { type Order, orders, useTables } from './tables-fixture.ts'

const shops = ['a', 'b', 'c', 'd']
const customers = ['ann', 'bob', 'cid']
const all: Order[] = Array.from({ length: 120 }, (_, index) => ({ shop: shops[index % 4]!, number: Math.floor(index / 4) * 2, customer: customers[index % 3]!, due: index % 7, total: index % 5, digits: 'x'.repeat(50), ...(index % 10 === 9 ? { expires: 1 } : {}) }))
const tables = useTables([orders], async () => {
  for (const item of all) await table().save(item)
})
const table = (): Table<Order> => openTable<Order>(tables.database(), orders as never)
const alive = all.filter(({ expires }) => expires === undefined)
const cursorFault = (failure: unknown): boolean => isHttpError(failure) && failure.code === 'INVALID_CURSOR'

async function pages<Item>(read: (cursor: string | undefined) => Promise<{ items: Item[]; cursor?: string }>): Promise<Item[][]> {
  const found: Item[][] = []
  let cursor: string | undefined
  do {
    const page = await read(cursor)
    found.push(page.items)
    cursor = page.cursor
  } while (cursor !== undefined)
  return found
}

test('several partitions come merged by sort key, each item once, whatever the page, the order, the range and the filter', async () => {
  await check(asyncProperty(record({
    partitions: array(constantFrom(...shops, 'none'), { minLength: 1, maxLength: 6 }),
    limit: integer({ min: 1, max: 40 }),
    descending: boolean(),
    from: option(integer({ min: -1, max: 60 }), { nil: undefined }),
    to: option(integer({ min: -1, max: 60 }), { nil: undefined }),
    filter: constantFrom('none', 'data', 'function'),
  }), async ({ partitions, limit, descending, from, to, filter }) => {
    const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
    const kept = filter === 'data' ? { filter: { total: { above: 1 } } } : filter === 'function' ? { filter: ({ total }: Order) => total! > 1 } : {}
    const found = await pages((cursor) => table().query({ partitions, limit, range, order: descending ? 'descending' : 'ascending', ...kept, ...(cursor === undefined ? {} : { cursor }) }))
    assert.ok(found.every((items) => items.length <= limit))
    if (filter === 'none') assert.ok(found.slice(0, -1).every((items) => items.length === limit))
    const expected = alive.filter(({ shop, number, total }) => partitions.includes(shop) && (from === undefined || number >= from) && (to === undefined || number <= to) && (filter === 'none' || total! > 1))
    const sorted = expected.sort((left, right) => (descending ? right.number - left.number : left.number - right.number) || left.shop.localeCompare(right.shop))
    assert.deepEqual(found.flat().map(({ shop, number }) => `${shop}${number}`), sorted.map(({ shop, number }) => `${shop}${number}`))
  }), { numRuns: 60 })
})

test('several partitions of an index, where many items share a sort key', async () => {
  for (const limit of [1, 7, 100]) {
    const found = (await pages((cursor) => table().query({ index: 'by-customer', partitions: ['bob', 'ann', 'ann'], limit, ...(cursor === undefined ? {} : { cursor }) }))).flat()
    const expected = alive.filter(({ customer }) => customer !== 'cid')
    assert.equal(found.length, expected.length)
    assert.deepEqual(new Set(found.map(({ shop, number }) => `${shop}${number}`)), new Set(expected.map(({ shop, number }) => `${shop}${number}`)))
    assert.deepEqual(found.map(({ due }) => due), found.map(({ due }) => due).sort((left, right) => left! - right!))
  }
})

test('a merged listing refuses what it cannot merge, and cursors of others', async () => {
  await assert.rejects(table().query({ index: 'by-status', partitions: ['open'] }), /merges them by sort key, and there is none/)
  await assert.rejects(table().query({ partitions: [] }), /takes 1 to 100 partitions, not 0/)
  await assert.rejects(table().query({ partitions: Array.from({ length: 101 }, (_, index) => `p${index}`) }), /not 101/)
  const { cursor } = await table().query({ partitions: ['a', 'b'], limit: 2 })
  await assert.rejects(table().query({ partitions: ['c', 'd'], limit: 2, cursor: cursor! }), cursorFault)
  await assert.rejects(table().query({ index: 'by-customer', partitions: ['ann'], cursor: cursor! }), cursorFault)
  await assert.rejects(table().scan({ cursor: cursor! }), cursorFault)
})

test('a scan reads every item once, in pages, in parts and by index', async () => {
  const names = (items: Order[]): string[] => items.map(({ shop, number }) => `${shop}${number}`).sort()
  const whole = await pages((cursor) => table().scan({ limit: 13, ...(cursor === undefined ? {} : { cursor }) }))
  assert.ok(whole.every((items) => items.length <= 13 && items.length > 0))
  assert.deepEqual(names(whole.flat()), names(alive))
  const parts = await Promise.all(Array.from({ length: 5 }, (_, segment) => pages((cursor) => table().scan({ limit: 4, part: { segment, of: 5 }, filter: { total: { atLeast: 2 } }, ...(cursor === undefined ? {} : { cursor }) }))))
  assert.deepEqual(names(parts.flat(2)), names(alive.filter(({ total }) => total! >= 2)))
  assert.deepEqual(names((await pages((cursor) => table().scan({ index: 'by-customer', limit: 50, ...(cursor === undefined ? {} : { cursor }) }))).flat()), names(alive))
  assert.deepEqual(names((await table().scan({ limit: 1000, filter: ({ shop }) => shop === 'a' })).items), names(alive.filter(({ shop }) => shop === 'a')))
  const { cursor } = await table().scan({ limit: 2, part: { segment: 0, of: 2 } })
  await assert.rejects(table().scan({ part: { segment: 1, of: 2 }, cursor: cursor! }), cursorFault)
  await assert.rejects(table().scan({ cursor: cursor! }), cursorFault)
  await assert.rejects(table().scan({ part: { segment: 2, of: 2 } }), /segment 0 to 1 of 1 to 1000000, not 2 of 2/)
  await assert.rejects(table().scan({ limit: 1001 }), /from 1 to 1000/)
})

test('counts a partition, a range, an index, the table; expired items are none', async () => {
  assert.equal(await table().count(), alive.length)
  assert.equal(await table().count({ partition: 'a' }), alive.filter(({ shop }) => shop === 'a').length)
  assert.equal(await table().count({ partition: 'a', range: { from: 10, to: 30 } }), alive.filter(({ shop, number }) => shop === 'a' && number >= 10 && number <= 30).length)
  assert.equal(await table().count({ partition: 'a', range: { from: 30, to: 10 } }), 0)
  assert.equal(await table().count({ index: 'by-customer', partition: 'ann', filter: { total: 3 } }), alive.filter(({ customer, total }) => customer === 'ann' && total === 3).length)
  assert.equal(await table().count({ limit: 7 }), 7)
  assert.equal((await Promise.all([0, 1, 2].map((segment) => table().count({ part: { segment, of: 3 } })))).reduce((sum, part) => sum + part, 0), alive.length)
  await assert.rejects(table().count({ limit: 0 }), /must be 1 or more/)
})

test('reads the selected properties alone', async () => {
  assert.deepEqual(await table().load({ shop: 'a', number: 0 }, { select: ['total', 'tags'] }), { total: 0, tags: [] })
  assert.deepEqual(await table().find({ shop: 'a', number: 0 }, { select: ['status'] }), {})
  assert.equal(await table().find({ shop: 'x', number: 0 }, { select: ['status'] }), undefined)
  assert.deepEqual((await table().query({ partition: 'a', select: ['number'], limit: 2 })).items, [{ number: 0 }, { number: 2 }])
  const found = await pages((cursor) => table().query({ partitions: ['a', 'b'], select: ['shop'], limit: 11, ...(cursor === undefined ? {} : { cursor }) }))
  assert.equal(found.flat().length, alive.filter(({ shop }) => shop === 'a' || shop === 'b').length)
  assert.deepEqual(Object.keys((await table().scan({ select: ['total'] })).items[0]!), ['total'])
})

test('says whether an item exists', async () => {
  assert.deepEqual(await Promise.all([table().exists({ shop: 'a', number: 0 }), table().exists({ shop: 'a', number: 1 }), table().exists({ shop: all[9]!.shop, number: all[9]!.number })]), [true, false, false])
})

test('a prefix goes on over several partitions', async () => {
  const definition = { ...orders, indexes: [{ name: 'by-digits', partition: 'shop', sort: 'digits' }] }
  const named = openTable<Order>(tables.database(), { ...definition, table: 'named', key: { partition: 'shop', sort: 'digits' }, indexes: [], keyTypes: { shop: 'S', digits: 'S' } } as never)
  const { ensureTables } = await import('../../src/persist/index.ts')
  await ensureTables(tables.database(), [named.definition])
  for (const shop of ['a', 'b']) for (const digits of ['p', 'pa', 'pb', 'p\u{10ffff}', 'q', 'o']) await named.save({ shop, number: 1, digits })
  const found = await pages((cursor) => named.query({ partitions: ['b', 'a'], range: { prefix: 'p' }, limit: 3, ...(cursor === undefined ? {} : { cursor }) }))
  assert.deepEqual(found.flat().map(({ shop, digits }) => `${shop}${digits}`), ['p', 'pa', 'pb', 'p\u{10ffff}'].flatMap((digits) => [`a${digits}`, `b${digits}`]))
})
