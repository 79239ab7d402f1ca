// Lines in, messages out: the functions of ingest and reporter, on a real database.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { toIngest } from '../../src/lambda/ingest.ts'
import { toReporter } from '../../src/lambda/reporter.ts'
import { type Database, ensureTables, openDatabase } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import type { Outgoing, ReportChannel } from '../../src/reports/index.ts'
import type { Platform } from '../../src/runtime/edge.ts'
import { storeDefinition } from '../../src/store/index.ts'
import { type CloudWatch, readStats } from '../../src/telemetry/index.ts'
import { testPlatform } from '../runtime/service-fixture.ts'

const published: string[] = []
const cloudWatch: CloudWatch = { put: async (namespace) => void published.push(namespace), value: () => Promise.resolve(undefined), close: () => undefined }

let dynamo: LocalDynamo
let database: Database
const now = Date.now()

before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
  database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'x-' })
  await ensureTables(database, [storeDefinition])
})

after(async () => {
  database.close()
  await dynamo.close()
})

const platform = (): Platform => ({ ...testPlatform(), database: () => database, now: Date.now })

function logsEvent(messages: string[], messageType = 'DATA_MESSAGE'): { awslogs: { data: string } } {
  const data = { messageType, logGroup: 'group', logStream: 'stream', logEvents: messages.map((message, index) => ({ id: `event-${index}`, timestamp: now, message })) }
  return { awslogs: { data: gzipSync(JSON.stringify(data)).toString('base64') } }
}

const line = (fields: Record<string, unknown>): string => JSON.stringify({ kind: 'request', level: 'info', time: new Date(now).toISOString(), started: new Date(now - 5).toISOString(), operation: 'getThing', method: 'GET', path: '/things/1', status: 200, duration_ms: 5, request_id: 'one', ...fields })

test('a failure is counted, queued once and told to everybody', async () => {
  const queued: string[] = []
  const ingest = toIngest({ platform, send: async (bodies) => void queued.push(...bodies) })
  const lines = [line({}), line({ request_id: 'two', status: 500, level: 'error', error: 'BROKEN', error_description: 'it broke', error_id: 'e-1', stack: 'Error: it broke\n    at one (a.ts:1:1)' })]
  await ingest(logsEvent(lines))
  await ingest(logsEvent(lines))
  await ingest(logsEvent(['CWL CONTROL MESSAGE'], 'CONTROL_MESSAGE'))
  assert.equal(queued.length, 1)
  const stats = await readStats(database, { from: now - 60_000, to: now + 60_000 })
  assert.deepEqual([stats.get('getThing')?.requests, stats.get('getThing')?.errors], [2, 1])
  const told: Outgoing[] = []
  const channel: ReportChannel = { name: 'test', accepts: () => true, send: async (outgoing) => void told.push(outgoing) }
  const titles: string[] = []
  const reporter = toReporter((title) => void titles.push(title), { platform, channels: [channel] })
  const event = { Records: queued.map((body, index) => ({ messageId: `m-${index}`, body })) }
  assert.deepEqual(await reporter(event), { batchItemFailures: [] })
  assert.deepEqual(await reporter(event), { batchItemFailures: [] })
  assert.deepEqual(told.map(({ kind }) => kind), ['new'])
  assert.equal(titles.length, 1)
  assert.match(titles[0]!, /^FATAL BACKEND ERROR .* 500 BROKEN: getThing\(\): it broke/)
})

test('what cannot be queued comes from a later look, and so does a message that a receiver does not take', async () => {
  let isDown = true
  const queued: string[] = []
  const ingest = toIngest({ platform, send: async (bodies) => (isDown ? Promise.reject(new Error('down')) : void queued.push(...bodies)) })
  await ingest(logsEvent([line({ request_id: 'three', status: 503, level: 'error', error: 'OTHER', error_description: 'gone', error_id: 'e-2' })]))
  isDown = false
  assert.equal(queued.length, 0)
  const later = toIngest({ platform: () => ({ ...platform(), database: () => ({ ...database, now: () => Date.now() + 10 * 60_000 }) }), cloudWatch, send: async (bodies) => void queued.push(...bodies) })
  await later({ klue: 'look' })
  assert.ok(queued.some((body) => body.includes('OTHER')))
  assert.deepEqual(published, ['klue'], 'the metrics of the one closed minute')
  const broken: ReportChannel = { name: 'broken', accepts: () => true, send: () => Promise.reject(new Error('no answer')) }
  const body = queued.find((text) => text.includes('OTHER'))!
  const event = { Records: [{ messageId: 'm', body }] }
  assert.deepEqual(await toReporter(undefined, { platform, channels: [broken] })(event), { batchItemFailures: [] })
  const withoutNotes = (): Platform => ({ ...platform(), database: () => ({ ...database, run: () => Promise.reject(new Error('no database')) }) })
  assert.deepEqual(await toReporter(undefined, { platform: withoutNotes, channels: [broken] })(event), { batchItemFailures: [{ itemIdentifier: 'm' }] })
})

test('an event that is none of both is refused', async () => {
  await assert.rejects(toIngest({ platform, send: () => Promise.resolve() })({} as never), /takes events of CloudWatch Logs and of its clock/)
})
