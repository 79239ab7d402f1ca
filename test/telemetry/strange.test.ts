// Whatever a line holds, it is read or refused, and stored without harm to its neighbours.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compact, defaultKeepRules, ingest, type LogLine, readStats, summaryOf, totalOf } from '../../src/telemetry/index.ts'
import { readLine } from '../../src/telemetry/read-line.ts'
import { marked } from './marked.ts'
import { noon, stores } from './store-fixture.ts'

const freshStore = stores()
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('', '-', 'x'.repeat(3000), '__proto__', 'constructor', '1e400', new Date(noon - 5000).toISOString(), '+275760-09-13T00:00:00.000Z', '-000001-01-01T00:00:00Z', String(noon), '503'))
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(1e308, -1e308, 1e-300, 5e-324, 8.64e15, 200, 503))
const value = fc.oneof(text, number, fc.constant(null), fc.boolean(), fc.array(fc.dictionary(fc.constantFrom('api', 'operation', 'ms', 'status'), fc.oneof(text, number), { maxKeys: 4 }), { maxLength: 3 }))
const fields = ['level', 'trace', 'messages', 'stack', 'running', 'dimensions', 'truncated', 'cold_start', 'user', 'path', 'time', 'started', 'operation', 'status', 'duration_ms', 'in_bytes', 'out_bytes', 'request_id', 'gateway_id', 'gateway_time', 'calls', 'more_calls', 'keep', 'volatile', 'slow_ms', 'name', 'value', 'unit', 'latency_ms', 'length', 'integration_status', 'integration_error', 'gateway_error', 'title']
const strange = fc.tuple(fc.constantFrom('request', 'metric', 'access', 'watchdog', 'report', 'log', 'other'), fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 12 }), fc.boolean())
const good: LogLine = { id: 'good', timestamp: noon, message: marked({ kind: 'request', level: 'info', time: new Date(noon).toISOString(), started: new Date(noon).toISOString(), operation: 'fine', status: 200, duration_ms: 1, request_id: 'fine' }) }

function toLine([kind, record, isWhole]: [string, object, boolean], index: number): LogLine {
  return { id: `line-${index}`, timestamp: noon, message: marked({ kind, ...(isWhole ? { status: 500, name: 'n', value: 1 } : {}), ...record }) }
}

test('no line throws', () => {
  fc.assert(fc.property(strange, (one) => void readLine(toLine(one, 0))), { numRuns: 3000 })
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (message) => void readLine({ id: 'a', timestamp: noon, message: `${marked({ kind: 'request' }).slice(0, -1)},"${message}` })), { numRuns: 500 })
})

test('a field of another type than its own is left out, and one that is not known stays', () => {
  const read = readLine({ id: 'a', timestamp: noon, message: marked({ kind: 'request', status: 200, path: 7, stack: ['x'], trace: [{ name: 'a', at: 1 }, null], calls: 'none', messages: [1], slow_ms: 'long', volatile: 'no', operation: 'fine', newer: { a: 1 } }) })
  assert.ok(read.kind === 'request')
  assert.deepEqual(read.record, { kind: 'request', status: 200, operation: 'fine', newer: { a: 1 } })
})

test('a line that is too long or too deep is lost alone', async () => {
  const database = await freshStore(() => noon)
  const deep = `${marked({ kind: 'request', status: 200 }).slice(0, -1)},"data":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
  const long = marked({ kind: 'request', status: 200, data: 'ü'.repeat(150_000) })
  const { requests, bad } = await ingest({ database, rules: defaultKeepRules }, [{ id: 'deep', timestamp: noon, message: deep }, good, { id: 'long', timestamp: noon, message: long }])
  assert.deepEqual([requests, bad.map(({ id }) => id)], [1, ['deep', 'long']])
})

test('strange lines are stored or refused, and their neighbour is stored', async () => {
  let now = noon
  const database = await freshStore(() => now)
  await fc.assert(fc.asyncProperty(fc.array(strange, { minLength: 1, maxLength: 20 }), async (some) => {
    await ingest({ database, rules: defaultKeepRules }, [...some.map(toLine), good])
  }), { numRuns: 25 })
  now += 10 * 60_000
  await compact(database)
  const stats = await readStats(database, { from: noon - 3_600_000, to: noon + 3_600_000 })
  assert.equal(stats.get('fine')!.requests, 1)
  assert.ok(summaryOf(totalOf(stats)).requests >= 1)
})
