// Ingest archives by its clock, notes where, and empties the bucket when CloudFormation takes it away.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { answerForFiles } from '../../src/lambda/archive.ts'
import { toIngest } from '../../src/lambda/ingest.ts'
import { type Database, ensureTables, openDatabase } from '../../src/persist/index.ts'
import type { AwsBucket, CustomResourceEvent } from '../../src/platform/aws/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import { readArchivePlace, storeDefinition } from '../../src/store/index.ts'
import { type CloudWatch, defaultKeepRules, ingest } from '../../src/telemetry/index.ts'
import { testPlatform } from '../runtime/service-fixture.ts'
import { linesOf, memoryFiles } from '../telemetry/archive-memory.ts'
import { marked } from '../telemetry/marked.ts'

const hour = 3_600_000
const begin = Date.parse('2026-03-01T12:00:00Z')
const cloudWatch: CloudWatch = { put: () => Promise.resolve(), value: () => Promise.resolve(undefined), close: () => undefined }
let dynamo: LocalDynamo
let database: Database
let now = begin + hour

before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
  database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'x-', now: () => now })
  await ensureTables(database, [storeDefinition])
})

after(async () => {
  database.close()
  await dynamo.close()
})

test('a look each minute archives what is due, once, and says where', async () => {
  await ingest({ database, rules: defaultKeepRules }, [{ id: 'l', timestamp: begin, message: marked({ kind: 'request', level: 'info', time: new Date(begin + 5).toISOString(), started: new Date(begin).toISOString(), operation: 'getThing', method: 'GET', path: '/things/1', status: 200, duration_ms: 5, request_id: 'one' }) }])
  const files = memoryFiles()
  const look = toIngest({ platform: () => ({ ...testPlatform(), database: () => database, now: () => now }), cloudWatch, send: () => Promise.resolve(), archive: { files: { ...files, remove: () => Promise.resolve() }, place: { bucket: 'shop-archive', region: 'eu-west-1' } } })
  await look({ klue: 'look' })
  assert.deepEqual(linesOf(files), [])
  now = begin + 4 * hour
  await look({ klue: 'look' })
  await look({ klue: 'look' })
  assert.deepEqual(linesOf(files).map(({ klue_id: id }) => id), ['one'])
  assert.deepEqual(await readArchivePlace(database), { bucket: 'shop-archive', region: 'eu-west-1' })
})

test('the files go when CloudFormation deletes what stands for them, and only then; a failure is told', async () => {
  const event = (RequestType: CustomResourceEvent['RequestType']): CustomResourceEvent => ({ RequestType, ResponseURL: 'https://cloudformation.example.com/answer', StackId: 's', RequestId: 'r', LogicalResourceId: 'ArchiveFiles', ResourceProperties: {} })
  const kept = new Set(Array.from({ length: 40 }, (_, index) => `index/${index}`))
  const bucket: AwsBucket = { ...memoryFiles(), list: () => Promise.resolve([...kept].map((name) => ({ name, changed: 0 }))), remove: (name) => Promise.resolve(void kept.delete(name)) }
  const told: { Status: string; Reason?: string }[] = []
  const parts = { send: ({ body }: { body: string | Uint8Array }) => Promise.resolve((told.push(JSON.parse(String(body)) as (typeof told)[number]), { status: 200, headers: {}, text: '' })), pause: () => Promise.resolve() }
  await answerForFiles(event('Create'), bucket, parts)
  await answerForFiles(event('Update'), bucket, parts)
  assert.equal(kept.size, 40)
  await answerForFiles(event('Delete'), { ...bucket, remove: () => Promise.reject(new Error('AccessDenied')) }, parts)
  await answerForFiles(event('Delete'), bucket, parts)
  assert.equal(kept.size, 0)
  assert.deepEqual(told.map(({ Status, Reason }) => [Status, Reason]), [['SUCCESS', undefined], ['SUCCESS', undefined], ['FAILED', 'The archive could not be emptied: AccessDenied'], ['SUCCESS', undefined]])
})
