// A token of a transaction: once for ten minutes, over restarts, also where two come at the same time.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openLocalDynamo } from '../../../src/platform/local/index.ts'
import { callerOf, done, key, makeTable } from './one-table.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-tokens-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let now = 1_800_000_000_000
const open = (): ReturnType<typeof openLocalDynamo> => openLocalDynamo({ folder, now: () => now })

const count = (pk: string, more: object = {}): object => ({ TransactItems: [{ Update: { TableName: 'notes', Key: key(pk), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } } }], ...more })

test('a token counts once, for the same request, for ten minutes, over a restart', async () => {
  let dynamo = await open()
  let call = callerOf(dynamo)
  const counted = async (pk: string): Promise<unknown> => ((await done(call, 'GetItem', { TableName: 'notes', Key: key(pk) }))['Item'] as { n: { N: string } } | undefined)?.n.N
  await makeTable(call, 'notes')
  try {
    const first = await done(call, 'TransactWriteItems', count('a', { ClientRequestToken: 'one', ReturnConsumedCapacity: 'TOTAL' }))
    assert.deepEqual(first['ConsumedCapacity'], [{ TableName: 'notes', CapacityUnits: 2, WriteCapacityUnits: 2 }])
    assert.deepEqual(await done(call, 'TransactWriteItems', count('a', { ClientRequestToken: 'one' })), {})
    assert.equal(await counted('a'), '1')
    await dynamo.close()
    dynamo = await open()
    call = callerOf(dynamo)
    now += 9 * 60_000
    const again = await done(call, 'TransactWriteItems', count('a', { ClientRequestToken: 'one', ReturnConsumedCapacity: 'TOTAL' }))
    assert.deepEqual(again['ConsumedCapacity'], [{ TableName: 'notes', CapacityUnits: 2, ReadCapacityUnits: 2 }])
    assert.equal(await counted('a'), '1')
    assert.equal((await call('TransactWriteItems', count('b', { ClientRequestToken: 'one' }))).error, 'IdempotentParameterMismatchException')
    assert.equal(await counted('b'), undefined)
    now += 61_000
    await done(call, 'TransactWriteItems', count('b', { ClientRequestToken: 'one' }))
    assert.equal(await counted('b'), '1')
    await Promise.all(Array.from({ length: 20 }, () => done(call, 'TransactWriteItems', count('c', { ClientRequestToken: 'two' }))))
    assert.equal(await counted('c'), '1')
    // What was refused was not done: its token is free.
    const refused = { TransactItems: [{ Put: { TableName: 'notes', Item: key('d'), ConditionExpression: 'attribute_exists(pk)' } }], ClientRequestToken: 'three' }
    assert.equal((await call('TransactWriteItems', refused)).error, 'TransactionCanceledException')
    await done(call, 'PutItem', { TableName: 'notes', Item: key('d') })
    await done(call, 'TransactWriteItems', refused)
  } finally {
    await dynamo.close()
  }
})
