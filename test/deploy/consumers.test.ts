// Consumers of a queue, a topic, a bucket and a table, deployed: what is sent reaches the worker, what fails comes again, and what is given up is a dead letter.
import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Receiver, startReceiver } from '../reports/receivers.ts'
import { awsBucket } from '../../src/platform/aws/index.ts'
import { root } from '../rules/imports.ts'
import { callAws, invoke } from './aws.ts'
import { type Cloud, startCloud } from './cloud.ts'
import { addresses, bootstrap, cdk, type Deployed, deploy } from './commands.ts'
import { inOrder } from './in-order.ts'
import { makeMinimal, stage } from './project.ts'
import { physicalNames, stacks } from './stack.ts'

let cloud: Cloud
let project: string
let deployed: Deployed
let hook: Receiver
// What the receiver answers to a message with this text.
const refused = new Set<string>()
before(async () => {
  cloud = await startCloud('consumers')
  hook = await startReceiver(({ text }) => ({ status: [...refused].some((word) => text.includes(word)) ? 503 : 204 }))
  project = addConsumers(makeMinimal(join(cloud.folder, 'minimal'), root))
})
after(async () => {
  await cloud.stop()
  await hook.close()
})

const step = inOrder(() => cloud)

step('cdk deploy makes what consumers need, and says where to send', async () => {
  await bootstrap({ cloud, project })
  deployed = await deploy(stage, { cloud, project })
  const outputs = Object.values(deployed.outputs)[0]!
  assert.deepEqual(Object.keys(outputs).filter((name) => name.startsWith('Source')).sort(), ['SourceNews', 'SourceOrders', 'SourceUploads'])
})

step('a message of the queue is run once, and one that fails twice becomes a dead letter', async () => {
  const QueueUrl = output('SourceOrders')
  await sqs('SendMessage', { QueueUrl, MessageBody: '{"say":"first order"}' })
  assert.equal((await told('first order')).length, 1)
  refused.add('bad order')
  await sqs('SendMessage', { QueueUrl, MessageBody: '{"say":"bad order"}' })
  await sqs('SendMessage', { QueueUrl, MessageBody: 'no order at all' })
  const dead = await deadLetters('orders', 1)
  assert.deepEqual(dead.map(({ Body }) => Body), ['no order at all'])
  assert.equal(dead[0]!.MessageAttributes!['klue-error']!.StringValue, 'MESSAGE_INVALID')
  // It is hidden for six times the time limit before it comes again: what AWS does then.
  await told('bad order')
  await invoke(cloud.endpoint, await worker(), { Records: [{ messageId: await messageId('bad order'), body: '{"say":"bad order"}', attributes: { ApproximateReceiveCount: '2' }, eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:hello-${stage}-orders` }] })
  assert.deepEqual((await deadLetters('orders', 2)).map(({ Body }) => Body).sort(), ['no order at all', '{"say":"bad order"}'])
})

step('a message of the topic reaches its consumer as it was published', async () => {
  await callAws<string>({ endpoint: cloud.endpoint, service: 'sns', input: { Action: 'Publish', Version: '2010-03-31', TopicArn: output('SourceNews'), Message: '{"say":"news of today"}' } })
  assert.equal((await told('news of today')).length, 1)
})

step('an item that is written to a table reaches the consumer of its changes', async () => {
  await callAws({ endpoint: cloud.endpoint, service: 'dynamodb', target: 'DynamoDB_20120810.PutItem', input: { TableName: `hello-${stage}-notes`, Item: { id: { S: 'note-1' }, text: { S: 'changed' } } } })
  const [call] = await told('note-1')
  assert.deepEqual(JSON.parse(call!), { kind: 'inserted', after: { id: 'note-1', text: 'changed' }, key: { id: 'note-1' } })
})

step('an object of the bucket reaches its consumer', async () => {
  const bucket = output('SourceUploads')
  await awsBucket({ bucket, region: 'us-east-1', endpoint: cloud.endpoint, credentials: () => ({ accessKeyId: 'test', secretAccessKey: 'test' }) }).write('in/a b.csv', Buffer.from('abc'))
  const [call] = await told('in/a b.csv')
  const { kind, key, size } = JSON.parse(call!) as Record<string, unknown>
  assert.deepEqual([kind, key, size], ['created', 'in/a b.csv', 3])
})

step('requests are answered beside it, and all of it goes with the stack but the bucket', async () => {
  assert.deepEqual(await (await fetch(`${addresses(deployed, cloud)['Url']!}/hello/Ann`)).json(), { text: 'Hello Ann' })
  await cdk(['destroy', '--all', '--force', '-c', `stage=${stage}`], { cloud, project })
  assert.deepEqual(await stacks(cloud), [])
})

function output(name: string): string {
  return Object.values(deployed.outputs)[0]![name]!
}

function sqs(target: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
  return callAws({ endpoint: cloud.endpoint, service: 'sqs', target: `AmazonSQS.${target}`, input: 'QueueUrl' in input ? { ...input, QueueUrl: String(input['QueueUrl']).replace(/^https?:\/\/[^/]+/, cloud.endpoint) } : input })
}

async function worker(): Promise<string> {
  return Object.entries(await physicalNames(cloud, Object.keys(deployed.outputs))).find(([id]) => /TasksWorkerFunction/.test(id))![1]
}

/** What the receiver was told with this text, once it was. */
async function told(text: string): Promise<string[]> {
  return until(text, () => {
    const found = hook.got.filter((one) => one.text.includes(text)).map((one) => one.text)
    return found.length > 0 ? found : undefined
  })
}

// The handler says it in a header.
async function messageId(text: string): Promise<string> {
  return String(hook.got.find((one) => one.text.includes(text))!.headers['x-message'])
}

interface Dead {
  MessageId: string
  Body: string
  MessageAttributes?: Record<string, { StringValue: string }>
}

const seen = new Map<string, Dead>()

async function deadLetters(name: string, count: number): Promise<Dead[]> {
  return until(`${count} dead letters`, async () => {
    const { Messages = [] } = (await sqs('ReceiveMessage', { QueueUrl: output('SourceOrders').replace(/orders$/, `${name}-dead`), MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] })) as { Messages?: Dead[] }
    for (const message of Messages) seen.set(message.MessageId, message)
    return seen.size >= count ? [...seen.values()] : undefined
  })
}

async function until<Found>(what: string, look: () => Found | undefined | Promise<Found | undefined>): Promise<Found> {
  for (const end = Date.now() + 120_000; Date.now() < end; await sleep(500)) {
    const found = await look()
    if (found !== undefined) return found
  }
  return assert.fail(`${what} did not come`)
}

function addConsumers(folder: string): string {
  appendFileSync(join(folder, 'klue-config.yaml'), `run_schedules: true\nhook: ${hook.url}/consumed\n`)
  appendFileSync(join(folder, 'apis/hello.yaml'), `components:
  schemas:
    Said:
      x-klue-schema: true
      type: object
      required: [say]
      properties: { say: { type: string, maxLength: 100 } }
    Note:
      type: object
      required: [id]
      properties: { id: { type: string, maxLength: 100 }, text: { type: string, maxLength: 100 } }
      x-persist: { table: notes, key: id, stream: true }
`)
  const entry = join(folder, 'functions', 'hello.ts')
  const text = readFileSync(entry, 'utf8')
  writeFileSync(entry, text
    .replace("import { defineService, type Service } from 'klue/runtime'\nimport { hello } from './gen/hello.ts'\n", `import { type Consumer, type Context, defineConsumer, defineService, onChange, type Service } from 'klue/runtime'
import { hello, Note, Said } from './gen/hello.ts'

async function tell(id: string, body: unknown, context: Context): Promise<void> {
  const answer = await fetch(String(context.config['hook']), { method: 'POST', headers: { 'x-message': id }, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error('it was not taken')
}

const orders: Consumer = defineConsumer({ queue: 'orders' }, { schema: Said, attempts: 2 }, ({ id, body }, context) => tell(id, body, context))
const news: Consumer = defineConsumer({ topic: 'news' }, { schema: Said }, ({ id, body }, context) => tell(id, body, context))
const uploads: Consumer = defineConsumer({ bucket: 'uploads', prefix: 'in/' }, {}, ({ id, body }, context) => tell(id, body, context))
const notes: Consumer = onChange(Note, ({ id, body }, context) => tell(id, body, context))
`)
    .replace('spec: hello, handlers', 'spec: hello, consumers: [orders, news, uploads, notes], handlers'))
  return folder
}
