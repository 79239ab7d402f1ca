// What x-persist says of the end of items is set on the tables of the embedded DynamoDB, changed and taken away with it.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ensureExpiry } from '../../src/dev/embedded-expiry.ts'
import { isUsageError } from '../../src/errors/index.ts'
import type { PersistSpec } from '../../src/openapi/index.ts'
import { ensureTables, openDatabase } from '../../src/persist/index.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'

const dynamo = await openLocalDynamo({ memory: true })
const database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 't-' })
after(async () => {
  database.close()
  await dynamo.close()
})
const definition = (ttl?: string): PersistSpec => ({ table: 'notes', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'S' }, properties: {}, ...(ttl === undefined ? {} : { ttl }) })
const described = async (): Promise<unknown> => (JSON.parse((await dynamo.call('DescribeTimeToLive', JSON.stringify({ TableName: 't-notes' }))).text) as { TimeToLiveDescription: unknown }).TimeToLiveDescription

test('a definition sets it, another one changes it, and one without takes it away', async () => {
  await ensureTables(database, [definition()])
  for (const [ttl, expected] of [['ends', { TimeToLiveStatus: 'ENABLED', AttributeName: 'ends' }], ['ends', { TimeToLiveStatus: 'ENABLED', AttributeName: 'ends' }], ['other', { TimeToLiveStatus: 'ENABLED', AttributeName: 'other' }], [undefined, { TimeToLiveStatus: 'DISABLED' }]] as const) {
    await ensureExpiry(dynamo, [definition(ttl)], 't-')
    assert.deepEqual(await described(), expected)
  }
  await assert.rejects(ensureExpiry(dynamo, [definition('id')], 't-'), (failure: unknown) => isUsageError(failure) && /key attribute id/.test(failure.message))
})
