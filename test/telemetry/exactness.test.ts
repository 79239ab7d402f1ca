// Whatever happens on the way, requests are stored once and counted once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Database } from '../../src/persist/index.ts'
import { type Observation, requestRows, shards } from '../../src/store/index.ts'
import { badLines, compact, defaultKeepRules, ingest, type LogLine, readStats } from '../../src/telemetry/index.ts'
import { printCounts } from '../../src/telemetry/counts.ts'
import { dyingAfter, unlessKilled } from '../persist/dying-database.ts'
import { marked } from './marked.ts'
import { hour, noon, stores } from './store-fixture.ts'

const freshStore = stores()

interface Call {
  operation: string
  status: number
  duration: number
  /** Milliseconds before noon. */
  ago: number
}

const callOf = fc.record({ operation: fc.constantFrom('getThing', 'putThing', ''), status: fc.constantFrom(200, 201, 404, 500, 543), duration: fc.integer({ min: 0, max: 30_000 }), ago: fc.integer({ min: 0, max: 3 * hour }) })

function toLine(call: Call, index: number): LogLine {
  const started = noon - call.ago
  const record = { kind: 'request', level: call.status >= 500 ? 'error' : 'info', time: new Date(started + call.duration).toISOString(), started: new Date(started).toISOString(), operation: call.operation, status: call.status, duration_ms: call.duration, request_id: `request-${index}`, calls: [{ api: 'backend', operation: 'ask', ms: 3, status: 200 }], more_calls: { 'backend.ask': [2, 1, 40], broken: 'x' } }
  return { id: `line-${index}`, timestamp: started, message: marked(record) }
}

// The same with a gateway in front; lost: the function was ended, and only others tell of it.
function linesOf(call: Call, index: number): LogLine[] {
  const own = toLine(call, index)
  if (index % 3 === 0) return [own]
  const invocation = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
  const identity = { request_id: invocation, gateway_id: `gateway-${index}`, gateway_time: new Date(own.timestamp - 7).toISOString() }
  const record = { ...(JSON.parse(own.message) as object), ...identity }
  const line = (part: number, message: string): LogLine => ({ id: `line-${index}-${part}`, timestamp: own.timestamp + part, message, group: '/aws/lambda/things', stream: `s${index}` })
  const access = line(1, marked({ kind: 'access', request_id: identity.gateway_id, time: String(own.timestamp - 7), method: 'GET', path: '/x', status: '502', latency_ms: '12', length: '30', gateway_error: '-', integration_status: '502', integration_error: 'it failed' }))
  if (index % 3 === 1) return [line(0, JSON.stringify(record)), access, line(2, marked({ kind: 'metric', time: record, name: 'sold', value: index, unit: 'Count', operation: call.operation }))]
  return [
    access,
    line(3, marked({ kind: 'watchdog', operation: call.operation || 'getThing', started: new Date(own.timestamp).toISOString(), ...identity })),
    line(4, `2026-03-01T12:00:00.000Z ${invocation} Task timed out after 3.00 seconds`),
    line(5, `REPORT RequestId: ${invocation}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 70 MB`),
  ]
}

const wide = { from: noon - 4 * hour, to: noon + hour }

async function storedRows(database: Database): Promise<string[]> {
  const rows: string[] = []
  for (let from = wide.from; from < wide.to; from += hour) {
    for (let shard = 0; shard < shards; shard++) for await (const row of requestRows(database, { from, to: from + hour, shard, withRecords: true })) rows.push(JSON.stringify(row))
  }
  return rows
}

test('any grouping, order, repetition and stop gives the logs, counts and reports of one clean delivery', async () => {
  const delivery = fc.record({
    calls: fc.array(callOf, { minLength: 1, maxLength: 12 }),
    // Each delivery: which lines, and after how many writes it is killed (if at all).
    deliveries: fc.array(fc.record({ picks: fc.array(fc.nat(), { minLength: 1, maxLength: 15 }), dies: fc.option(fc.nat({ max: 6 })), compacts: fc.option(fc.nat({ max: 9 })) }), { maxLength: 5 }),
  })
  await fc.assert(fc.asyncProperty(delivery, async ({ calls, deliveries }) => {
    let now = noon
    const [clean, store] = [await freshStore(() => now), await freshStore(() => now)]
    const lines = calls.flatMap(linesOf)
    const expectedReports = new Map<string, string>()
    const reports = new Map<string, Set<string>>()
    await ingest({ database: clean, rules: defaultKeepRules, observe: async (seen) => seen.forEach((one) => expectedReports.set(keyOf(one), JSON.stringify(one))) }, lines)
    const observe = async (seen: Observation[]): Promise<void> => seen.forEach((one) => reports.set(keyOf(one), (reports.get(keyOf(one)) ?? new Set()).add(JSON.stringify(one))))
    for (const { picks, dies, compacts } of deliveries) {
      const batch = picks.map((pick) => lines[pick % lines.length]!)
      await unlessKilled(ingest({ database: dies === null ? store : dyingAfter(store, dies), rules: defaultKeepRules, observe }, batch))
      now += 60_000
      if (compacts !== null) await unlessKilled(compact(dyingAfter(store, compacts)))
    }
    // At least once: in the end everything is delivered.
    await ingest({ database: store, rules: defaultKeepRules, observe }, lines.toReversed())
    const expected = printCounts(await readStats(clean, wide))
    assert.equal(printCounts(await readStats(store, wide)), expected)
    now += 10 * 60_000
    await compact(store)
    assert.equal(printCounts(await readStats(store, wide)), expected)
    await compact(clean)
    assert.equal(printCounts(await readStats(clean, wide)), expected)
    // One report a failure, which says the same however often it is made.
    assert.deepEqual([...reports.keys()].sort(), [...expectedReports.keys()].sort())
    for (const texts of reports.values()) assert.equal(texts.size, 1)
    assert.deepEqual((await storedRows(store)).map(withoutRecord).sort(), (await storedRows(clean)).map(withoutRecord).sort())
  }), { numRuns: 10, endOnFailure: true })
})

function keyOf(observation: Observation): string {
  return 'failure' in observation ? `ended ${observation.failure.requestId}` : String(observation.record['request_id'])
}

// What an ended request left may be told from more or fewer of its lines; what counts is the same.
function withoutRecord(row: string): string {
  const { record, ...rest } = JSON.parse(row) as { record?: string; level: string }
  return JSON.stringify({ ...rest, recorded: record !== undefined })
}

test('a bad line loses only itself, and is counted', async () => {
  const database = await freshStore()
  const good = toLine({ operation: 'getThing', status: 200, duration: 5, ago: 1000 }, 1)
  const lines: LogLine[] = [
    { id: 'cut', timestamp: noon, message: good.message.slice(0, 60) },
    good,
    { id: 'status', timestamp: noon, message: good.message.replace('"status":200', '"status":"fine"') },
    { id: 'old', timestamp: noon - 72 * hour, message: toLine({ operation: 'getThing', status: 200, duration: 5, ago: 72 * hour }, 2).message },
    { id: 'own', timestamp: noon, message: '{"hello":"world"}' },
    { id: 'text', timestamp: noon, message: 'START RequestId: 1 Version: 2' },
  ]
  const { requests, others, bad } = await ingest({ database, rules: defaultKeepRules }, lines)
  assert.deepEqual([requests, others], [1, 2])
  assert.deepEqual(bad, [{ id: 'cut', reason: 'it is no complete JSON' }, { id: 'status', reason: 'its status is none' }, { id: 'old', reason: 'it is older than 47 hours' }])
  await ingest({ database, rules: defaultKeepRules }, lines)
  const stats = await readStats(database, wide)
  assert.equal(stats.get('getThing')?.requests, 1)
  assert.deepEqual(stats.get('getThing')?.calls, { 'backend.ask': { requests: 3, errors: 1, duration: 43 } })
  assert.deepEqual(stats.get('')?.metrics, { [badLines]: { unit: 'Count', count: 2, sum: 2, min: 1, max: 1 } })
  assert.equal(stats.get('')?.requests, 0)
})
