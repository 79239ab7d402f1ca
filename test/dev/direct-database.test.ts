// Calls without a socket give what calls over the network give.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { directDatabase } from '../../src/dev/direct-database.ts'
import { type DatabaseError, ensureTables, openDatabase } from '../../src/persist/index.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import { storeDefinition } from '../../src/store/index.ts'

const dynamo = await openLocalDynamo({ memory: true })
const direct = directDatabase(dynamo, 'a-')
const remote = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'a-' })
after(async () => {
  remote.close()
  await dynamo.close()
})
await ensureTables(direct, [storeDefinition])
const table = 'a-klue'

function item(sk: string): { pk: { S: string }; sk: { S: string }; [name: string]: never | { S: string } | { B: Uint8Array } } {
  return { pk: { S: 'p' }, sk: { S: sk }, bytes: { B: new Uint8Array([0, 255, 7]) }, text: { S: 'ä "B":{ \u2028' } }
}

test('bytes and texts come back as they were, whichever way they went in', async () => {
  await direct.run('PutItem', { TableName: table, Item: item('1') })
  await remote.run('PutItem', { TableName: table, Item: item('2') })
  for (const database of [direct, remote]) {
    const { Items } = await database.run('Query', { TableName: table, KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'p' } } })
    assert.deepEqual(Items!.map(({ sk }) => sk!.S), ['1', '2'])
    for (const { bytes, text } of Items!) assert.deepEqual([[...bytes!.B!], text!.S], [[0, 255, 7], 'ä "B":{ \u2028'])
  }
})

test('what is refused is refused with the same reason and the same words', async () => {
  const told = async (run: () => Promise<unknown>): Promise<[string, string]> => run().then(() => assert.fail('it was not refused'), (error: DatabaseError) => [error.reason, error.message])
  for (const call of [
    (database: typeof direct) => database.run('GetItem', { TableName: 'a-none', Key: { pk: { S: 'p' } } }),
    (database: typeof direct) => database.run('PutItem', { TableName: table, Item: item('1'), ConditionExpression: 'attribute_not_exists(pk)' }),
    (database: typeof direct) => database.run('PutItem', { TableName: table, Item: { pk: { S: 'only' } } }),
  ]) assert.deepEqual(await told(() => call(direct)), await told(() => call(remote)))
})
