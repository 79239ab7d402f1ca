// An hour in which a release before packs and this one have both stored and counted is read whole, however old it is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../src/persist/index.ts'
import { lengthOf, markMinute, readCountsBetween, startHorizon } from '../../src/store/index.ts'
import { toItem } from '../../src/store/single-rows.ts'
import { compact, defaultKeepRules, findRequests, ingest, type LogLine } from '../../src/telemetry/index.ts'
import { marked } from './marked.ts'
import { hour, noon, stores } from './store-fixture.ts'

const freshStore = stores()
const minute = lengthOf('minute')
const day = lengthOf('day')

/** Requests of every minute of the hour from noon on; those of ann fail, and so are kept longer. */
function record(index: number): Record<string, unknown> {
  const started = noon + index * minute
  return { kind: 'request', level: 'error', time: new Date(started + 10).toISOString(), started: new Date(started).toISOString(), operation: 'getThing', method: 'GET', path: '/things', status: 500, duration_ms: 10, request_id: `r${index}`, call_id: `c${index}`, error_id: `e${index}`, user: index % 3 === 1 ? 'ann' : 'bob' }
}

function line(index: number): LogLine {
  return { id: `l${index}`, timestamp: noon + index * minute, message: marked(record(index)) }
}

/** As the release before leaves minutes: a row for each request, counts without a shape, nothing to look up by. */
async function storeAsBefore(database: Database, indexes: readonly number[]): Promise<void> {
  const TableName = `${database.prefix}klue`
  await startHorizon(database, noon)
  for (const index of indexes) {
    const started = noon + index * minute
    await database.run('PutItem', { TableName, Item: toItem({ started, requestId: `r${index}`, operation: 'getThing', status: 500, duration: 10, inBytes: 0, outBytes: 0, level: 'error', record: JSON.stringify(record(index)), expires: Math.ceil(started / 1000) + 90 * 86_400 }) as never })
    await markMinute(database, started)
  }
  await compact(database)
  const { Items = [] } = await database.run('Scan', { TableName })
  const mine = new Set(indexes.map((index) => new Date(noon + index * minute).toISOString()))
  for (const { pk, sk } of Items) {
    const Key = { pk: { S: pk!.S! }, sk: { S: sk!.S! } }
    if (pk!.S!.startsWith('find#') && mine.has(sk!.S!)) await database.run('DeleteItem', { TableName, Key })
    else if (pk!.S!.startsWith('count#') && (mine.has(sk!.S!) || !pk!.S!.startsWith('count#minute'))) await database.run('UpdateItem', { TableName, Key, UpdateExpression: 'REMOVE shape' })
  }
}

async function found(database: Database, user: string): Promise<string[]> {
  const page = await findRequests(database, { from: noon - hour, to: noon + 2 * hour }, { filter: { user }, limit: 100 })
  assert.equal(page.isComplete, true)
  return page.rows.map(({ requestId }) => requestId)
}

const anns = ['r4', 'r1']

for (const [order, before, after] of [['the release before first', [0, 3], [3, 6]], ['this release first, and then back', [3, 6], [0, 3]]] as const) {
  test(`a user is found in both parts of an hour, now and when its minutes are counted no more: ${order}`, async () => {
    let now = noon + 2 * hour
    const database = await freshStore(() => now)
    const [old, own] = [before, after].map(([from, to]) => Array.from({ length: to - from }, (_, index) => from + index)) as [number[], number[]]
    const storeOwn = async (): Promise<void> => {
      await ingest({ database, rules: defaultKeepRules }, own.map(line))
      await compact(database)
    }
    if (before[0] === 0) {
      await storeAsBefore(database, old)
      await storeOwn()
    } else {
      await storeOwn()
      await storeAsBefore(database, old)
    }
    assert.deepEqual(await found(database, 'ann'), anns)
    assert.equal((await readCountsBetween(database, 'hour', { from: noon, to: noon + hour })).get(noon)!.hasPacks, false)
    for (const days of [12, 14, 89]) {
      now = noon + days * day
      assert.deepEqual(await found(database, 'ann'), anns, `${days} days later`)
      assert.deepEqual(await found(database, 'nobody'), [])
    }
  })
}

test('an old hour of this release alone is still looked up, not read', async () => {
  let now = noon + 2 * hour
  const database = await freshStore(() => now)
  await ingest({ database, rules: defaultKeepRules }, Array.from({ length: 6 }, (_, index) => line(index)))
  await compact(database)
  now = noon + 20 * day
  let opened = 0
  const counting: Database = { ...database, run: (async (name, input, options) => {
    if (JSON.stringify(input).includes(`"pack#${new Date(noon).toISOString().slice(0, 13)}#`)) opened += 1
    return await database.run(name, input, options)
  }) as Database['run'] }
  assert.deepEqual(await found(counting, 'ann'), anns)
  assert.equal(opened, anns.length)
  opened = 0
  assert.deepEqual(await found(counting, 'nobody'), [])
  assert.equal(opened, 0)
})
