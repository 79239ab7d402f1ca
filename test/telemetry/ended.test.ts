// What Lambda and the gateway say of requests that left no line: fatal reports with the operation, and one count each.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Observation } from '../../src/store/index.ts'
import { defaultKeepRules, ingest, type LogLine, readStats, sweepEnded } from '../../src/telemetry/index.ts'
import { refusedPattern } from '../../src/infra/klue-api.ts'
import { readPlatformLine } from '../../src/telemetry/platform-lines.ts'
import { readLine } from '../../src/telemetry/read-line.ts'
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

const other = '8f2c7a10-1111-4222-8333-944455556667'
const stamp = new Date(noon).toISOString()
const frames = ['    at getThing (/var/task/index.mjs:1:200)', '    at process.processTimers (node:internal/timers:1:2)']
const printed = (error: object): string => JSON.stringify(error)
const uncaught = (error: object, what = 'Uncaught Exception', requestId = id): string => `${stamp}\t${requestId}\tERROR\t${what} \t${printed(error)}`
const typeError = { errorType: 'TypeError', errorMessage: 'x is undefined', stack: ['TypeError: x is undefined', ...frames] }

test('reads what the runtime prints of an error that nobody caught', () => {
  const error = { type: 'TypeError', text: 'x is undefined', stack: ['TypeError: x is undefined', ...frames].join('\n') }
  assert.deepEqual(readPlatformLine(uncaught(typeError), undefined), { kind: 'error', how: 'ended', requestId: id, error })
  assert.deepEqual(readPlatformLine(`${uncaught(typeError)}\n`, undefined), { kind: 'error', how: 'ended', requestId: id, error })
  assert.deepEqual(readPlatformLine(uncaught(typeError, 'Invoke Error'), undefined), { kind: 'error', how: 'failed', requestId: id, error })
  const rejection = { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'TypeError: x is undefined', reason: typeError, promise: {}, stack: ['Runtime.UnhandledPromiseRejection: TypeError: x is undefined', '    at process.<anonymous> (file:///var/runtime/index.mjs:1:1)'] }
  assert.deepEqual(readPlatformLine(uncaught(rejection, 'Unhandled Promise Rejection'), undefined), { kind: 'error', how: 'ended', requestId: id, error })
  assert.deepEqual(readPlatformLine(uncaught({ ...rejection, reason: 'no more' }, 'Unhandled Promise Rejection'), undefined), { kind: 'error', how: 'ended', requestId: id, error: { type: rejection.errorType, text: rejection.errorMessage, stack: rejection.stack.join('\n') } })
  assert.deepEqual(readPlatformLine(uncaught({ errorType: 'Runtime.ImportModuleError', errorMessage: "Error: Cannot find package 'left-pad'", stack: [] }, 'Uncaught Exception', 'undefined'), undefined), { kind: 'failed start', text: "The function did not start: Runtime.ImportModuleError: Error: Cannot find package 'left-pad'", error: { type: 'Runtime.ImportModuleError', text: "Error: Cannot find package 'left-pad'", stack: '' } })
  const cause = readPlatformLine(uncaught({ ...typeError, cause: { errorType: 'Error', errorMessage: 'down', stack: ['Error: down', '    at connect (/var/task/index.mjs:2:2)'] } }), undefined)
  assert.ok(cause?.kind === 'error' && cause.error.stack.endsWith('Caused by: Error: down\n    at connect (/var/task/index.mjs:2:2)'))
  // CloudWatch cuts long lines.
  assert.deepEqual(readPlatformLine(uncaught(typeError).slice(0, 160), undefined), { kind: 'error', how: 'ended', requestId: id, error: { type: 'TypeError', text: 'x is undefined', stack: '' } })
  for (const strange of [`${stamp}\t${id}\tERROR\tUncaught Exception \t{`, `${stamp}\t${id}\tERROR\tInvoke Error \t{"errorType":7}`, `${stamp}\t${id}\tERROR\tInvoke Error \t{"errorType":"E","stack":[1,{}],"cause":[]}`]) assert.equal(readPlatformLine(strange, undefined)?.kind, 'error', strange)
  for (const none of [`${stamp}\t${id}\tINFO\tUncaught Exception \t{}`, `${stamp}\t${id}\tERROR\tsaid Uncaught Exception \t{}`, 'Uncaught Exception \t{}']) assert.equal(readPlatformLine(none, undefined), undefined, none)
})

test('reads the same of a log that is set to JSON', () => {
  const line = (fields: object): string => printed({ timestamp: stamp, level: 'ERROR', requestId: id, ...fields })
  const error = { type: 'TypeError', text: 'x is undefined', stack: typeError.stack.join('\n') }
  const { stack: stackTrace, ...rest } = typeError
  assert.deepEqual(readPlatformLine(line({ message: { ...rest, stackTrace } }), undefined), { kind: 'error', how: 'unknown', requestId: id, error })
  assert.deepEqual(readPlatformLine(line({ message: { errorType: 'UnhandledPromiseRejection', errorMessage: 'x', stackTrace: [], reason: { ...rest, stackTrace } } }), undefined), { kind: 'error', how: 'ended', requestId: id, error })
  assert.equal(readPlatformLine(line({ requestId: undefined, message: { ...rest, stackTrace } }), undefined)?.kind, 'failed start')
  assert.equal(readPlatformLine(line({ message: 'text' }), undefined), undefined)
  const platform = (type: string, record: object): string => printed({ time: stamp, type: `platform.${type}`, record })
  assert.deepEqual(readPlatformLine(platform('start', { requestId: id }), undefined), { kind: 'start', requestId: id })
  assert.deepEqual(readPlatformLine(platform('report', { requestId: id, status: 'error', errorType: 'Runtime.ExitError', metrics: { durationMs: 5, memorySizeMB: 128, maxMemoryUsedMB: 70 } }), undefined), { kind: 'end', requestId: id, durationMs: 5, isMemoryFull: false, failure: 'exit' })
  assert.deepEqual(readPlatformLine(platform('initReport', { status: 'error', errorType: 'Runtime.ExitError' }), undefined), { kind: 'failed start', text: 'The function did not start: error Runtime.ExitError' })
  for (const none of [platform('report', {}), platform('other', { requestId: id }), '{"time":"x","type":"platform.', printed({ time: '', type: 'platform.report', record: null })]) assert.equal(readPlatformLine(none, undefined), undefined)
})

test('an error that ended the process is told once, with type, text and stack, in whatever order its lines come', async () => {
  const all = [line(watchdog), line(uncaught(typeError)), line(`RequestId: ${id} Error: Runtime exited with error: exit status 129\nRuntime.ExitError`), line(report('Status: error\tError Type: Runtime.ExitError'))]
  // Where the last line is delivered before the error, the end is told by what is known then.
  const errorLast = [...all].reverse().map((one) => [one])
  for (const batches of [[all], [[...all].reverse()], all.map((one) => [one]), errorLast, [all, all]]) {
    const database = await freshStore(() => noon + 1000)
    const seen: Observation[] = []
    for (const batch of batches) await ingest({ database, rules: defaultKeepRules, observe: async (some) => void seen.push(...some), mask: (text) => text.replace('undefined', '********') }, batch)
    const failures = new Set(seen.map((one) => JSON.stringify('failure' in one && [one.failure.requestId, one.failure.kind])))
    assert.deepEqual([...failures], [JSON.stringify([id, 'exit'])])
    const last = seen.at(-1)!
    assert.ok('failure' in last)
    if (batches !== errorLast) assert.deepEqual([last.failure.text, last.failure.stack?.split('\n')[0]], ['TypeError: x is ********', 'TypeError: x is ********'])
    assert.deepEqual((await readStats(database, span)).get('getThing')!.statuses, { 500: 1 })
  }
})

test('an invocation that failed, and a start that failed, are told with their errors', async () => {
  const database = await freshStore(() => noon)
  const seen: Observation[] = []
  const take = async (...some: string[]): Promise<void> => void (await ingest({ database, rules: defaultKeepRules, observe: async (more) => void seen.push(...more) }, some.map((one) => line(one))))
  await take(uncaught(typeError, 'Invoke Error', other), `REPORT RequestId: ${other}\tDuration: 3.00 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 70 MB`)
  await take(uncaught(typeError, 'Uncaught Exception', 'undefined'), 'INIT_REPORT Init Duration: 63.12 ms\tPhase: init\tStatus: error\tError Type: Runtime.Unknown')
  assert.deepEqual(seen.map((one) => 'failure' in one && [one.failure.kind, one.failure.text, one.failure.stack?.split('\n')[0]]), [
    ['invoke', 'TypeError: x is undefined', 'TypeError: x is undefined'],
    ['start', 'The function did not start: TypeError: x is undefined', 'TypeError: x is undefined'],
  ])
})

test('an answer of 500 that the gateway made is told where nobody else tells of the request, and then only', async () => {
  let now = noon
  const database = await freshStore(() => now)
  const seen: Observation[] = []
  const options = { database, rules: defaultKeepRules, observe: async (some: Observation[]) => void seen.push(...some) }
  const access = (gatewayId: string, fields: object = {}): LogLine => line({ kind: 'access', request_id: gatewayId, time: String(noon - 5000), ip: '192.0.2.7', method: 'GET', path: '/things', route: '$default', status: '503', latency_ms: '12', length: '30', gateway_error: '-', integration_status: '-', integration_error: 'no function', ...fields })
  const own = line({ kind: 'request', level: 'info', time: new Date(noon).toISOString(), started: new Date(noon - 4990).toISOString(), operation: 'getThing', status: 200, duration_ms: 4990, request_id: id, call_id: 'c', gateway_id: 'g2', gateway_time: new Date(noon - 5000).toISOString() })
  await ingest(options, [access('g1'), access('g2'), access('g3', { integration_id: other }), access('g4', { status: '429' }), access('g5', { status: '404', integration_status: '404' }), own])
  await ingest(options, [line(uncaught(typeError, 'Invoke Error', other)), line(`REPORT RequestId: ${other}\tDuration: 3.00 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 70 MB`)])
  assert.deepEqual(seen.map((one) => 'failure' in one && one.failure.kind), ['invoke'])
  now += 61_000
  await sweepEnded(options)
  await sweepEnded(options)
  assert.deepEqual(seen.slice(1).map((one) => 'failure' in one && [one.failure.kind, one.failure.text, one.failure.record?.['gateway_id']]), [['gateway', '503 INTEGRATION_FAILURE no function', 'g1']])
  // A repetition of the line is told under the same key.
  await ingest(options, [access('g1')])
  now += 61_000
  await sweepEnded(options)
  assert.ok(seen.length <= 3 && seen.slice(1).every((one) => 'failure' in one && one.failure.requestId === 'gateway#g1'))
})

test('the gateway hands over the lines that count, and no others', () => {
  const line = (fields: object): Record<string, string> => ({ klue: '1', kind: 'access', request_id: 'g', time: String(noon), ip: '192.0.2.7', m: 'GET', p: '/things', status: '200', ms: '12', n: '30', ge: '-', is: '200', ie: '-', ...fields })
  const lines = [line({}), line({ status: '404' }), line({ status: '500' }), line({ status: '429', is: '-', ge: 'THROTTLED' }), line({ status: '403', is: '-', ge: 'ACCESS_DENIED' }), line({ status: '503', is: '504' }), line({ status: '500', ie: 'it failed' }), line({ status: '504', is: '-' })]
  for (const one of lines) {
    const read = readLine({ id: 'a', timestamp: noon, message: JSON.stringify({ ...one, klue: 1 }) })
    // What counts is handed over; the rest may be, and counts nothing.
    if (read.kind === 'witness') assert.ok(isMatched(refusedPattern, one), JSON.stringify(one))
    if (one['status'] === '200' || one['status'] === '404') assert.ok(!isMatched(refusedPattern, one))
    if (read.kind === 'witness') assert.deepEqual([read.record['method'], read.record['path']], ['GET', '/things'])
  }
})

// What CloudWatch understands of such a pattern.
function isMatched(pattern: string, line: Readonly<Record<string, string>>): boolean {
  return [...pattern.matchAll(/\(\$\.(\w+) (!?=) "([^"]*)"\)/g)].some(([, name, sign, text]) => (text!.endsWith('*') ? line[name!]!.startsWith(text!.slice(0, -1)) : line[name!] === text) === (sign === '='))
}
