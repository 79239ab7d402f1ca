// Metrics of closed minutes reach CloudWatch once; a budget leaves records out, never counts.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { requestRows, shards } from '../../src/store/index.ts'
import { compact, defaultKeepRules, ingest, type LogLine, type MetricDatum, MetricsRefused, openCloudWatch, publishMetrics, readStats } from '../../src/telemetry/index.ts'
import { isSampled, rateFor } from '../../src/telemetry/budget.ts'
import { dyingAfter, unlessKilled } from '../persist/dying-database.ts'
import { marked } from './marked.ts'
import { noon, stores } from './store-fixture.ts'

const freshStore = stores()
const minute = 60_000

function request(index: number, fields: object = {}, started: number = noon + index): LogLine {
  return { id: `l${index}`, timestamp: started, message: marked({ kind: 'request', level: 'info', time: new Date(started + 10).toISOString(), started: new Date(started).toISOString(), operation: 'getThing', status: 200, duration_ms: 10, request_id: `r${index}`, ...fields }) }
}

function sinkOf(fail: () => Error | undefined = () => undefined): { sent: MetricDatum[]; put(namespace: string, data: readonly MetricDatum[]): Promise<void> } {
  const sent: MetricDatum[] = []
  return {
    sent,
    async put(namespace, data) {
      assert.equal(namespace, 'klue')
      const failure = fail()
      if (failure !== undefined) throw failure
      sent.push(...data)
    },
  }
}

const stage = { service: 'things', stage: 'live' }

test('a closed minute is published once, with a service-wide and the asked-for operations', async () => {
  let now = noon + 10_000
  const database = await freshStore(() => now)
  const sold: LogLine = { id: 'm1', timestamp: noon, message: marked({ kind: 'metric', time: new Date(noon).toISOString(), name: 'sold', value: 3, unit: 'Count' }) }
  await ingest({ database, rules: defaultKeepRules }, [request(1), request(2, { status: 500, level: 'error', duration_ms: 900 }), request(3, { status: 404, operation: 'other' }), sold])
  const sink = sinkOf()
  const options = { database, sink, ...stage, operations: ['getThing', 'none'], names: ['sold', 'absent'] }
  assert.deepEqual(await publishMetrics(options), [])
  now += 5 * minute
  await compact(database)
  const [first, second] = await Promise.all([publishMetrics(options), publishMetrics(options)])
  assert.deepEqual([...first, ...second], [noon])
  assert.deepEqual(await publishMetrics(options), [])
  const shown = sink.sent.map(({ name, dimensions, value }) => `${dimensions['Operation'] ?? ''} ${name} ${value ?? ''}`)
  assert.deepEqual(shown, [' Requests 3', ' Errors 1', ' ClientErrors 1', ' BytesIn 0', ' BytesOut 0', ' Duration ', 'getThing Requests 2', 'getThing Errors 1', 'getThing ClientErrors 0', 'getThing BytesIn 0', 'getThing BytesOut 0', 'getThing Duration ', ' sold '])
  const duration = sink.sent.find(({ name }) => name === 'Duration')!
  assert.equal(duration.values!.reduce((sum, [, count]) => sum + count, 0), 3)
  for (const [value] of duration.values!) assert.ok(Math.abs(value - 10) < 1 || Math.abs(value - 900) < 45)
  assert.deepEqual(sink.sent.at(-1)!.statistics, { sum: 3, count: 1, min: 3, max: 3 })
})

test('a stop between claim and sending leaves at most that minute out; nothing is sent twice', async () => {
  let now = noon
  const database = await freshStore(() => now)
  await ingest({ database, rules: defaultKeepRules }, [0, 1, 2].map((index) => request(index, {}, noon + index * minute)))
  now += 10 * minute
  await compact(database)
  // The second claim is the second write: the process dies before the second minute is claimed, then one dies after.
  const sink = sinkOf()
  await unlessKilled(publishMetrics({ database: dyingAfter(database, 1), sink, ...stage }))
  await unlessKilled(publishMetrics({ database, sink: { put: async () => Promise.reject(new Error('killed')) }, ...stage }))
  await publishMetrics({ database, sink, ...stage })
  assert.deepEqual(sink.sent.filter(({ name }) => name === 'Requests').map(({ time }) => time), [noon, noon + 2 * minute])
})

test('what CloudWatch refuses is sent by the next run', async () => {
  let now = noon
  const database = await freshStore(() => now)
  await ingest({ database, rules: defaultKeepRules }, [request(1)])
  now += 5 * minute
  await compact(database)
  await assert.rejects(publishMetrics({ database, sink: sinkOf(() => new MetricsRefused('no')), ...stage }), MetricsRefused)
  assert.deepEqual(await publishMetrics({ database, sink: sinkOf(), ...stage }), [noon])
})

test('the adapter of CloudWatch tells a refusal from a silence', async () => {
  let answer = { status: 200, body: '{}' }
  const bodies: string[] = []
  const server = createServer((message, response) => {
    void readAll(message).then((body) => {
      bodies.push(body)
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(answer.body)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const before = { id: process.env['AWS_ACCESS_KEY_ID'], secret: process.env['AWS_SECRET_ACCESS_KEY'] }
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' })
  const cloudwatch = openCloudWatch({ region: 'eu-west-1', endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, functions: ['main'] })
  try {
    const data: MetricDatum[] = [{ name: 'Duration', unit: 'Milliseconds', time: noon, dimensions: { Service: 'things' }, values: Array.from({ length: 160 }, (_, index) => [index + 1, 1] as const) }]
    await cloudwatch.put('klue', data).catch(() => undefined)
    assert.ok(bodies.length === 1 && bodies[0]!.includes('Duration'))
    answer = { status: 400, body: '{"__type":"InvalidParameterValueException","message":"no"}' }
    await assert.rejects(cloudwatch.put('klue', data), MetricsRefused)
    answer = { status: 500, body: '{"__type":"InternalServiceFault"}' }
    await assert.rejects(cloudwatch.put('klue', data), (failure) => !(failure instanceof MetricsRefused))
    assert.equal(await cloudwatch.value('table_throttles', { from: noon, to: noon + minute }), undefined)
  } finally {
    cloudwatch.close()
    server.close()
    server.closeAllConnections()
    for (const [name, value] of [['AWS_ACCESS_KEY_ID', before.id], ['AWS_SECRET_ACCESS_KEY', before.secret]] as const) if (value === undefined) delete process.env[name]; else process.env[name] = value
  }
})

test('under load a budget keeps a share of the unremarkable records, and every count', async () => {
  let now = noon
  const database = await freshStore(() => now)
  const rules = { ...defaultKeepRules, monthlyUsd: 0.05 }
  const many = (from: number, at: number): LogLine[] => Array.from({ length: 60 }, (_, index) => request(from + index, { data: 'x'.repeat(4000), ...(index % 20 === 0 ? { status: 500, level: 'error' } : index % 20 === 1 ? { slow_ms: 1 } : {}) }, at + index))
  await ingest({ database, rules }, many(0, now))
  now += 60_000
  const lines = many(100, now)
  await ingest({ database, rules }, lines.slice(0, 40))
  await ingest({ database, rules }, lines)
  const rows = []
  for (let shard = 0; shard < shards; shard++) for await (const row of requestRows(database, { from: now, to: now + 60_000, shard, withRecords: true })) rows.push(row)
  assert.equal(rows.length, 60)
  const remarkable = rows.filter(({ status, record }) => status === 500 || record?.includes('slow_ms'))
  assert.equal(remarkable.length, 6)
  assert.ok(remarkable.every(({ record }) => record !== undefined))
  const kept = rows.filter(({ status, record }) => status === 200 && record !== undefined && !record.includes('slow_ms'))
  assert.ok(kept.length < 54)
  for (const { record, requestId } of kept) assert.ok(isSampled(requestId, (JSON.parse(record!) as { rate: number }).rate))
  assert.equal((await readStats(database, { from: noon, to: now + 60_000 })).get('getThing')!.requests, 120)
})

test('the share follows the price of what is stored', () => {
  const volume = { requests: 1000, keptBytes: 0, volatileBytes: 1000 * 2048 }
  assert.equal(rateFor(volume, 1000, 7), 1)
  const rate = rateFor(volume, 50, 7)
  assert.ok(rate > 0.1 && rate < 0.6, String(rate))
  assert.equal(rateFor(volume, 1, 7), 0.01)
  const share = Array.from({ length: 4000 }, (_, index) => isSampled(`request-${index}`, 0.25)).filter(Boolean).length / 4000
  assert.ok(Math.abs(share - 0.25) < 0.05, String(share))
})

async function readAll(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of message) parts.push(part as Buffer)
  const raw = Buffer.concat(parts)
  return message.headers['content-encoding'] === 'gzip' ? process.getBuiltinModule('node:zlib').gunzipSync(raw).toString('latin1') : raw.toString('latin1')
}
