// klue ingest redrive against a fake of SQS, and a store of its own: every line arrives once, what holds none stays.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { klue } from '../cli/klue-process.ts'
import { makeProject, type ProjectFixture } from '../dev/project-fixture.ts'
import { openDatabase, ensureTables } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import { storeDefinition } from '../../src/store/index.ts'

let project: ProjectFixture
let dynamo: LocalDynamo
let sqs: Server
let endpoint: string
const queue = new Map<string, string>()
let isThere = true
const now = Date.now()

before(async () => {
  project = await makeProject()
  dynamo = await openLocalDynamo({ memory: true })
  const database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'notes-dev-' })
  await ensureTables(database, [storeDefinition])
  database.close()
  sqs = createServer((message, response) => {
    void readAll(message).then((body) => {
      const [status, answer] = answerTo(String(message.headers['x-amz-target']).replace('AmazonSQS.', ''), JSON.parse(body) as Record<string, string>)
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((listening) => sqs.listen(0, '127.0.0.1', listening))
  endpoint = `http://127.0.0.1:${(sqs.address() as AddressInfo).port}`
})

after(async () => {
  sqs.close()
  sqs.closeAllConnections()
  await dynamo.close()
  await project.remove()
})

function answerTo(action: string, { QueueName, ReceiptHandle }: Record<string, string>): [number, object] {
  if (action === 'GetQueueUrl' && (!isThere || QueueName !== 'notes-dev-ingest-failures')) return [400, { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'The specified queue does not exist.' }]
  if (action === 'GetQueueUrl') return [200, { QueueUrl: `${endpoint}/000000000000/${QueueName}` }]
  if (action === 'DeleteMessage') return queue.delete(ReceiptHandle!) ? [200, {}] : [400, { __type: 'com.amazonaws.sqs#ReceiptHandleIsInvalid', message: 'no' }]
  const messages = [...queue].map(([id, body]) => ({ MessageId: id, ReceiptHandle: id, Body: body, MD5OfBody: process.getBuiltinModule('node:crypto').createHash('md5').update(body).digest('hex') }))
  return [200, messages.length === 0 ? {} : { Messages: messages }]
}

function failed(ids: string[]): string {
  const logEvents = ids.map((id) => ({ id, timestamp: now, message: JSON.stringify({ kind: 'request', level: 'info', time: new Date(now).toISOString(), started: new Date(now).toISOString(), operation: 'getNote', status: 200, duration_ms: 4, request_id: id, path: `/${id}` }) }))
  return JSON.stringify({ requestPayload: { awslogs: { data: gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup: 'g', logStream: 's', logEvents })).toString('base64') } } })
}

const run = (...words: string[]): ReturnType<typeof klue> => klue(project.root, [...words, '--stage', 'dev'], { env: { AWS_ENDPOINT_URL_SQS: endpoint, AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint, AWS_ACCESS_KEY_ID: dynamo.credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: dynamo.credentials.secretAccessKey, AWS_REGION: 'eu-west-1' } })

test('lines of the queue are taken in; what holds none stays and is told', async () => {
  queue.set('m1', failed(['a', 'b'])).set('m2', failed(['b', 'c'])).set('m3', 'nonsense')
  const { code, stdout, stderr } = await run('ingest', 'redrive')
  assert.deepEqual([code, stdout], [1, 'Took in 2 messages with 4 requests\n'])
  assert.match(stderr, /the message m3 stays in the queue: /)
  assert.deepEqual([...queue.keys()], ['m3'])
  queue.clear()
  const { code: done, stdout: json } = await run('ingest', 'redrive', '--json')
  assert.deepEqual([done, JSON.parse(json)], [0, { messages: 0, requests: 0, failed: [] }])
  const listed = (await run('logs')).stdout.split('\n').filter((line) => line !== '').map((line) => (JSON.parse(line) as { path: string }).path)
  assert.deepEqual(listed.sort(), ['/a', '/b', '/c'])
})

test('a stage without the queue is told so', async () => {
  isThere = false
  const { code, stderr } = await run('ingest', 'redrive')
  assert.equal(code, 1)
  assert.match(stderr, /there is no queue notes-dev-ingest-failures in this account and region/)
})

async function readAll(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of message) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}
