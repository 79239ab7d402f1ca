// Streams of the embedded DynamoDB: what a record says, the calls that read them, and how long they are kept.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type LocalDynamo, openLocalDynamo } from '../../../src/platform/local/index.ts'
import { type Caller, callerOf, done, key, makeTable } from './one-table.ts'
import { arnOf, iteratorOf, readAll, type Told } from './read-stream.ts'

let now = 1_800_000_000_000
const dynamo = await openLocalDynamo({ memory: true, now: () => now, limits: { records: 50, everyMs: 2 ** 31 - 1 } })
after(() => dynamo.close())
const call = callerOf(dynamo)
let tables = 0
async function streamed(StreamViewType: string = 'NEW_AND_OLD_IMAGES', caller: Caller = call): Promise<string> {
  const name = `streamed${(tables += 1)}`
  await makeTable(caller, name, { StreamSpecification: { StreamEnabled: true, StreamViewType } })
  return name
}
const put = (TableName: string, pk: string, more: object = {}): Promise<object> => done(call, 'PutItem', { TableName, Item: { ...key(pk), ...more } })
const short = ({ eventName, dynamodb: { Keys, NewImage, OldImage } }: Told): unknown[] => [eventName, Keys['pk']!.S, NewImage?.['n'], OldImage?.['n']]

test('a table says that it has a stream, and so do the calls of streams', async () => {
  const name = await streamed('KEYS_ONLY')
  const { Table } = (await done(call, 'DescribeTable', { TableName: name })) as unknown as { Table: Record<string, unknown> }
  assert.deepEqual(Table['StreamSpecification'], { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' })
  assert.match(String(Table['LatestStreamArn']), new RegExp(`^arn:aws:dynamodb:[a-z0-9-]+:\\d{12}:table/${name}/stream/\\d{4}-\\d\\d-\\d\\dT[\\d:.]+$`))
  assert.ok(String(Table['LatestStreamArn']).endsWith(`/${String(Table['LatestStreamLabel'])}`))
  const { Streams } = await done(call, 'DynamoDBStreams_20120810.ListStreams', { TableName: name })
  assert.deepEqual(Streams, [{ StreamArn: Table['LatestStreamArn'], TableName: name, StreamLabel: Table['LatestStreamLabel'] }])
  const { StreamDescription } = (await done(call, 'DynamoDBStreams_20120810.DescribeStream', { StreamArn: Table['LatestStreamArn'] })) as unknown as { StreamDescription: Record<string, unknown> & { Shards: { ShardId: string; SequenceNumberRange: Record<string, string> }[] } }
  assert.deepEqual([StreamDescription['StreamStatus'], StreamDescription['StreamViewType'], StreamDescription['TableName'], StreamDescription['KeySchema']], ['ENABLED', 'KEYS_ONLY', name, Table['KeySchema']])
  assert.match(StreamDescription.Shards[0]!.ShardId, /^shardId-[\w-]{20,57}$/)
  assert.deepEqual(Object.keys(StreamDescription.Shards[0]!.SequenceNumberRange), ['StartingSequenceNumber'])
})

test('each write that changes an item is one record, in order, with its images and numbers', async () => {
  const name = await streamed()
  await put(name, 'a', { n: { N: '1' } })
  await put(name, 'a', { n: { N: '1.0' } })
  await put(name, 'a', { n: { N: '2' } })
  await done(call, 'UpdateItem', { TableName: name, Key: key('a'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } })
  await done(call, 'UpdateItem', { TableName: name, Key: key('a'), UpdateExpression: 'SET n = n' })
  await done(call, 'DeleteItem', { TableName: name, Key: key('nobody') })
  await done(call, 'BatchWriteItem', { RequestItems: { [name]: [{ DeleteRequest: { Key: key('a') } }, { PutRequest: { Item: key('b') } }] } })
  assert.equal((await call('PutItem', { TableName: name, Item: key('b'), ConditionExpression: 'attribute_not_exists(pk)' })).error, 'ConditionalCheckFailedException')
  const records = await readAll(call, name)
  const ofA = records.filter(({ dynamodb }) => dynamodb.Keys['pk']!.S === 'a')
  assert.deepEqual(ofA.map(short), [['INSERT', 'a', { N: '1' }, undefined], ['MODIFY', 'a', { N: '2' }, { N: '1' }], ['MODIFY', 'a', { N: '3' }, { N: '2' }], ['REMOVE', 'a', undefined, { N: '3' }]])
  assert.equal(records.length, 5)
  const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber)
  assert.deepEqual(numbers, [...new Set(numbers)].sort())
  const [first] = records
  const { dynamodb, eventID, ...rest } = first!
  assert.match(eventID, /^[0-9a-f]{32}$/)
  assert.match(dynamodb.SequenceNumber, /^\d{21,40}$/)
  assert.deepEqual(rest, { eventName: 'INSERT', eventVersion: '1.1', eventSource: 'aws:dynamodb', awsRegion: 'us-east-1' })
  // Names and values, keys twice: pk a, sk s, and n with one digit (2 bytes).
  assert.deepEqual(dynamodb, { ApproximateCreationDateTime: 1_800_000_000, Keys: key('a'), NewImage: { ...key('a'), n: { N: '1' } }, SequenceNumber: dynamodb.SequenceNumber, SizeBytes: 6 + 6 + 3, StreamViewType: 'NEW_AND_OLD_IMAGES' })
})

test('a set in another order, and an item put again as it was, are no change', async () => {
  const name = await streamed()
  await put(name, 'a', { s: { SS: ['x', 'y'] }, m: { M: { b: { S: '1' }, c: { L: [{ S: '1' }, { S: '2' }] } } } })
  await put(name, 'a', { m: { M: { c: { L: [{ S: '1' }, { S: '2' }] }, b: { S: '1' } } }, s: { SS: ['y', 'x'] } })
  assert.equal((await readAll(call, name)).length, 1)
  await put(name, 'a', { s: { SS: ['x', 'y'] }, m: { M: { b: { S: '1' }, c: { L: [{ S: '2' }, { S: '1' }] } } } })
  assert.equal((await readAll(call, name)).length, 2)
})

test('a record has the images that its stream was made with', async () => {
  for (const [view, images] of [['KEYS_ONLY', []], ['NEW_IMAGE', ['NewImage']], ['OLD_IMAGE', ['OldImage']], ['NEW_AND_OLD_IMAGES', ['NewImage', 'OldImage']]] as const) {
    const name = await streamed(view)
    await put(name, 'a', { n: { N: '1' } })
    await put(name, 'a', { n: { N: '2' } })
    const [, record] = await readAll(call, name)
    assert.deepEqual(Object.keys(record!.dynamodb).filter((part) => part.endsWith('Image')), images)
  }
})

test('the writes of a transaction are records, and none of one that was cancelled', async () => {
  const [name, other] = [await streamed(), await streamed()]
  await put(name, 'kept')
  await done(call, 'TransactWriteItems', { TransactItems: [{ Put: { TableName: name, Item: key('a') } }, { Delete: { TableName: name, Key: key('kept') } }, { Put: { TableName: other, Item: key('b') } }, { ConditionCheck: { TableName: other, Key: key('c'), ConditionExpression: 'attribute_not_exists(pk)' } }] })
  assert.equal((await call('TransactWriteItems', { TransactItems: [{ Put: { TableName: name, Item: key('never') } }, { ConditionCheck: { TableName: other, Key: key('b'), ConditionExpression: 'attribute_not_exists(pk)' } }] })).error, 'TransactionCanceledException')
  assert.deepEqual((await readAll(call, name)).map(short), [['INSERT', 'kept', undefined, undefined], ['INSERT', 'a', undefined, undefined], ['REMOVE', 'kept', undefined, undefined]])
  assert.deepEqual((await readAll(call, other)).map(short), [['INSERT', 'b', undefined, undefined]])
})

test('iterators begin where they are told, and pages follow each other', async () => {
  const name = await streamed()
  for (let index = 0; index < 7; index++) await put(name, `p${index}`)
  const numbers = (await readAll(call, name)).map(({ dynamodb }) => dynamodb.SequenceNumber)
  const names = async (type: string, SequenceNumber?: string): Promise<unknown[]> => (await readAll(call, name, await iteratorOf(call, name, [type, SequenceNumber]))).map(({ dynamodb }) => dynamodb.Keys['pk']!.S)
  assert.deepEqual(await names('AT_SEQUENCE_NUMBER', numbers[5]), ['p5', 'p6'])
  assert.deepEqual(await names('AFTER_SEQUENCE_NUMBER', numbers[5]), ['p6'])
  const latest = await iteratorOf(call, name, ['LATEST'])
  assert.deepEqual(await readAll(call, name, latest), [])
  await put(name, 'late')
  assert.deepEqual((await readAll(call, name, latest)).map(({ dynamodb }) => dynamodb.Keys['pk']!.S), ['late'])
  let ShardIterator: unknown = await iteratorOf(call, name, ['TRIM_HORIZON'])
  const pages: unknown[][] = []
  for (let page = 0; page < 4; page++) {
    const { Records, NextShardIterator } = await done(call, 'DynamoDBStreams_20120810.GetRecords', { ShardIterator, Limit: 3 })
    pages.push((Records as Told[]).map(({ dynamodb }) => dynamodb.Keys['pk']!.S))
    ShardIterator = NextShardIterator
  }
  assert.deepEqual(pages, [['p0', 'p1', 'p2'], ['p3', 'p4', 'p5'], ['p6', 'late'], []])
})

test('what no call of streams may say is refused', async () => {
  const name = await streamed()
  await put(name, 'a')
  const StreamArn = await arnOf(call, name)
  const ShardId = ((await done(call, 'DynamoDBStreams_20120810.DescribeStream', { StreamArn })) as unknown as { StreamDescription: { Shards: { ShardId: string }[] } }).StreamDescription.Shards[0]!.ShardId
  const old = await iteratorOf(call, name, ['TRIM_HORIZON'])
  now += 15 * 60_000 + 1
  const refused: [operation: string, input: object, error: string][] = [
    ['DescribeStream', { StreamArn: `${StreamArn}9` }, 'ResourceNotFoundException'],
    ['DescribeStream', {}, 'ValidationException'],
    ['GetShardIterator', { StreamArn, ShardId: 'shardId-00000000000000000000-00000000', ShardIteratorType: 'LATEST' }, 'ResourceNotFoundException'],
    ['GetShardIterator', { StreamArn, ShardId, ShardIteratorType: 'SOME' }, 'ValidationException'],
    ['GetShardIterator', { StreamArn, ShardId, ShardIteratorType: 'AT_SEQUENCE_NUMBER' }, 'ValidationException'],
    ['GetShardIterator', { StreamArn, ShardId, ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: '100000000000000000009' }, 'ValidationException'],
    ['GetRecords', { ShardIterator: old }, 'ExpiredIteratorException'],
    ['GetRecords', { ShardIterator: 'none' }, 'ValidationException'],
    ['GetRecords', { ShardIterator: old, Limit: 1001 }, 'ValidationException'],
    ['ListStreams', { Limit: 101 }, 'ValidationException'],
  ]
  for (const [operation, input, error] of refused) assert.equal((await call(`DynamoDBStreams_20120810.${operation}`, input)).error, error, `${operation} ${JSON.stringify(input)}`)
  for (const StreamSpecification of [{ StreamEnabled: true }, { StreamEnabled: false, StreamViewType: 'NEW_IMAGE' }, { StreamEnabled: true, StreamViewType: 'SOME' }]) {
    await assert.rejects(makeTable(call, 'refused', { StreamSpecification }), /ValidationException/)
    assert.equal((await call('UpdateTable', { TableName: name, StreamSpecification })).error, 'ValidationException')
  }
  assert.equal((await call('UpdateTable', { TableName: 'nothing', StreamSpecification: { StreamEnabled: false } })).error, 'ResourceNotFoundException')
})

test('a stream is switched on and off; what it holds can be read until a day has passed', async () => {
  const name = `streamed${(tables += 1)}`
  await makeTable(call, name)
  await put(name, 'before')
  const on = { TableName: name, StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } }
  const off = { TableName: name, StreamSpecification: { StreamEnabled: false } }
  assert.equal((await call('UpdateTable', off)).error, 'ValidationException')
  const { TableDescription } = (await done(call, 'UpdateTable', on)) as unknown as { TableDescription: Record<string, unknown> }
  assert.deepEqual(TableDescription['StreamSpecification'], on.StreamSpecification)
  assert.equal((await call('UpdateTable', on)).error, 'ValidationException')
  await put(name, 'a')
  const first = await arnOf(call, name)
  const iterator = await iteratorOf(call, name, ['TRIM_HORIZON'])
  await done(call, 'UpdateTable', off)
  await put(name, 'unseen')
  const { Records, NextShardIterator } = await done(call, 'DynamoDBStreams_20120810.GetRecords', { ShardIterator: iterator })
  assert.deepEqual((Records as Told[]).map(short), [['INSERT', 'a', undefined, undefined]])
  assert.equal(NextShardIterator, undefined)
  const described = (await done(call, 'DescribeTable', { TableName: name })) as unknown as { Table: Record<string, unknown> }
  assert.deepEqual([described.Table['StreamSpecification'], described.Table['LatestStreamArn']], [undefined, first])
  await done(call, 'UpdateTable', on)
  assert.notEqual(await arnOf(call, name), first)
  assert.deepEqual(await readAll(call, name), [])
  assert.equal(((await done(call, 'DynamoDBStreams_20120810.ListStreams', { TableName: name }))['Streams'] as object[]).length, 2)
  await done(call, 'DeleteTable', { TableName: name })
  assert.equal(((await done(call, 'DynamoDBStreams_20120810.ListStreams', { TableName: name }))['Streams'] as object[]).length, 2)
  now += 24 * 3_600_000 + 2000
  await dynamo.sweep()
  assert.deepEqual((await done(call, 'DynamoDBStreams_20120810.ListStreams', { TableName: name }))['Streams'], [])
})

test('records are kept for a day, and no more of them than a stream may have', async () => {
  const name = await streamed()
  await put(name, 'old')
  const old = await iteratorOf(call, name, ['TRIM_HORIZON'])
  const [{ dynamodb }] = (await readAll(call, name)) as [Told]
  now += 13 * 3_600_000
  await put(name, 'young')
  await dynamo.sweep()
  assert.equal((await readAll(call, name)).length, 2)
  now += 12 * 3_600_000
  // Not yet removed, and over all the same.
  assert.equal((await readAll(call, name)).length, 1)
  await dynamo.sweep()
  assert.deepEqual((await readAll(call, name)).map((record) => short(record)[1]), ['young'])
  assert.equal((await call('DynamoDBStreams_20120810.GetRecords', { ShardIterator: old })).error, 'ExpiredIteratorException')
  await assert.rejects(iteratorOf(call, name, ['AT_SEQUENCE_NUMBER', dynamodb.SequenceNumber]), /TrimmedDataAccessException/)
  const recent = await iteratorOf(call, name, ['TRIM_HORIZON'])
  for (let index = 0; index < 60; index++) await put(name, `p${index}`)
  await dynamo.sweep()
  assert.deepEqual((await readAll(call, name)).map((record) => short(record)[1]), Array.from({ length: 50 }, (_, index) => `p${index + 10}`))
  assert.equal((await call('DynamoDBStreams_20120810.GetRecords', { ShardIterator: recent })).error, 'TrimmedDataAccessException')
})

test('who listens in the process hears each record once, in order, until it has enough', async () => {
  const name = await streamed()
  const heard: unknown[] = []
  const stop = dynamo.subscribe(name, (records) => heard.push(...records.map((record) => short(record as unknown as Told)[1])))
  await Promise.all(Array.from({ length: 30 }, (_, index) => put(name, `p${index}`)))
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(heard, (await readAll(call, name)).map((record) => short(record)[1]))
  stop()
  await put(name, 'unheard')
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(heard.length, 30)
})

test('a stream goes on over a restart, with numbers that go on, also where all its records were removed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'klue-stream-'))
  let kept: LocalDynamo | undefined
  try {
    const reopen = async (): Promise<Caller> => {
      await kept?.close()
      kept = await openLocalDynamo({ folder, now: () => now, limits: { everyMs: 2 ** 31 - 1 } })
      return callerOf(kept)
    }
    let caller = await reopen()
    const name = await streamed('NEW_IMAGE', caller)
    await done(caller, 'PutItem', { TableName: name, Item: key('a') })
    const iterator = await iteratorOf(caller, name, ['TRIM_HORIZON'])
    caller = await reopen()
    await done(caller, 'PutItem', { TableName: name, Item: key('b') })
    const records = await readAll(caller, name, iterator)
    assert.deepEqual(records.map((record) => short(record)[1]), ['a', 'b'])
    now += 25 * 3_600_000
    await kept!.sweep()
    caller = await reopen()
    await done(caller, 'PutItem', { TableName: name, Item: key('c') })
    const [later] = await readAll(caller, name)
    assert.ok(later!.dynamodb.SequenceNumber > records[1]!.dynamodb.SequenceNumber)
  } finally {
    await kept?.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
