// The release before deployed, this one over it, the other back, and this one again, with requests answered all the while: no count is wrong and no request lost.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { unpackReleaseBefore } from '../release-before.ts'
import { root } from '../rules/imports.ts'
import { callAws, invoke } from './aws.ts'
import { type Cloud, startCloud } from './cloud.ts'
import { addresses, bootstrap, type Deployed, deploy, klue } from './commands.ts'
import { inOrder } from './in-order.ts'
import { makeMinimal, stage } from './project.ts'
import { physicalNames } from './stack.ts'

interface Release {
  project: string
  kit: string
}

let cloud: Cloud
let old: Release
let current: Release
let deployed: Deployed
// What was asked and answered, by its path.
const answered = new Set<string>()
let asked = 0

before(async () => {
  cloud = await startCloud('release-before')
  const kit = unpackReleaseBefore(join(cloud.folder, 'kit'))
  for (const name of ['old', 'current']) mkdirSync(join(cloud.folder, name))
  old = { project: makeMinimal(join(cloud.folder, 'old'), kit), kit }
  current = { project: makeMinimal(join(cloud.folder, 'current'), root), kit: root }
})
after(() => cloud.stop())

const step = inOrder(() => cloud)

step('cdk bootstrap prepares the account', () => bootstrap({ cloud, project: old.project }))

step('the release before answers, stores and counts', async () => {
  deployed = await deploy(stage, { cloud, ...old, log: 'cdk-old' })
  for (let call = 0; call < 20; call++) await ask()
  await until('its own log', async () => (await logged(old)).length === answered.size)
})

step('this release is deployed over it while requests are answered and a batch waits', async () => {
  await leaveBatch('old', (record) => JSON.stringify(record))
  await whileAsking(async () => void (deployed = await deploy(stage, { cloud, ...current, log: 'cdk-current' })))
  await klue(['ingest', 'redrive', '--stage', stage], { cloud, ...current })
  await everyRequestOnce()
  await look()
  await everyRequestOnce()
})

step('the release before is deployed back while requests are answered and a batch waits', async () => {
  await leaveBatch('current', (record) => `{"klue":1,${JSON.stringify(record).slice(1)}`)
  const before = answered.size
  await whileAsking(async () => void (deployed = await deploy(stage, { cloud, ...old, log: 'cdk-back' })))
  await klue(['ingest', 'redrive', '--stage', stage], { cloud, ...old })
  // It counts what it can; what lies in packs it does not know.
  await look()
  const newest = await ask()
  await until('what it answers now, in its own log', async () => (await logged(old)).includes(newest))
  assert.ok(answered.size > before)
  await until('every request, as this release reads it', async () => (await missing()).length === 0)
})

step('this release is deployed again, and counts anew what the other could not', async () => {
  await whileAsking(async () => void (deployed = await deploy(stage, { cloud, ...current, log: 'cdk-again' })))
  await look()
  await everyRequestOnce()
})

async function ask(): Promise<string> {
  const name = `n${(asked += 1)}`
  const answer = await fetch(`${addresses(deployed, cloud)['Url']!}/hello/${name}`)
  assert.deepEqual([answer.status, await answer.json()], [200, { text: `Hello ${name}` }])
  answered.add(`/hello/${name}`)
  return `/hello/${name}`
}

async function whileAsking(work: () => Promise<void>): Promise<void> {
  const over = new AbortController()
  const asking = (async () => {
    while (!over.signal.aborted) {
      await ask()
      await sleep(500)
    }
  })()
  try {
    await work()
  } finally {
    over.abort()
    await asking
  }
  for (let call = 0; call < 10; call++) await ask()
}

// As Lambda leaves a batch of lines that an ingest has failed on for the last time.
async function leaveBatch(name: string, print: (record: object) => string): Promise<void> {
  const logEvents = Array.from({ length: 5 }, (_, index) => {
    const [path, time] = [`/hello/${name}-${index}`, new Date(Date.now() + index).toISOString()]
    answered.add(path)
    return { id: `${name}-${index}`, timestamp: Date.now(), message: print({ kind: 'request', level: 'info', time, started: time, message: `GET ${path} 200`, service: 'hello', stage, function: 'f', operation: 'hello', call_id: `${name}-${index}`, call_path: 'hello', request_id: `${name}-${index}`, method: 'GET', path, status: 200, duration_ms: 3, in_bytes: 100, out_bytes: 200 }) }
  })
  const data = gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup: 'g', logStream: 's', logEvents })).toString('base64')
  const call = (target: string, input: Record<string, unknown>): Promise<Record<string, unknown>> => callAws({ endpoint: cloud.endpoint, service: 'sqs', target: `AmazonSQS.${target}`, input })
  const { QueueUrl } = await call('GetQueueUrl', { QueueName: `hello-${stage}-ingest-failures` })
  await call('SendMessage', { QueueUrl, MessageBody: JSON.stringify({ requestContext: { condition: 'RetriesExhausted' }, requestPayload: { awslogs: { data } } }) })
}

// What the clock of the stage does every minute.
async function look(): Promise<void> {
  const physical = Object.entries(await physicalNames(cloud, Object.keys(deployed.outputs)))
  await invoke(cloud.endpoint, physical.find(([id]) => /TelemetryIngestFunction/.test(id))![1], { klue: 'look' })
}

async function logged(release: Release): Promise<string[]> {
  const printed = await klue(['logs', '--stage', stage, '--operation', 'hello', '--since', '2h', '--limit', '5000', '--json'], { cloud, ...release })
  return printed.split('\n').filter((line) => line.startsWith('{')).map((line) => (JSON.parse(line) as { path: string }).path)
}

async function missing(): Promise<string[]> {
  const paths = await logged(current)
  assert.equal(new Set(paths).size, paths.length, 'a request is shown twice')
  assert.deepEqual(paths.filter((path) => !answered.has(path)), [])
  return [...answered].filter((path) => !paths.includes(path))
}

/** Every request is in the log and in the counts, once. */
async function everyRequestOnce(): Promise<void> {
  await until('every request in the log', async () => (await missing()).length === 0)
  let counted: { requests: number; statuses: Record<string, number> } | undefined
  await until('the counts', async () => {
    const printed = await klue(['stats', '--stage', stage, '--since', '2h', '--json'], { cloud, ...current })
    counted = printed.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { operation: string; requests: number; statuses: Record<string, number> }).find(({ operation }) => operation === 'hello')
    return counted !== undefined
  })
  assert.deepEqual([counted?.requests, counted?.statuses], [answered.size, { 200: answered.size }])
}

// A command that fails is tried again too: while a stack is changed not all of it answers.
async function until(what: string, isThere: () => Promise<boolean>): Promise<void> {
  let failure: unknown
  for (const end = Date.now() + 300_000; Date.now() < end; await sleep(1000)) {
    try {
      if (await isThere()) return
      failure = undefined
    } catch (error) {
      failure = error
    }
  }
  assert.fail(`${what} did not come: ${failure === undefined ? `missing ${(await missing()).slice(0, 20).join(' ')}` : String(failure)}`)
}
