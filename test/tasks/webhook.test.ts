// The task of the reference service: each measurement is told to a webhook, where one is configured.
import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type LocalProject, openLocalProject } from '../../src/dev/index.ts'
import { generateToken } from '../../src/runtime/edge.ts'
import { makeProject, type ProjectFixture } from '../dev/project-fixture.ts'
import { type Receiver, startReceiver } from '../reports/receivers.ts'
import { until } from './harness.ts'

let fixture: ProjectFixture
let project: LocalProject
let receiver: Receiver
const statuses: number[] = []

before(async () => {
  receiver = await startReceiver(() => ({ status: statuses.shift() ?? 204 }))
  fixture = await makeProject()
  for (const name of ['apis', 'functions', 'klue-config.yaml']) await cp(name, join(fixture.root, name), { recursive: true })
  for (const name of ['apis/notes.yaml', 'functions/notes.ts']) await fixture.delete(name)
  await fixture.write('klue-config.local.yaml', `measurement_webhook: ${receiver.url}/measurements\n`)
  project = await openLocalProject({ root: fixture.root, inMemory: true, log: () => undefined })
})
after(async () => {
  await project.close()
  await Promise.all([fixture.remove(), receiver.close()])
})

async function send(method: string, path: string, body?: object): Promise<{ status: number; json: Record<string, unknown> }> {
  const token = await generateToken(project.platform, 'ann')
  const answer = await project.services[0]!.answer({ method, path, query: '', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: Buffer.from(body === undefined ? '' : JSON.stringify(body)), sourceIp: '' })
  return { status: answer.status, json: answer.body === '' || answer.body === undefined ? {} : (JSON.parse(String(answer.body)) as Record<string, unknown>) }
}

test('who records a measurement is answered at once, and the webhook gets it once it takes it, with one key', async () => {
  statuses.push(503)
  const { status, json } = await send('POST', '/jobs/nightly/metrics/duration/measurements', { value: 12.5 })
  assert.equal(status, 201)
  await until('the second call', () => receiver.got.length === 2, 60_000)
  assert.deepEqual(receiver.got.map(({ path, text }) => [path, (JSON.parse(text) as { id: string }).id]), [['/measurements', json['id']], ['/measurements', json['id']]])
  assert.equal(new Set(receiver.got.map(({ headers }) => headers['idempotency-key'])).size, 1)
})

test('a measurement that is refused is told to nobody', async () => {
  const before = receiver.got.length
  assert.equal((await send('POST', '/jobs/nightly/metrics/duration/measurements', { value: 'much' })).status, 400)
  assert.equal((await send('POST', '/jobs/nightly/metrics/duration/measurements', { value: 1 })).status, 201)
  await until('the next one', () => receiver.got.length > before)
  assert.equal(receiver.got.length, before + 1)
})
