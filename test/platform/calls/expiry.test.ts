// TTL of the embedded DynamoDB: which items go, that they go with their index entries and a record, and that it is kept.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { type LocalDynamo, openLocalDynamo } from '../../../src/platform/local/index.ts'
import { type Caller, callerOf, done, key, makeTable } from './one-table.ts'
import { readAll } from './read-stream.ts'

const start = 1_800_000_000_000
// Only when a test says so.
const everyMs = 2 ** 31 - 1
let now: number
let folder: string
let dynamo: LocalDynamo
let call: Caller

async function reopen(limits: object = {}): Promise<void> {
  await dynamo.close()
  dynamo = await openLocalDynamo({ folder, now: () => now, limits: { ...limits, everyMs } })
  call = callerOf(dynamo)
}
beforeEach(async () => {
  now = start
  folder = mkdtempSync(join(tmpdir(), 'klue-expiry-'))
  dynamo = await openLocalDynamo({ folder, now: () => now, limits: { everyMs } })
  call = callerOf(dynamo)
  await makeTable(call, 'notes', { StreamSpecification: { StreamEnabled: true, StreamViewType: 'OLD_IMAGE' } })
})
afterEach(async () => {
  await dynamo.close()
  rmSync(folder, { recursive: true, force: true })
})

const enable = (Enabled: boolean = true, AttributeName: string = 'ends'): object => ({ TableName: 'notes', TimeToLiveSpecification: { AttributeName, Enabled } })
const put = (pk: string, ends: object): Promise<object> => done(call, 'PutItem', { TableName: 'notes', Item: { ...key(pk), owner: { S: 'ann' }, ends } })
const seconds = (distance: number): object => ({ N: String(start / 1000 + distance) })
async function names(IndexName?: string): Promise<string[]> {
  const { Items } = (await done(call, 'Scan', { TableName: 'notes', ...(IndexName === undefined ? {} : { IndexName }) })) as unknown as { Items: { pk: { S: string } }[] }
  return Items.map(({ pk }) => pk.S).sort()
}

test('what the calls say, over restarts and after the table is gone', async () => {
  const describe = async (): Promise<unknown> => (await done(call, 'DescribeTimeToLive', { TableName: 'notes' }))['TimeToLiveDescription']
  assert.deepEqual(await describe(), { TimeToLiveStatus: 'DISABLED' })
  assert.deepEqual(await done(call, 'UpdateTimeToLive', enable()), { TimeToLiveSpecification: { AttributeName: 'ends', Enabled: true } })
  assert.deepEqual(await describe(), { TimeToLiveStatus: 'ENABLED', AttributeName: 'ends' })
  await reopen()
  assert.deepEqual(await describe(), { TimeToLiveStatus: 'ENABLED', AttributeName: 'ends' })
  for (const [input, message] of [[enable(), /already enabled/], [enable(false, 'other'), /different AttributeName/], [{ TableName: 'notes' }, /timeToLiveSpecification/], [enable(true, ''), /length/]] as const) {
    const said = await call('UpdateTimeToLive', input)
    assert.deepEqual([said.status, said.error], [400, 'ValidationException'])
    assert.match(String(said.body['message']), message)
  }
  await done(call, 'UpdateTimeToLive', enable(false))
  assert.deepEqual(await describe(), { TimeToLiveStatus: 'DISABLED' })
  assert.match(String((await call('UpdateTimeToLive', enable(false))).body['message']), /already disabled/)
  assert.match(String((await call('UpdateTimeToLive', enable(true, 'pk'))).body['message']), /key attribute/)
  assert.equal((await call('UpdateTimeToLive', { ...enable(), TableName: 'nothing' })).error, 'ResourceNotFoundException')
  assert.equal((await call('DescribeTimeToLive', { TableName: 'nothing' })).error, 'ResourceNotFoundException')
  await done(call, 'UpdateTimeToLive', enable())
  await done(call, 'DeleteTable', { TableName: 'notes' })
  while ((await call('DescribeTable', { TableName: 'notes' })).status === 200);
  await makeTable(call, 'notes')
  assert.deepEqual(await describe(), { TimeToLiveStatus: 'DISABLED' })
})

test('whole seconds in the past go, all else stays', async () => {
  await put('past', seconds(-1))
  await put('long past', seconds(-4 * 365 * 86_400))
  await put('now', seconds(0))
  await put('future', seconds(60))
  await put('five years past', seconds(-5.01 * 365.25 * 86_400))
  await put('milliseconds', { N: String(start - 1000) })
  await put('text', { S: String(start / 1000 - 1) })
  await put('fraction', { N: String(start / 1000 - 1.5) })
  await put('none', { NULL: true })
  const all = await names()
  await dynamo.sweep()
  assert.deepEqual(await names(), all)
  await done(call, 'UpdateTimeToLive', enable())
  await dynamo.sweep()
  assert.deepEqual(await names(), ['five years past', 'fraction', 'future', 'milliseconds', 'none', 'now', 'text'])
  assert.deepEqual(await names('by-owner'), await names())
  now += 61_000
  await dynamo.sweep()
  assert.deepEqual(await names(), ['five years past', 'fraction', 'milliseconds', 'none', 'text'])
})

test('an item that goes is a record of the service, one that somebody deletes is not', async () => {
  await done(call, 'UpdateTimeToLive', enable())
  await put('past', seconds(-1))
  await put('deleted', seconds(60))
  await done(call, 'DeleteItem', { TableName: 'notes', Key: key('deleted') })
  await dynamo.sweep()
  const removed = (await readAll(call, 'notes')).filter(({ eventName }) => eventName === 'REMOVE')
  assert.deepEqual(removed.map(({ userIdentity, dynamodb }) => [dynamodb.Keys['pk']!.S, userIdentity, dynamodb.OldImage?.['ends']]), [['deleted', undefined, seconds(60)], ['past', { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' }, seconds(-1)]])
})

test('a sweep looks at so many rows only, and the next one goes on behind them', async () => {
  await reopen({ rows: 30 })
  await done(call, 'UpdateTimeToLive', enable())
  for (let index = 0; index < 100; index++) await put(`p${index}`, seconds(-1))
  const left: number[] = []
  for (let sweep = 0; sweep < 5; sweep++) {
    await dynamo.sweep()
    left.push((await names()).length)
  }
  assert.deepEqual(left, [70, 40, 10, 0, 0])
})

test('an item that gets more time while a sweep runs stays', async () => {
  await done(call, 'UpdateTimeToLive', enable())
  for (let index = 0; index < 60; index++) await put(`p${index}`, seconds(-1))
  const renew = async (index: number): Promise<void> => {
    const { status } = await call('UpdateItem', { TableName: 'notes', Key: key(`p${index}`), UpdateExpression: 'SET ends = :later', ConditionExpression: 'attribute_exists(pk)', ExpressionAttributeValues: { ':later': seconds(60) } })
    if (status === 200) renewed.add(`p${index}`)
  }
  const renewed = new Set<string>()
  await Promise.all([dynamo.sweep(), ...Array.from({ length: 60 }, (_, index) => renew(index))])
  await dynamo.sweep()
  assert.deepEqual(await names(), [...renewed].sort())
  assert.deepEqual(await names('by-owner'), [...renewed].sort())
})
