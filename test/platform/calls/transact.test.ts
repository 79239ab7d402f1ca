// Transactions of the embedded DynamoDB: all or nothing, refused in DynamoDB's words, once for each token.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { DynamoDBClient, TransactGetItemsCommand, TransactionCanceledException, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import { openLocalDynamo } from '../../../src/platform/local/index.ts'
import { callerOf, done, key, makeTable } from './one-table.ts'

const dynamo = await openLocalDynamo({ memory: true })
after(() => dynamo.close())
const call = callerOf(dynamo)
await makeTable(call, 'notes')
await makeTable(call, 'others')

let last = 0
const fresh = (): string => `p${(last += 1)}`
const put = (pk: string, more: object = {}, rest: object = {}): object => ({ Put: { TableName: 'notes', Item: { ...key(pk), ...more }, ...rest } })
const load = async (pk: string, TableName = 'notes'): Promise<unknown> => (await done(call, 'GetItem', { TableName, Key: key(pk) }))['Item']
const owned = async (owner: string): Promise<unknown[]> => (await done(call, 'Query', { TableName: 'notes', IndexName: 'by-owner', KeyConditionExpression: '#o = :o', ExpressionAttributeNames: { '#o': 'owner' }, ExpressionAttributeValues: { ':o': { S: owner } } }))['Items'] as unknown[]
const reasons = (body: Record<string, unknown>): unknown => body['CancellationReasons']
const unless = { ConditionExpression: 'attribute_not_exists(pk)' }

test('puts, updates, deletes and checks over two tables are done together, their index entries too', async () => {
  const [made, changed, gone, checked] = [fresh(), fresh(), fresh(), fresh()]
  for (const pk of [changed, gone]) await done(call, 'PutItem', { TableName: 'notes', Item: { ...key(pk), owner: { S: 'ann' }, n: { N: '1' } } })
  await done(call, 'PutItem', { TableName: 'others', Item: key(checked) })
  const answer = await done(call, 'TransactWriteItems', { TransactItems: [
    { ConditionCheck: { TableName: 'others', Key: key(checked), ConditionExpression: 'attribute_exists(pk)' } },
    put(made, { owner: { S: 'bob' } }),
    { Update: { TableName: 'notes', Key: key(changed), UpdateExpression: 'ADD #n :one SET #o = :o', ExpressionAttributeNames: { '#n': 'n', '#o': 'owner' }, ExpressionAttributeValues: { ':one': { N: '1' }, ':o': { S: 'bob' } } } },
    { Delete: { TableName: 'notes', Key: key(gone) } },
  ] })
  assert.deepEqual(answer, {})
  assert.deepEqual(await load(made), { ...key(made), owner: { S: 'bob' } })
  assert.deepEqual(await load(changed), { ...key(changed), owner: { S: 'bob' }, n: { N: '2' } })
  assert.equal(await load(gone), undefined)
  assert.equal((await owned('bob')).length, 2)
  assert.equal((await owned('ann')).length, 0)
})

test('a condition that is not met cancels all of them, with a reason for each in order', async () => {
  const [first, taken] = [fresh(), fresh()]
  await done(call, 'PutItem', { TableName: 'notes', Item: { ...key(taken), n: { N: '7' } } })
  const { error, status, body } = await call('TransactWriteItems', { TransactItems: [
    put(first, { owner: { S: 'nobody' } }),
    put(taken, {}, { ...unless, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    put(fresh(), {}, { ConditionExpression: 'attribute_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    { Update: { TableName: 'notes', Key: key(taken, 'other'), UpdateExpression: 'SET a = b' } },
  ] })
  assert.equal(status, 400)
  assert.equal(error, 'TransactionCanceledException')
  assert.equal(body['message'], 'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed, ValidationError]')
  assert.deepEqual(reasons(body), [
    { Code: 'None' },
    { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: { ...key(taken), n: { N: '7' } } },
    { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
    { Code: 'ValidationError', Message: 'The provided expression refers to an attribute that does not exist in the item' },
  ])
  assert.equal(await load(first), undefined)
  assert.deepEqual(await owned('nobody'), [])
})

test('the client of AWS sees the reasons, and bytes in them', async () => {
  const client = new DynamoDBClient({ endpoint: dynamo.endpoint, region: 'us-east-1', credentials: dynamo.credentials })
  after(() => client.destroy())
  const pk = fresh()
  const Item = { ...key(pk), b: { B: Uint8Array.of(1, 2) } }
  await client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: 'notes', Item } }] }))
  await assert.rejects(client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: 'notes', Item: key(pk), ...unless, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } }] })), (failure) => {
    assert.ok(failure instanceof TransactionCanceledException)
    assert.deepEqual(failure.CancellationReasons!.map(({ Code }) => Code), ['ConditionalCheckFailed'])
    assert.deepEqual(Uint8Array.from(failure.CancellationReasons![0]!.Item!['b']!.B!), Uint8Array.of(1, 2))
    return true
  })
  const read = await client.send(new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName: 'notes', Key: key(pk) } }, { Get: { TableName: 'notes', Key: key('none') } }] }))
  assert.deepEqual(read.Responses!.map(({ Item: found }) => found?.['pk']?.S), [pk, undefined])
})

test('what no transaction may be is refused as a whole', async () => {
  const refused: [input: object, error: string, message: RegExp][] = [
    [{}, 'ValidationException', /'transactItems' failed to satisfy constraint: Member must not be null/],
    [{ TransactItems: [] }, 'ValidationException', /length greater than or equal to 1/],
    [{ TransactItems: Array.from({ length: 101 }, (_, index) => put(`many${index}`)) }, 'ValidationException', /length less than or equal to 100/],
    [{ TransactItems: [{}] }, 'ValidationException', /can only contain one of/],
    [{ TransactItems: [{ ...put('a'), Delete: { TableName: 'notes', Key: key('a') } }] }, 'ValidationException', /can only contain one of/],
    [{ TransactItems: [put('a'), { Delete: { TableName: 'notes', Key: key('a') } }] }, 'ValidationException', /cannot include multiple operations on one item/],
    [{ TransactItems: [{ ConditionCheck: { TableName: 'notes', Key: key('a') } }] }, 'ValidationException', /conditionExpression' failed to satisfy constraint: Member must not be null/],
    [{ TransactItems: [{ Update: { TableName: 'notes', Key: key('a') } }] }, 'ValidationException', /updateExpression' failed to satisfy constraint: Member must not be null/],
    [{ TransactItems: [{ Update: { TableName: 'notes', Key: key('a'), UpdateExpression: 'SET ' } }] }, 'ValidationException', /Invalid UpdateExpression: Syntax error/],
    [{ TransactItems: [put('a', {}, { ConditionExpression: 'x = :x' })] }, 'ValidationException', /not defined.*:x/],
    [{ TransactItems: [put('a', {}, { ReturnValuesOnConditionCheckFailure: 'SOME' })] }, 'ValidationException', /enum value set/],
    [{ TransactItems: [{ Put: { TableName: 'nothing', Item: key('a') } }] }, 'ResourceNotFoundException', /not found/],
    [{ TransactItems: [put('a')], ClientRequestToken: 'x'.repeat(37) }, 'ValidationException', /clientRequestToken/],
    [{ TransactItems: Array.from({ length: 11 }, (_, index) => put(`large${index}`, { text: { S: 'x'.repeat(399_000) } })) }, 'ValidationException', /4 MB/],
    [{ TransactItems: 'x' }, 'SerializationException', /./],
  ]
  for (const [input, error, message] of refused) {
    const said = await call('TransactWriteItems', input)
    assert.deepEqual([said.status, said.error], [400, error], JSON.stringify(input).slice(0, 200))
    assert.match(String(said.body['message'] ?? said.body['Message']), message)
  }
  assert.equal(await load('a'), undefined)
  assert.equal((await dynamo.call('TransactWriteItems', 'no JSON')).status, 400)
})

test('a key that does not fit its table cancels, and names whose', async () => {
  const said = await call('TransactWriteItems', { TransactItems: [put(fresh()), { Put: { TableName: 'notes', Item: { pk: { S: 'a' } } } }, { Delete: { TableName: 'notes', Key: { pk: { N: '1' }, sk: { S: 's' } } } }] })
  assert.equal(said.error, 'TransactionCanceledException')
  assert.deepEqual((reasons(said.body) as { Code: string }[]).map(({ Code }) => Code), ['None', 'ValidationError', 'ValidationError'])
})

test('a hundred actions are done, and cost two units each', async () => {
  const pk = fresh()
  const answer = await done(call, 'TransactWriteItems', { ReturnConsumedCapacity: 'TOTAL', TransactItems: Array.from({ length: 100 }, (_, index) => ({ Put: { TableName: index % 2 === 0 ? 'notes' : 'others', Item: key(pk, String(index)) } })) })
  assert.deepEqual(answer['ConsumedCapacity'], ['notes', 'others'].map((TableName) => ({ TableName, CapacityUnits: 100, WriteCapacityUnits: 100 })))
  const read = await done(call, 'TransactGetItems', { ReturnConsumedCapacity: 'INDEXES', TransactItems: Array.from({ length: 100 }, (_, index) => ({ Get: { TableName: index % 2 === 0 ? 'notes' : 'others', Key: key(pk, String(index)) } })) })
  assert.equal((read['Responses'] as unknown[]).length, 100)
  assert.deepEqual(read['ConsumedCapacity'], ['notes', 'others'].map((TableName) => ({ TableName, CapacityUnits: 100, ReadCapacityUnits: 100, Table: { CapacityUnits: 100, ReadCapacityUnits: 100 } })))
})

test('reads come in order, projected, with nothing for what is not there', async () => {
  const [one, two] = [fresh(), fresh()]
  await done(call, 'TransactWriteItems', { TransactItems: [put(one, { a: { M: { b: { S: 'x' }, c: { S: 'y' } } }, d: { S: 'z' } }), put(two)] })
  const read = await done(call, 'TransactGetItems', { TransactItems: [{ Get: { TableName: 'notes', Key: key(two) } }, { Get: { TableName: 'notes', Key: key('none') } }, { Get: { TableName: 'notes', Key: key(one), ProjectionExpression: 'a.b, #d', ExpressionAttributeNames: { '#d': 'd' } } }] })
  assert.deepEqual(read['Responses'], [{ Item: key(two) }, {}, { Item: { a: { M: { b: { S: 'x' } } }, d: { S: 'z' } } }])
  for (const [Get, error] of [[{ TableName: 'notes', Key: { pk: { S: 'a' } } }, 'TransactionCanceledException'], [{ TableName: 'nothing', Key: key('a') }, 'ResourceNotFoundException'], [{ TableName: 'notes', Key: key('a'), ProjectionExpression: 'a..b' }, 'ValidationException']] as const) {
    assert.equal((await call('TransactGetItems', { TransactItems: [{ Get }] })).error, error)
  }
  assert.equal((await call('TransactGetItems', { TransactItems: [one, one].map((pk) => ({ Get: { TableName: 'notes', Key: key(pk) } })) })).error, 'ValidationException')
})

test('what is too large for an item cancels', async () => {
  const pk = fresh()
  await done(call, 'PutItem', { TableName: 'notes', Item: { ...key(pk), text: { S: 'x'.repeat(300_000) } } })
  const said = await call('TransactWriteItems', { TransactItems: [{ Update: { TableName: 'notes', Key: key(pk), UpdateExpression: 'SET more = :more', ExpressionAttributeValues: { ':more': { S: 'x'.repeat(150_000) } } } }] })
  assert.deepEqual(reasons(said.body), [{ Code: 'ValidationError', Message: 'Item size to update has exceeded the maximum allowed size' }])
})

test('attributes with the names of properties that every object has are attributes', async () => {
  const pk = fresh()
  await done(call, 'TransactWriteItems', { TransactItems: [put(pk, { constructor: { S: 'x' }, toString: { S: 'y' } })] })
  assert.deepEqual(await load(pk), { ...key(pk), constructor: { S: 'x' }, toString: { S: 'y' } })
})

test('a single write tells the item where its condition is not met and it is asked to', async () => {
  const pk = fresh()
  await done(call, 'PutItem', { TableName: 'notes', Item: { ...key(pk), n: { N: '1' } } })
  const writes: [operation: string, input: object][] = [
    ['PutItem', { Item: key(pk), ...unless }],
    ['DeleteItem', { Key: key(pk), ...unless }],
    ['UpdateItem', { Key: key(pk), UpdateExpression: 'SET n = :n', ConditionExpression: 'n > :n', ExpressionAttributeValues: { ':n': { N: '5' } } }],
  ]
  for (const [operation, input] of writes) {
    const asked = { TableName: 'notes', ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }
    const said = await call(operation, asked)
    assert.deepEqual([said.error, said.body['Item']], ['ConditionalCheckFailedException', { ...key(pk), n: { N: '1' } }])
    const silent = await call(operation, { ...asked, ReturnValuesOnConditionCheckFailure: 'NONE' })
    assert.deepEqual([silent.error, silent.body['Item']], ['ConditionalCheckFailedException', undefined])
    assert.equal((await call(operation, { ...asked, ReturnValuesOnConditionCheckFailure: 'x' })).error, 'ValidationException')
  }
  const met = await done(call, 'UpdateItem', { TableName: 'notes', Key: key(pk), UpdateExpression: 'SET #o = :o', ConditionExpression: 'attribute_exists(pk)', ExpressionAttributeNames: { '#o': 'owner' }, ExpressionAttributeValues: { ':o': { S: 'met' } }, ReturnValues: 'ALL_NEW', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })
  assert.deepEqual(met['Attributes'], { ...key(pk), n: { N: '1' }, owner: { S: 'met' } })
  assert.equal((await owned('met')).length, 1)
  assert.equal((await call('PutItem', { TableName: 'notes', Item: { pk: { S: 'x' } }, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })).error, 'ValidationException')
})
