// Records of queues and streams as Lambda hands them to the worker: each kind of source becomes messages, and what became of them the result that Lambda reads.
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import * as fc from 'fast-check'
import { env, setEnvironment } from '../../src/config/index.ts'
import { directDatabase } from '../../src/dev/direct-database.ts'
import { isUsageError } from '../../src/errors/index.ts'
import type { QueueRecord, StreamRecord } from '../../src/lambda/consume.ts'
import type { QueueResult } from '../../src/lambda/index.ts'
import { toWorker, type WorkerEvent } from '../../src/lambda/worker.ts'
import type { PersistDefinition } from '../../src/openapi/index.ts'
import { ensureTables } from '../../src/persist/index.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import type { Service } from '../../src/runtime/edge.ts'
import { type Consumer, defineConsumer, onChange } from '../../src/runtime/index.ts'
import { storeDefinition } from '../../src/store/index.ts'
import { awsTaskQueue } from '../../src/tasks/index.ts'
import { testPlatform } from '../runtime/service-fixture.ts'
import { anything } from '../tasks/engine.ts'
import { type SqsServer, startSqs } from '../tasks/sqs-server.ts'

const things: PersistDefinition = { name: 'Thing', table: 'things', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'S' }, properties: { id: 'string', count: 'number' } as never, stream: true }
const seen: unknown[] = []
const failing = new Set<string>()

// What it fails on is named by its message.
function handle({ id, body, attributes }: { id: string; body: unknown; attributes: object }): void {
  seen.push({ id, body, attributes })
  if (failing.has(id)) throw new Error(`not ${id}`)
}

const schema = anything
const consumers: Consumer[] = [
  defineConsumer({ queue: 'orders' }, { schema, attempts: 2 }, handle as never),
  defineConsumer({ queue: 'arn:aws:sqs:eu-west-1:111111111111:theirs' }, { schema, attempts: 1 }, handle as never),
  defineConsumer({ topic: 'news' }, { schema }, handle as never),
  defineConsumer({ bucket: 'uploads' }, {}, handle as never),
  defineConsumer({ event: { source: ['com.shop'] } }, { name: 'sales', schema }, handle as never),
  onChange(things as never, { attempts: 2 }, handle as never),
]
const service = { name: 'shop', apis: [], routes: {}, errorDecorator: undefined, consumers } as Service

let sqs: SqsServer
let dynamo: Awaited<ReturnType<typeof openLocalDynamo>>
let dead: Record<string, string>
let handler: (event: WorkerEvent) => Promise<QueueResult | undefined>
const platform = testPlatform({ config: { name: 'shop' } })
const stack = `shop-${platform.config.stage}`
const otherwise = env('KLUE_TASK_DEAD_LETTERS')
before(async () => {
  ;[sqs, dynamo] = await Promise.all([startSqs(), openLocalDynamo({ memory: true })])
  const database = directDatabase(dynamo, 'consume-')
  await ensureTables(database, [storeDefinition])
  dead = Object.fromEntries(await Promise.all(['orders', 'news', 'uploads', 'sales', 'things'].map(async (name) => [name, await sqs.makeQueue(`${stack}-${name}-dead`)] as const)))
  const tasks = await sqs.makeQueue('task-dead')
  setEnvironment('KLUE_TASK_DEAD_LETTERS', tasks)
  const queue = awsTaskQueue({ url: 'https://sqs/1/tasks', call: sqs.call })
  const worker = toWorker(service, { platform: () => ({ ...platform, database: () => database }), queues: () => ({ live: queue, candidate: awsTaskQueue({ url: '', call: sqs.call }), dead: queue }), schedules: () => ({}), sqs: sqs.call })
  handler = (event) => worker(event, { getRemainingTimeInMillis: () => 60_000 })
})
after(async () => {
  setEnvironment('KLUE_TASK_DEAD_LETTERS', otherwise)
  await Promise.all([sqs.close(), dynamo.close()])
})
afterEach(() => {
  seen.length = platform.lines.length = 0
  failing.clear()
})

const arn = (name: string): string => `arn:aws:sqs:eu-west-1:111111111111:${name}`
const record = (messageId: string, body: string, part: Partial<QueueRecord> = {}): QueueRecord => ({ messageId, body, eventSourceARN: arn(`${stack}-orders`), attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1700000000000' }, ...part })
const failures = (result: QueueResult | undefined): string[] => result!.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
const send = async (...Records: readonly unknown[]): Promise<string[]> => failures(await handler({ Records } as WorkerEvent))

interface DeadMessage {
  Body: string
  MessageAttributes?: Record<string, { StringValue: string }>
}

async function deadOf(name: string): Promise<DeadMessage[]> {
  const { Messages = [] } = (await sqs.call('AmazonSQS.ReceiveMessage', { QueueUrl: dead[name], MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] })) as { Messages?: DeadMessage[] }
  return Messages
}

test('messages of a queue run each by itself: what fails comes again, and with its last run it lies among the dead letters', async () => {
  failing.add('b')
  assert.deepEqual(await send(record('a', '{"n":1}', { messageAttributes: { kind: { dataType: 'String', stringValue: 'x' }, __proto__: { dataType: 'String', stringValue: 'y' } } }), record('b', '{"n":2}', { messageAttributes: { kind: { dataType: 'String', stringValue: 'z' } } })), ['b'])
  assert.deepEqual(seen, [{ id: 'a', body: { n: 1 }, attributes: { kind: 'x' } }, { id: 'b', body: { n: 2 }, attributes: { kind: 'z' } }])
  assert.deepEqual(await deadOf('orders'), [])
  assert.deepEqual(await send(record('b', '{"n":2}', { messageAttributes: { kind: { dataType: 'String', stringValue: 'z' } } })), [])
  const [one] = await deadOf('orders')
  assert.deepEqual([one!.Body, one!.MessageAttributes!['kind']!.StringValue, one!.MessageAttributes!['klue-description']!.StringValue], ['{"n":2}', 'z', 'not b'])
  assert.ok(one!.MessageAttributes!['klue-error']!.StringValue !== '')
})

test('a message that is done is not run again, and one that is no JSON is dead at once', async () => {
  assert.deepEqual([await send(record('twice', '1')), await send(record('twice', '1'))], [[], []])
  assert.equal(seen.length, 1)
  assert.deepEqual(await send(record('poison', '{"n":')), [])
  assert.equal(seen.length, 1)
  const [one] = await deadOf('orders')
  assert.deepEqual([one!.Body, one!.MessageAttributes!['klue-error']!.StringValue], ['{"n":', 'MESSAGE_INVALID'])
})

test('what cannot be put aside comes again', async () => {
  const missing = { ...record('lost', 'no json'), eventSourceARN: arn('theirs') }
  assert.deepEqual(await send(missing), ['lost'])
  dead['theirs'] = await sqs.makeQueue(`${stack}-theirs-dead`)
  assert.deepEqual(await send(missing), [])
  assert.equal((await deadOf('theirs')).length, 1)
})

test('a topic sends its messages as they are', async () => {
  assert.deepEqual(await send(record('t1', '{"Type":"Notification","Message":"{}"}', { eventSourceARN: arn(`${stack}-news`) })), [])
  assert.deepEqual(seen, [{ id: 't1', body: { Type: 'Notification', Message: '{}' }, attributes: {} }])
})

const envelope = (part: object = {}): string => JSON.stringify({ version: '0', id: 'event-1', 'detail-type': 'Sale', source: 'com.shop', account: '1', time: '2026-01-02T03:04:05Z', region: 'eu-west-1', resources: [], detail: { total: 3 }, ...part })

test('an event is known by its own id, and its detail is the body', async () => {
  const eventSourceARN = arn(`${stack}-sales`)
  assert.deepEqual(await send(record('m1', envelope(), { eventSourceARN })), [])
  assert.deepEqual(await send(record('m2', envelope(), { eventSourceARN })), [])
  assert.deepEqual(seen, [{ id: 'event-1', body: { total: 3 }, attributes: { source: 'com.shop', 'detail-type': 'Sale' } }])
  assert.deepEqual(await send(record('m3', '{"detail":{}}', { eventSourceARN })), [])
  assert.deepEqual((await deadOf('sales')).map(({ Body }) => Body), ['{"detail":{}}'])
})

test('an object of a bucket comes with its key as it is, its size and its version', async () => {
  const eventSourceARN = arn(`${stack}-uploads`)
  const detail = { version: '0', bucket: { name: 'shop-uploads' }, object: { key: 'in/a b+c.csv', size: 12, etag: 'e', 'version-id': 'v', sequencer: '00' } }
  assert.deepEqual(await send(record('o1', envelope({ id: 'e1', 'detail-type': 'Object Created', source: 'aws.s3', detail }), { eventSourceARN }), record('o2', envelope({ id: 'e2', 'detail-type': 'Object Deleted', source: 'aws.s3', detail: { bucket: { name: 'shop-uploads' }, object: { key: '__proto__' } } }), { eventSourceARN })), [])
  assert.deepEqual(seen.map((one) => (one as { body: unknown }).body), [{ kind: 'created', bucket: 'shop-uploads', key: 'in/a b+c.csv', size: 12, etag: 'e', versionId: 'v' }, { kind: 'deleted', bucket: 'shop-uploads', key: '__proto__' }])
  assert.deepEqual(await send(record('o3', envelope({ id: 'e3', 'detail-type': 'Object Created' }), { eventSourceARN })), [])
  assert.equal((await deadOf('uploads')).length, 1)
})

const change = (sequence: string, id: string, part: object = {}): StreamRecord => ({ eventID: `change-${sequence}`, eventName: 'INSERT', eventSourceARN: `arn:aws:dynamodb:eu-west-1:111111111111:table/${stack}-things/stream/2026-01-01T00:00:00.000`, dynamodb: { Keys: { id: { S: id } }, NewImage: { id: { S: id }, count: { N: '1' } }, SequenceNumber: sequence, ApproximateCreationDateTime: 1_700_000_000 }, ...part })

test('changes of a table run in their order for each item; the first that has to come again is where the stream goes on', async () => {
  failing.add('change-2').add('change-4')
  assert.deepEqual(await send(change('1', 'a'), change('2', 'b'), change('3', 'b'), change('4', 'c')), ['2'])
  assert.deepEqual(seen.map((one) => (one as { id: string }).id).sort(), ['change-1', 'change-2', 'change-4'])
  failing.delete('change-4')
  seen.length = 0
  assert.deepEqual(await send(change('2', 'b'), change('3', 'b'), change('4', 'c')), [])
  assert.deepEqual(seen.map((one) => (one as { id: string }).id).sort(), ['change-2', 'change-3', 'change-4'])
  const [one] = await deadOf('things')
  assert.deepEqual((JSON.parse(one!.Body) as StreamRecord).dynamodb.NewImage, { id: { S: 'b' }, count: { N: '1' } })
})

test('a change that is larger than what a queue takes leaves its key among the dead letters', async () => {
  failing.add('change-9')
  const large = change('9', 'big', { dynamodb: { ...change('9', 'big').dynamodb, OldImage: { id: { S: 'big' }, text: { S: 'x'.repeat(390_000) } } } })
  assert.deepEqual([await send(large), await send(large)], [['9'], []])
  const [one] = await deadOf('things')
  assert.deepEqual((JSON.parse(one!.Body) as StreamRecord).dynamodb, { Keys: { id: { S: 'big' } }, SequenceNumber: '9' })
})

test('messages of a source that this version does not know come again, and are told', async () => {
  assert.deepEqual(await send(record('a', '{}', { eventSourceARN: arn(`${stack}-newer`) }), record('b', '{}', { eventSourceARN: arn(`${stack}-newer`) })), ['a', 'b'])
  assert.match(String((platform.lines[0] as { message?: string }).message), /^2 messages of \S+-newer come again: this version has no such consumer$/)
})

test('whatever a message holds, it ends done or dead and never as an error of the worker; what is no record is refused in a sentence', async () => {
  const text = fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.constantFrom('{"__proto__":{"a":1}}', '{"constructor":{"prototype":{"a":1}}}', '{"id":"x","source":"s","detail-type":"t","detail":{"__proto__":1}}', '['.repeat(20_000), `"${'x'.repeat(250_000)}"`, 'null', ''))
  let count = 0
  await fc.assert(fc.asyncProperty(text, fc.constantFrom('orders', 'news', 'uploads', 'sales'), async (body, name) => {
    assert.deepEqual(await send(record(`fuzz-${(count += 1)}`, body.replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, '') || ' ', { eventSourceARN: arn(`${stack}-${name}`) })), [])
  }), { numRuns: 60 })
  assert.equal(({} as Record<string, unknown>)['a'], undefined)
  const odd = fc.anything({ withNullPrototype: true }).map((value) => ({ eventSourceARN: arn(`${stack}-orders`), ...(typeof value === 'object' ? value : { value }) }))
  await fc.assert(fc.asyncProperty(odd, async (one) => {
    await assert.rejects(handler({ Records: [{ ...one, eventSourceARN: arn(`${stack}-orders`) }] } as never), (error) => isUsageError(error) && error.faults[0]!.code === 'event-unknown')
  }), { numRuns: 50 })
})
