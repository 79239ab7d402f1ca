// Batches: any number in chunks, order and duplicates, what is left undone and tried again, and what is told of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHttpError } from '../../src/errors/index.ts'
import { type Database, type DatabaseCalls, openTable, type Table, type TableUse } from '../../src/persist/index.ts'
import { kept, type Order, orders, refusedWith, turning, useTables } from './tables-fixture.ts'

const tables = useTables([orders, kept])
const opened = (database: Database = tables.database(), use: TableUse = {}): Table<Order> => openTable<Order>(database, orders as never, { pause: async () => undefined, ...use })
const items = (shop: string, count: number): Order[] => Array.from({ length: count }, (_, number) => ({ shop, number, total: number }))
const key = ({ shop, number }: Order): { shop: string; number: number } => ({ shop, number })

test('hundreds of items are written, read in the order of their keys, and deleted', async () => {
  const all = items('many', 260)
  const sizes: number[] = []
  const watched = turning(tables.database(), (name, input: DatabaseCalls['BatchWriteItem'][0]) => void (name.startsWith('Batch') && sizes.push([Object.values(input.RequestItems!)[0]!].map((part) => (Array.isArray(part) ? part : (part as { Keys: unknown[] }).Keys).length)[0]!)))
  const stored = await opened(watched).batch.put(all)
  assert.deepEqual(stored.map(({ number }) => number), all.map(({ number }) => number))
  const asked = [...all.slice(200), { shop: 'none', number: 1 }, ...all.slice(0, 60), all[5]!, all[5]!]
  const found = await opened(watched).batch.get(asked.map(key), { select: ['total'] })
  assert.deepEqual(found, asked.map(({ shop, total }) => (shop === 'none' ? undefined : { total })))
  await opened(watched).batch.delete([...all.map(key), key(all[0]!)])
  assert.equal(await opened().count({ partition: 'many' }), 0)
  assert.ok(sizes.every((size) => size <= 100) && sizes.filter((size) => size === 25).length === 20 && sizes.includes(100))
  assert.deepEqual([await opened().batch.get([]), await opened().batch.put([])], [[], []])
})

test('of items with the same key the last one counts, however a number is written', async () => {
  assert.deepEqual((await opened().batch.put([{ shop: 'same', number: 1, total: 1 }, { shop: 'same', number: 2 }, { shop: 'same', number: 1n as never, total: 3 }])).map(({ total }) => total), [3, undefined, 3])
  assert.equal((await opened().load({ shop: 'same', number: 1 })).total, 3)
})

test('what DynamoDB leaves undone is tried again until it is done', async () => {
  let calls = 0
  // Takes one item of each call, and none of each third one.
  const slow = turning(tables.database(), async (name, input: DatabaseCalls['BatchWriteItem'][0]) => {
    if (name !== 'BatchWriteItem') return undefined
    const [[table, requests]] = Object.entries(input.RequestItems!) as [[string, unknown[]]]
    calls += 1
    if (calls % 3 === 0) throw refusedWith('ThrottlingException')
    await tables.database().run('BatchWriteItem', { RequestItems: { [table]: requests.slice(0, 10) as never } })
    return { UnprocessedItems: requests.length > 10 ? { [table]: requests.slice(10) } : {} }
  })
  await opened(slow).batch.put(items('slow', 60))
  assert.equal(await opened().count({ partition: 'slow' }), 60)
  const partly = turning(tables.database(), async (_name, input: DatabaseCalls['BatchGetItem'][0]) => {
    const [[table, { Keys, ...rest }]] = Object.entries(input.RequestItems!) as [[string, { Keys: Record<string, never>[] }]]
    const answer = await tables.database().run('BatchGetItem', { RequestItems: { [table]: { ...rest, Keys: Keys.slice(0, 7) } } })
    return { ...answer, UnprocessedKeys: Keys.length > 7 ? { [table]: { ...rest, Keys: Keys.slice(7) } } : {} }
  })
  assert.deepEqual((await opened(partly).batch.get(items('slow', 60).map(key))).map((item) => item?.number), items('slow', 60).map(({ number }) => number))
})

test('a batch that is not finished in time names what is left, and no more is tried', async () => {
  const stuck = turning(tables.database(), (name, input: DatabaseCalls['BatchWriteItem'][0]) => (name === 'BatchWriteItem' ? { UnprocessedItems: input.RequestItems } : undefined))
  const failure = await opened(stuck, { endsAt: Date.now() - 1 }).batch.put(items('stuck', 3)).catch((error: unknown) => error)
  assert.ok(isHttpError(failure))
  assert.deepEqual([failure.status, failure.code], [503, 'BATCH_INCOMPLETE'])
  assert.match(failure.message, /^3 of 3 items of table orders were not written, the first with shop=stuck, number=0$/)
  assert.deepEqual(failure.fields['failed'], [0, 1, 2].map((index) => ({ index, key: { shop: 'stuck', number: String(index) }, error: 'BATCH_INCOMPLETE' })))
  const controller = new AbortController()
  const aborting = opened(stuck, { pause: async () => controller.abort(new Error('enough')) })
  await assert.rejects(aborting.batch.put(items('stuck', 3), { signal: controller.signal }), /enough/)
  const refusing = turning(tables.database(), (name) => { if (name === 'BatchWriteItem') throw refusedWith('AccessDeniedException') })
  await assert.rejects(opened(refusing).batch.put(items('stuck', 30)), (error) => isHttpError(error) && /30 of 30 items .*AccessDenied/.test(error.message))
})

test('one item that cannot be stored keeps all others from being written', async () => {
  await assert.rejects(opened().batch.put([{ shop: 'whole', number: 1 }, { shop: 'whole', number: 2, total: Number.NaN }]), /orders\.total cannot be stored: NaN/)
  assert.equal(await opened().count({ partition: 'whole' }), 0)
})

test('items that count versions are saved each under its own, and conflicts are named', async () => {
  const table = openTable(tables.database(), kept)
  const first = await table.batch.put([{ shop: 'k1', number: 1 }, { shop: 'k2', number: 1 }])
  assert.deepEqual(first.map(({ revision }) => revision), [1, 1])
  const again = await table.batch.put([{ ...first[0]!, number: 2 }, { shop: 'k2', number: 2 }, { shop: 'k3', number: 2 }]).catch((error: unknown) => error)
  assert.ok(isHttpError(again))
  assert.deepEqual([again.status, again.code, again.fields['failed']], [409, 'VERSION_CONFLICT', [{ index: 1, key: { shop: 'k2' }, error: 'VERSION_CONFLICT' }]])
  assert.deepEqual((await table.batch.get(['k1', 'k2', 'k3'])).map((item) => item?.number), [2, 1, 2])
})

test('an expired item is none in a batch', async () => {
  await opened().save({ shop: 'old', number: 1, expires: 1 })
  assert.deepEqual(await opened().batch.get([{ shop: 'old', number: 1 }]), [undefined])
})
