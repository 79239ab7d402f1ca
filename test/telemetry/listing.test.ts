// Stored requests are listed newest first; failed messages are taken in again; counts are summed up for people.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { defaultKeepRules, type FailedMessage, ingest, linesOfEvent, listRequests, type LogLine, readStats, recordOf, redrive, type RequestFilter, summaryOf } from '../../src/telemetry/index.ts'
import { noCounts } from '../../src/telemetry/counts.ts'
import { marked } from './marked.ts'
import { hour, noon, stores } from './store-fixture.ts'

const freshStore = stores()

function request(index: number, fields: object = {}): LogLine {
  const started = noon - index * 17 * 60_000
  return { id: `l${index}`, timestamp: started, message: marked({ kind: 'request', level: 'info', time: new Date(started + 10).toISOString(), started: new Date(started).toISOString(), operation: 'getThing', status: 200, duration_ms: 10, request_id: `r${index}`, ...fields }) }
}

function eventOf(lines: LogLine[], messageType = 'DATA_MESSAGE'): { awslogs: { data: string } } {
  return { awslogs: { data: gzipSync(JSON.stringify({ messageType, logGroup: '/aws/lambda/things', logStream: 's', logEvents: lines })).toString('base64') } }
}

test('requests come newest first over hours and shards, filtered', async () => {
  const database = await freshStore()
  await ingest({ database, rules: defaultKeepRules }, Array.from({ length: 30 }, (_, index) => request(index, { ...(index % 5 === 0 ? { status: 503, level: 'error' } : {}), ...(index % 3 === 0 ? { operation: 'putThing' } : {}), ...(index === 7 ? { keep: 'count' } : {}) })))
  const ids = async (filter: RequestFilter, from = noon - 20 * hour): Promise<string[]> => {
    const found: string[] = []
    for await (const row of listRequests(database, { from, to: noon + 1 }, filter)) found.push(row.requestId)
    return found
  }
  assert.deepEqual(await ids({}), Array.from({ length: 30 }, (_, index) => `r${index}`))
  assert.deepEqual(await ids({ status: '5xx', operation: 'putThing' }), ['r0', 'r15'])
  assert.deepEqual(await ids({ status: '503', level: 'warn' }), ['r0', 'r5', 'r10', 'r15', 'r20', 'r25'])
  assert.deepEqual(await ids({ status: '404' }), [])
  assert.deepEqual(await ids({}, noon - 40 * 60_000), ['r0', 'r1', 'r2'])
  for await (const row of listRequests(database, { from: noon - 20 * hour, to: noon + 1 })) {
    const record = recordOf(row)
    assert.deepEqual([record['request_id'], record['status'], record['keep']], [row.requestId, row.status, row.requestId === 'r7' ? 'count' : undefined])
    break
  }
})

test('messages of the queue of failures are taken in once; what holds no lines stays', async () => {
  const database = await freshStore()
  const queue = new Map<string, string>([['1', JSON.stringify(eventOf([request(1), request(2)]))], ['2', JSON.stringify({ requestPayload: eventOf([request(2), request(3)]), responsePayload: { errorMessage: 'down' } })], ['3', 'nonsense'], ['4', JSON.stringify(eventOf([], 'CONTROL_MESSAGE'))]])
  // Every message comes twice, as from a queue that has lost track.
  const receive = async (): Promise<FailedMessage[]> => [...queue].slice(0, 3).map(([id, body]) => ({ id, body, remove: async () => void queue.delete(id) }))
  const done = await redrive({ database, rules: defaultKeepRules }, { receive })
  assert.deepEqual([done.messages, done.requests, done.failed.map(({ id }) => id), [...queue.keys()]], [3, 4, ['3'], ['3']])
  assert.equal((await readStats(database, { from: noon - hour, to: noon + 1 })).get('getThing')!.requests, 3)
  assert.deepEqual(linesOfEvent(eventOf([request(1)])).map(({ id, group, stream }) => ({ id, group, stream })), [{ id: 'l1', group: '/aws/lambda/things', stream: 's' }])
})

test('percentiles of any span stand in the summary', async () => {
  const database = await freshStore()
  await ingest({ database, rules: defaultKeepRules }, Array.from({ length: 1000 }, (_, index) => ({ ...request(0, { request_id: `p${index}`, duration_ms: index + 1 }), id: `p${index}` })))
  const summary = summaryOf((await readStats(database, { from: noon, to: noon + 60_000 })).get('getThing')!)
  for (const [ms, expected] of [[summary.p50_ms, 500], [summary.p95_ms, 950], [summary.p99_ms, 990], [summary.p999_ms, 999], [summary.average_ms, 500.5]] as const) assert.ok(Math.abs(ms! - expected) <= expected * 0.05, `${ms} for ${expected}`)
  assert.deepEqual([summary.requests, summary.errors, summary.error_percent, summary.statuses], [1000, 0, 0, { 200: 1000 }])
  assert.equal(summaryOf(noCounts()).p50_ms, undefined)
})
