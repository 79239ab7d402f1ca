// Listing against the embedded DynamoDB: order, ranges, filters, cursors good and forged.
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { after, before, test } from 'node:test'
import { isHttpError } from '../../src/errors/index.ts'
import { type Database, ensureTables, openDatabase, openTable, type QueryOptions, type Table } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import type { PersistDefinition } from '../../src/openapi/table.ts'

interface Point {
  job: string
  time: number
  metric: string
  label?: string
}

const points: PersistDefinition<Point> = {
  name: 'Point',
  table: 'points',
  key: { partition: 'job', sort: 'time' },
  indexes: [
    { name: 'by-metric', partition: 'metric', sort: 'time' },
    { name: 'by-label', partition: 'metric', sort: 'label' },
  ],
  keyTypes: { job: 'S', time: 'N', metric: 'S', label: 'S' },
  properties: {},
}
const times = [-200, -7.5, -1, 0, 0.25, 1, 2, 10, 11, 99, 100, 1000.5]

let dynamo: LocalDynamo
let database: Database
let table: Table<Point>

before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
  database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'test-' })
  await ensureTables(database, [points])
  table = openTable(database, points)
  for (const [index, time] of times.entries()) await table.save({ job: 'a', time, metric: index % 2 === 0 ? 'even' : 'odd', label: `l${String(index).padStart(2, '0')}` })
  for (let index = 0; index < 30; index++) await table.save({ job: `many-${index}`, time: 5, metric: 'same' })
  await table.save({ job: 'b', time: 1, metric: 'odd' })
})

after(async () => {
  database.close()
  await dynamo.close()
})

async function pages(options: QueryOptions<Point>): Promise<Point[][]> {
  const all: Point[][] = []
  let cursor: string | undefined
  do {
    const page = await table.query({ ...options, ...(cursor === undefined ? {} : { cursor }) })
    all.push(page.items)
    cursor = page.cursor
  } while (cursor !== undefined && all.length < 100)
  return all
}

const timesOf = (items: Point[]): number[] => items.map((item) => item.time)
const invalidCursor = (failure: unknown): boolean => isHttpError(failure) && failure.code === 'INVALID_CURSOR'

test('lists in the order of the sort key, both ways', async () => {
  assert.deepEqual(timesOf((await table.query({ partition: 'a' })).items), times)
  assert.deepEqual(timesOf((await table.query({ partition: 'a', order: 'descending' })).items), times.toReversed())
  assert.deepEqual((await table.query({ partition: 'nobody' })).items, [])
})

test('pages through everything once, without an empty last page', async () => {
  for (const order of ['ascending', 'descending'] as const) {
    for (const limit of [1, 3, 4, 12, 13]) {
      const all = await pages({ partition: 'a', limit, order })
      assert.deepEqual(timesOf(all.flat()), order === 'ascending' ? times : times.toReversed())
      assert.equal(all.length, Math.ceil(times.length / limit))
    }
  }
})

test('takes ranges, both ends inclusive', async () => {
  const range = async (given: NonNullable<QueryOptions<Point>['range']>): Promise<number[]> => timesOf((await pages({ partition: 'a', range: given, limit: 2 })).flat())
  assert.deepEqual(await range({ from: 10 }), [10, 11, 99, 100, 1000.5])
  assert.deepEqual(await range({ to: -1 }), [-200, -7.5, -1])
  assert.deepEqual(await range({ from: -7.5, to: 0.25 }), [-7.5, -1, 0, 0.25])
  assert.deepEqual(await range({ from: 5, to: 4 }), [])
  assert.deepEqual((await pages({ partition: 'even', index: 'by-label', range: { prefix: 'l0' }, limit: 2 })).flat().map((item) => item.label), ['l00', 'l02', 'l04', 'l06', 'l08'])
  await assert.rejects(table.query({ partition: 'a', range: { prefix: '1' } }), /has no prefix/)
  await assert.rejects(table.query({ partition: 'even', index: 'by-label', range: { prefix: 'l', from: 'a' } }), /either a prefix or from and to/)
})

test('pages through an index whose keys repeat', async () => {
  const all = await pages({ index: 'by-metric', partition: 'same', limit: 7 })
  assert.equal(new Set(all.flat().map((item) => item.job)).size, 30)
  assert.deepEqual(all.map((page) => page.length), [7, 7, 7, 7, 2])
})

test('filters and still fills its pages', async () => {
  const all = await pages({ partition: 'a', limit: 2, filter: (item) => item.metric === 'odd' })
  assert.deepEqual(all.map(timesOf), [[-7.5, 0], [1, 10], [99, 1000.5]])
  assert.deepEqual(await pages({ partition: 'a', filter: () => false }), [[]])
})

test('refuses limits, indexes and partitions that make no sense', async () => {
  for (const limit of [0, 1001, 1.5, NaN]) await assert.rejects(table.query({ partition: 'a', limit }), /from 1 to 1000/)
  await assert.rejects(table.query({ partition: 'a', index: 'by-name' }), /no index by-name: it has by-metric, by-label/)
  await assert.rejects(table.query({ partition: 5 }), /must be text/)
})

test('refuses cursors of other listings', async () => {
  const { cursor } = await table.query({ partition: 'a', limit: 2 })
  assert.ok(cursor !== undefined && /^[\w-]+$/.test(cursor))
  await assert.rejects(table.query({ partition: 'b', cursor }), invalidCursor)
  await assert.rejects(table.query({ partition: 'odd', index: 'by-metric', cursor }), invalidCursor)
  await assert.rejects(table.query({ partition: 'a', range: { from: 50 }, cursor }), invalidCursor)
  const indexed = (await table.query({ partition: 'even', index: 'by-metric', limit: 1 })).cursor!
  await assert.rejects(table.query({ partition: 'even', index: 'by-label', cursor: indexed }), invalidCursor)
})

test('refuses forged and damaged cursors', async () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const forged = ['', '%', 'x', 'a b', encode({}), encode([]), encode(['']), encode(['', 'a']), encode(['', 'a', 1]), encode(['', 'a', 'NaN']), encode(['', 'a', '1e999']), encode(['', 'a', '']), encode(['', 'a', '1', '2']), encode(['', ['a'], '1']), encode(null), 'A'.repeat(20_000)]
  for (const cursor of forged) await assert.rejects(table.query({ partition: 'a', cursor }), invalidCursor, cursor.slice(0, 50))
  await assert.rejects(table.query({ partition: 'a', cursor: 7 as never }), invalidCursor)
  assert.deepEqual(timesOf((await table.query({ partition: 'a', cursor: encode(['', 'a', '99.5']) })).items), [100, 1000.5])
})

test('answers any text as a cursor with INVALID_CURSOR or a page', async () => {
  const anything = fc.oneof(fc.string(), fc.base64String(), fc.json().map((text) => Buffer.from(text).toString('base64url')), fc.array(fc.string(), { maxLength: 4 }).map((parts) => Buffer.from(JSON.stringify(['', 'a', ...parts])).toString('base64url')))
  await fc.assert(fc.asyncProperty(anything, async (cursor) => {
    try {
      return Array.isArray((await table.query({ partition: 'a', cursor })).items)
    } catch (failure) {
      return invalidCursor(failure)
    }
  }), { seed: 1 })
})
