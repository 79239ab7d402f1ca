// What a DynamoDB lacks is told by what it answers: nothing of the embedded one, all of a bare dynalite.
import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { AwsFailure, type AwsCall, awsJsonClient, lackingAbilities } from '../../src/platform/aws/index.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'

const clientOf = (endpoint: string, credentials = { accessKeyId: 'local', secretAccessKey: 'local' }): AwsCall => awsJsonClient({ service: 'dynamodb', region: 'us-east-1', jsonVersion: '1.0', endpoint, credentials: () => credentials, pause: () => Promise.resolve() })

test('the embedded DynamoDB lacks nothing', async () => {
  const dynamo = await openLocalDynamo({ memory: true })
  after(() => dynamo.close())
  assert.deepEqual(await lackingAbilities(clientOf(dynamo.endpoint, dynamo.credentials)), [])
})

test('dynalite by itself lacks all of it', async () => {
  const server = (createRequire(import.meta.url)('dynalite') as () => Server)()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  after(() => new Promise((done) => server.close(done)))
  assert.deepEqual(await lackingAbilities(clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)), ['transactions', 'expiry', 'streams'])
})

test('one that does not answer is a failure, not one that lacks something', async () => {
  await assert.rejects(lackingAbilities(clientOf('http://127.0.0.1:1')), (failure) => failure instanceof AwsFailure && failure.code === 'Unreachable')
})
