// What Lambda and the gateway say of requests that left no line: fatal reports with the operation, and one count each.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Observation } from '../../src/store/index.ts'
import { defaultKeepRules, ingest, type LogLine, readStats, sweepEnded } from '../../src/telemetry/index.ts'
import { readPlatformLine } from '../../src/telemetry/platform-lines.ts'
import { marked } from './marked.ts'
import { noon, stores } from './store-fixture.ts'

const freshStore = stores()
const id = '8f2c7a10-1111-4222-8333-944455556666'
const span = { from: noon - 60_000, to: noon + 120_000 }

let lines = 0
function line(message: string | object, timestamp: number = noon): LogLine {
  return { id: `line-${(lines += 1)}`, timestamp, message: typeof message === 'string' ? message : marked(message), group: '/aws/lambda/things-live-main', stream: 's' }
}

const report = (rest = ''): string => `REPORT RequestId: ${id}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: ${rest === 'full' ? '128 MB' : '70 MB'}\t${rest === 'full' ? '' : rest}`
const watchdog = { kind: 'watchdog', level: 'warn', time: new Date(noon - 300).toISOString(), message: 'getThing has run for 2700 of 3000 ms', operation: 'getThing', request_id: id, function: 'things-live-main', started: new Date(noon - 3000).toISOString(), gateway_id: 'g1', gateway_time: new Date(noon - 3010).toISOString() }

test('reads what Lambda and the emulator print', () => {
  const read = (message: string, current?: string): unknown => readPlatformLine(message, current)
  assert.deepEqual(read(`START RequestId: ${id} Version: 3`), { kind: 'start', requestId: id })
  assert.deepEqual(read(`2026-03-01T12:00:00.123Z ${id} Task timed out after 3.00 seconds`), { kind: 'failure', failure: 'timeout', requestId: id, text: 'Task timed out after 3.00 seconds' })
  assert.deepEqual(read('Task timed out after 3.00 seconds', id), { kind: 'failure', failure: 'timeout', requestId: id, text: 'Task timed out after 3.00 seconds' })
  assert.deepEqual(read(`RequestId: ${id} Error: Runtime exited with error: exit status 1\nRuntime.ExitError`), { kind: 'failure', failure: 'exit', requestId: id, text: 'Runtime exited with error: exit status 1' })
  assert.deepEqual(read(`RequestId: ${id} Error: Runtime exited with error: signal: killed\nRuntime.ExitError`), { kind: 'failure', failure: 'memory', requestId: id, text: 'Runtime exited with error: signal: killed' })
  assert.deepEqual(read('Worker process died', id), { kind: 'failure', failure: 'exit', requestId: id, text: 'Worker process died' })
  assert.deepEqual(read(report('Status: timeout')), { kind: 'end', requestId: id, durationMs: 3000, isMemoryFull: false, failure: 'timeout' })
  assert.deepEqual(read(report('full')), { kind: 'end', requestId: id, durationMs: 3000, isMemoryFull: true })
  assert.deepEqual(read('INIT_REPORT Init Duration: 10008.23 ms\tPhase: init\tStatus: timeout'), { kind: 'failed start', text: 'The function did not start: timeout after 10008 ms' })
  assert.deepEqual(read('INIT_REPORT Init Duration: 63.12 ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError'), { kind: 'failed start', text: 'The function did not start: error Runtime.ExitError after 63 ms' })
  for (const other of ['INIT_REPORT Init Duration: 63.12 ms\tPhase: init', `END RequestId: ${id}`, 'Worker process died', 'hello', '{"a":"Task timed out after 3.00 seconds"}', '']) assert.equal(read(other), undefined, other)
})

test('a time-out names the operation, in whatever order its lines come', async () => {
  const [dog, out, end] = [line(watchdog, noon - 300), line(`${new Date(noon).toISOString()} ${id} Task timed out after 3.00 seconds`), line(report())]
  for (const batches of [[[dog, out, end]], [[dog], [out], [end]], [[out], [dog], [end]], [[end], [out], [dog]], [[out, end], [dog]], [[dog], [out], [out], [dog, end]]]) {
    const database = await freshStore(() => noon + 1000)
    const seen: Observation[] = []
    for (const batch of batches) await ingest({ database, rules: defaultKeepRules, observe: async (some) => void seen.push(...some) }, batch)
    assert.ok(seen.length > 0)
    const [first] = seen
    assert.ok(first !== undefined && 'failure' in first && first.failure.kind === 'timeout' && first.failure.requestId === id && first.failure.function === 'things-live-main')
    for (const one of seen) assert.deepEqual(one, first)
    const stats = await readStats(database, span)
    assert.deepEqual([...stats.keys()], ['getThing'])
    assert.deepEqual([stats.get('getThing')!.requests, stats.get('getThing')!.statuses], [1, { 504: 1 }])
  }
})

test('an end that nothing else follows is told by the sweep, once', async () => {
  let now = noon
  const database = await freshStore(() => now)
  const seen: Observation[] = []
  const options = { database, rules: defaultKeepRules, observe: async (some: Observation[]) => void seen.push(...some) }
  await ingest(options, [line(`RequestId: ${id} Error: Runtime exited with error: exit status 7\nRuntime.ExitError`)])
  await sweepEnded(options)
  assert.equal(seen.length, 0)
  now += 61_000
  await sweepEnded(options)
  await sweepEnded(options)
  assert.equal(seen.length, 1)
  assert.deepEqual(seen[0], { failure: { kind: 'exit', text: 'Runtime exited with error: exit status 7', time: new Date(noon).toISOString(), function: 'things-live-main', requestId: id } })
})

test('what could not be told is told by the sweep', async () => {
  let now = noon
  const database = await freshStore(() => now)
  await assert.rejects(ingest({ database, rules: defaultKeepRules, observe: async () => Promise.reject(new Error('down')) }, [line(watchdog), line(`x ${id} Task timed out after 3.00 seconds`)]), /down/)
  now += 61_000
  const seen: Observation[] = []
  await sweepEnded({ database, rules: defaultKeepRules, observe: async (some) => void seen.push(...some) })
  assert.equal(seen.length, 1)
})

test('an exit with all memory in use is for lack of memory; a failed start has no request', async () => {
  const database = await freshStore(() => noon)
  const seen: Observation[] = []
  await ingest({ database, rules: defaultKeepRules, observe: async (some) => void seen.push(...some) }, [line(`RequestId: ${id} Error: Runtime exited with error: exit status 129\nRuntime.ExitError`), line(report('full')), line('INIT_REPORT Init Duration: 10.5 ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError')])
  assert.deepEqual(seen.map((one) => 'failure' in one && [one.failure.kind, one.failure.requestId]), [['start', ''], ['memory', id]])
})

test('an emulator that names no request: the one that its stream began', async () => {
  const database = await freshStore(() => noon)
  const seen: Observation[] = []
  await ingest({ database, rules: defaultKeepRules, observe: async (some) => void seen.push(...some) }, [line(`START RequestId: ${id} Version: $LATEST`), line({ kind: 'log', level: 'info', message: 'x', request_id: id, operation: 'dieNow' }), line('Worker process died'), line(`END RequestId: ${id}`), line(report())])
  const [one] = seen
  assert.ok(one !== undefined && 'failure' in one)
  assert.deepEqual([one.failure.kind, one.failure.record?.['operation']], ['exit', 'dieNow'])
})

test('the gateway counts what no function answered, and nothing twice', async () => {
  const database = await freshStore(() => noon)
  const access = (fields: object): LogLine => line({ kind: 'access', request_id: 'g9', time: String(noon - 5000), ip: '192.0.2.7', method: 'GET', path: '/things', route: '$default', status: '200', latency_ms: '12', length: '30', gateway_error: '-', integration_status: '200', integration_error: '-', ...fields })
  const throttled = access({ request_id: 'g8', status: '429', integration_status: '-' })
  const failed = access({ status: '503', integration_status: '-', integration_error: 'The function took too long' })
  const own = line({ kind: 'request', level: 'info', time: new Date(noon).toISOString(), started: new Date(noon - 4990).toISOString(), operation: 'getThing', status: 200, duration_ms: 4990, request_id: id, gateway_id: 'g9', gateway_time: new Date(noon - 5000).toISOString() })
  await ingest({ database, rules: defaultKeepRules }, [throttled, failed, access({ request_id: 'g7' })])
  const before = await readStats(database, span)
  assert.deepEqual(before.get('')!.statuses, { 429: 1, 503: 1 })
  // The function went on after the gateway had given up: its own line is the one that counts.
  await ingest({ database, rules: defaultKeepRules }, [own])
  await ingest({ database, rules: defaultKeepRules }, [failed, throttled])
  const after = await readStats(database, span)
  assert.deepEqual([after.get('')!.statuses, after.get('getThing')!.statuses], [{ 429: 1 }, { 200: 1 }])
})

test('what is muted, and what went well, is told to nobody', async () => {
  const database = await freshStore(() => noon)
  const request = (fields: object): LogLine => line({ kind: 'request', level: 'info', time: new Date(noon).toISOString(), started: new Date(noon - 10).toISOString(), operation: 'getThing', status: 200, duration_ms: 10, request_id: `r${lines}`, ...fields })
  const seen: Observation[] = []
  await ingest({ database, rules: defaultKeepRules, observe: async (some) => void seen.push(...some) }, [request({}), request({ status: 500, muted: true }), request({ status: 500, error: 'A' }), request({ slow_ms: 5 }), line({ kind: 'report', title: 'B', operation: 'getThing' }), line({ kind: 'report', title: 'C', muted: true })])
  assert.deepEqual(seen.map((one) => 'record' in one && [one.record['status'] ?? one.record['title']]), [[500], [200], ['B']])
})
