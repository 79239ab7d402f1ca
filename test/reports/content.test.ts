// Titles and bodies as those who know the original expect them; one cause, one fingerprint.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { plainReport, platformReport, toReport } from '../../src/reports/index.ts'
import { fingerprintOf, framesOf, normalizedText } from '../../src/reports/fingerprint.ts'
import { countSteps } from '../runtime/counted-matching.ts'
import { crash, crashLine, source } from './sample.ts'

function reportOf(changes: Record<string, unknown>): ReturnType<typeof toReport> {
  return toReport({ ...crashLine, ...changes }, source)
}

test('a crash', () => {
  assert.equal(crash.title, 'FATAL BACKEND ERROR builds 500 UNHANDLED_SERVER_ERROR: getBuild(): no build 7 <in> the "store" & none elsewhere')
  assert.equal(crash.text, 'getBuild(): no build 7 <in> the "store" & none elsewhere')
  assert.deepEqual([crash.key, crash.fatal, crash.severity, crash.operation, crash.time, crash.errorId], ['request#request-1', true, 1, 'getBuild', '2026-03-01T12:00:00.120Z', crashLine.error_id])
  const body = JSON.parse(crash.body) as Record<string, unknown>
  assert.deepEqual(body, {
    call_id: crashLine.call_id,
    call_path: 'builds',
    endpoint: { base_url: 'https://builds.example.com/build/7', id: 'builds GET /build/7', method: 'GET', path: '/build/7', url: 'https://builds.example.com/build/7?full=1&token=********' },
    error_id: crashLine.error_id,
    is_ec2_instance: 1,
    is_fatal_error: true,
    request: { params: '[]' },
    response: { error_code: 'UNHANDLED_SERVER_ERROR', error_description: crashLine.error_description, is_error: 1, status: '500', type: 'Response', user_message: '' },
    server: { api_name: 'builds', api_version: crashLine.version, fqdn: 'builds.example.com', port: '' },
    stack: crashLine.stack.split('\n'),
    time: { end: '2026-03-01T12:00:00.120+00:00', microsecs: 120000, start: '2026-03-01T12:00:00.000+00:00' },
    title: crash.text,
    trace: crashLine.stack.split('\n'),
    user: { id: 'ann', ip: '203.0.113.9', is_auth: 1, user_agent: 'curl/8.5.0' },
  })
  assert.equal(crash.body, JSON.stringify(body, null, 4))
  assert.deepEqual(Object.keys(body), Object.keys(body).sort())
})

test('a slow call, also one that was refused', () => {
  const slow = reportOf({ status: 200, slow_ms: 1000, error: undefined, error_id: undefined, error_description: undefined, stack: undefined })!
  assert.equal(slow.title, 'NON-FATAL BACKEND ERROR builds 200 : getBuild() calltime exceeded 1000 millisec!')
  const body = JSON.parse(slow.body) as { error_id: string; is_fatal_error: boolean; trace?: unknown; response: { is_error: number } }
  assert.deepEqual([slow.fatal, slow.severity, body.error_id, body.is_fatal_error, body.trace, body.response.is_error], [false, 2, '', false, undefined, 0])
  assert.equal(reportOf({ status: 404, slow_ms: 50, error: 'NOT_FOUND' })!.title, 'NON-FATAL BACKEND ERROR builds 404 NOT_FOUND: getBuild() calltime exceeded 50 millisec!')
  assert.equal(reportOf({ status: 404 }), undefined)
  assert.equal(reportOf({ muted: true }), undefined)
  // A crash that was slow is one report.
  assert.equal(reportOf({ slow_ms: 1000 })!.title, crash.title)
})

test('a report that the code asked for', () => {
  const line = { ...crashLine, kind: 'report', title: 'the queue is long', caught: 'Error: full', data: { length: 7, call_id: 'not this' }, fatal: false }
  const own = toReport(line, source)!
  assert.equal(own.title, 'NON-FATAL BACKEND ERROR builds getBuild(): the queue is long')
  const body = JSON.parse(own.body) as Record<string, unknown>
  assert.deepEqual(Object.keys(body), ['call_id', 'call_path', 'endpoint', 'error_caught', 'is_ec2_instance', 'is_fatal_error', 'length', 'server', 'stack', 'title', 'user'])
  assert.deepEqual([body['error_caught'], body['length'], body['call_id']], ['Error: full', 7, crashLine.call_id])
  assert.equal(toReport({ ...line, fatal: true, title: '' }, source)!.title, 'FATAL BACKEND ERROR builds getBuild()')
})

test('a function that was ended from outside', () => {
  const failure = { kind: 'timeout', text: 'Task timed out after 30.03 seconds', time: '2026-03-01T12:00:30.000Z', function: 'builds-live-builds', requestId: 'request-2', record: { kind: 'watchdog', operation: 'getBuild', call_id: 'call' } } as const
  const report = platformReport(failure, source)
  assert.equal(report.title, 'FATAL BACKEND ERROR builds 500 FUNCTION_TIMEOUT: getBuild(): Task timed out after 30.03 seconds')
  assert.deepEqual([report.key, report.fatal, report.severity, report.operation, report.requestId], ['platform#timeout#request-2', true, 1, 'getBuild', 'request-2'])
  const { record: _unknown, ...bare } = failure
  assert.equal(platformReport({ ...bare, kind: 'start', requestId: '', text: 'Runtime exited' }, source).title, 'FATAL BACKEND ERROR builds 500 START_FAILED: builds-live-builds(): Runtime exited')
})

test('a report without a line', () => {
  const alert = plainReport({ key: 'alert#1', fatal: false, severity: 0, operation: '', code: 'ALERT', text: 'error rate is 12 %', time: crash.time, cause: 'alert errors', data: { value: 12 } }, source)
  assert.deepEqual([alert.title, JSON.parse(alert.body)], ['NON-FATAL BACKEND ERROR builds error rate is 12 %', { is_fatal_error: false, title: 'error rate is 12 %', value: 12 }])
  const again = plainReport({ key: 'alert#2', fatal: false, severity: 0, operation: '', code: 'ALERT', text: 'error rate is 13 %', time: crash.time, cause: 'alert errors', data: {} }, source)
  assert.equal(alert.fingerprint, again.fingerprint)
})

test('one cause is one incident, whatever its ids, lines and directories', () => {
  const moved = crashLine.stack.replaceAll('/var/task/', 'file:///home/ann/work/').replace('find-build.ts:12:9', 'find-build.ts?v=17:99:1').replace('no build 7', 'no build 8')
  assert.equal(reportOf({ stack: moved, error_description: 'no build 8', error_id: 'other', request_id: 'other' })!.fingerprint, crash.fingerprint)
  const others = [reportOf({ operation: 'putBuild' }), reportOf({ error: 'OTHER' }), reportOf({ stack: crashLine.stack.replace('findBuild', 'makeBuild') }), reportOf({ status: 200, slow_ms: 1 })]
  assert.equal(new Set([crash, ...others].map((report) => report!.fingerprint)).size, 5)
  assert.equal(reportOf({ stack: '', error_description: 'user 7 (e5a1f5a8-0000-4000-8000-000000000001) of ann@example.com' })!.fingerprint, reportOf({ stack: '', error_description: 'user 8 (aaa1f5a8-0000-4000-8000-000000000001) of bob@example.org' })!.fingerprint)
})

test('two bugs in one place are two incidents, and one bug is one, whatever it says of whom', () => {
  const at = (head: string, more = ''): string => reportOf({ stack: `${head}\n    at getBuild (/var/task/functions/builds.ts:31:18)${more}` })!.fingerprint
  const different = ['Error: no answer', 'TypeError: no answer', 'Error: no money', "TypeError: Cannot read properties of undefined (reading 'name')", 'RangeError: Invalid time value', 'Error', 'Error: no answer\n    at putBuild (/var/task/functions/builds.ts:9:9)']
  assert.equal(new Set(different.map((head) => at(head))).size, different.length)
  const causes = ['connect ECONNREFUSED 127.0.0.1:5432', 'getaddrinfo ENOTFOUND db.example.com'].map((text) => at('TypeError: fetch failed', `\n  [cause]: Error: ${text}\n      at connect (node:net:1:1)`))
  assert.notEqual(causes[0], causes[1])
  for (const [one, other] of [
    ["TypeError: Cannot read properties of undefined (reading 'name')", "TypeError: Cannot read properties of undefined (reading 'id')"],
    ['Error: the user "ann" has no build 7', 'Error: the user "bob" has no build 12'],
    ["Error: can't find `ann` of 'some'", "Error: can't find `bob` of 'all'"],
    ['Error: due on 2026-03-01', 'Error: due on 2026-03-01T12:00:00.120Z'],
    ['Error: since Sun Mar 01 2026 12:00:00 GMT+0100 (Central European Standard Time)', 'Error: since Mon Apr 13 2026 01:00:00 GMT+0200 (Central European Summer Time)'],
    ['Error: until Sun, 01 Mar 2026 12:00:00 GMT', 'Error: until Tue, 14 Apr 2026 12:10:00 GMT'],
    ['Error: row 0xff of 6f1ed002ab5595859014ebf0951522d9', 'Error: row 0x1 of 0f1ed002ab5595859014ebf0951522d7'],
    ['Error: timeout of 3000 ms', 'Error: timeout of 29 ms'],
    ['Error: took 1,234.5 ms', 'Error: took 7 ms'],
    ['Error [ERR_X]: a\n  second line 7', 'Error [ERR_X]: a\n  second line 8'],
  ] as const) assert.equal(at(one), at(other), one)
  const own = (title: string): string => toReport({ ...crashLine, kind: 'report', title }, source)!.fingerprint
  assert.deepEqual([own('queue 7 is long') === own('queue 8 is long'), own('queue 7 is long') === own('the disk is full')], [true, false])
})

test('texts of any kind are made plain in linear time', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom("'", '"', '`', '“', '<', '2026-03-01', 'Mon', ' ', 'a', '1', '(', '\n', '    at '), { maxLength: 3000 }), (parts) => void fingerprintOf({ service: 'a', kind: 'crash', operation: '', code: '', message: parts.join(''), stack: parts.join('') })), { numRuns: 200 })
})

test('what a stranger repeats in a text costs a bounded number of steps a character', () => {
  for (const piece of ['a', '1', 'a.', 'a+', 'a@', 'a@a', '@', 'a-', '-', '--a', '_', "'", " '", '"', '`', '“', '‘', '«', 'Mon', 'Mon ', 'Mon Jan 1 2020 (', '2026-01-01', '?', '0x', 'deadbee', '(', ' ', 'a b']) {
    for (const after of ['', '!', '@', '.', '\n']) {
      const [half, whole] = [900, 1800].map((length) => countSteps(() => normalizedText(`${piece.repeat(length / piece.length)}${after}`)).steps) as [number, number]
      assert.ok(whole <= 2.5 * half + 3000 && whole <= 1800 * 200, `${JSON.stringify(piece)} before ${JSON.stringify(after)}: ${half} and ${whole} steps`)
    }
  }
  assert.equal(normalizedText('mail ann.lee+x@mail.example.com about order_2024-abcdefghijkl and long-words-without-digits'), 'mail <email> about <id> and long-words-without-digits')
})

test('frames are functions and files, and texts lose what differs', () => {
  assert.deepEqual(framesOf('Error: x (y)\n    at async Object.run (/a/b/c.ts:1:2)\n    at node:internal/process:1:2\n    at /a/b/chunk-17.js:3:4\n    at <anonymous>\nno frame'), ['Object b/c.ts', ' b/chunk-<n>.js'])
  // What a minifier calls functions is another name with each build.
  for (const name of ['Er', 'ea', 'async Zs', 'new $1', 'async Zs.ea']) assert.deepEqual(framesOf(`Error\n    at ${name} (/var/task/src/call.ts:1:2)`), [' src/call.ts'])
  assert.deepEqual(framesOf('Error\n    at Zs.callRaw (/var/task/src/call.ts:1:2)'), ['callRaw src/call.ts'])
  assert.equal(normalizedText('No row 17 of 0xFFee, key deadbeef01 at https://x.example/a?b=1'), 'No row <n> of <id>, key <id> at https://x.example/a')
})

test('any line gives a report or none, and never throws', () => {
  fc.assert(fc.property(fc.dictionary(fc.constantFrom(...Object.keys(crashLine), 'kind', 'slow_ms', 'caught', 'data', 'title', 'params'), fc.anything({ withBigInt: false })), fc.constantFrom('request', 'report', 'other'), (line, kind) => {
    const plain = JSON.parse(JSON.stringify(line)) as Record<string, unknown>
    const report = toReport({ ...plain, kind }, source)
    if (report === undefined) return
    JSON.parse(report.body)
    assert.match(report.fingerprint, /^[0-9a-f]{16}$/)
    assert.doesNotMatch(report.title, /[\r\n]/)
    assert.equal(fingerprintOf({ service: 'a', kind, operation: '', code: '', message: report.text }).length, 16)
  }))
})
