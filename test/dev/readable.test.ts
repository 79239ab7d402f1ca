// Lines of a log as a person reads them in klue dev.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toReadable } from '../../src/dev/readable.ts'
import type { LogRecord } from '../../src/runtime/edge.ts'

const request = (more: Record<string, unknown> = {}): LogRecord => ({ kind: 'request', level: 'info', time: '2026-02-03T04:05:06.789Z', message: '', method: 'GET', path: '/builds', status: 200, duration_ms: 12, operation: 'listBuilds', ...more })
const show = (record: LogRecord): string => toReadable(record, { hasColor: false })

test('a request is one line, and says when it was slow or failed', () => {
  assert.equal(show(request()), '04:05:06 200 GET    /builds 12 ms listBuilds')
  assert.equal(show(request({ slow_ms: 10 })), '04:05:06 200 GET    /builds 12 ms, slow listBuilds')
  assert.equal(show(request({ status: 404, operation: undefined, error: 'NOT_FOUND', error_description: 'There is nothing' })), '04:05:06 404 GET    /builds 12 ms  NOT_FOUND There is nothing')
  assert.equal(show(request({ status: 500, stack: 'Error: x\n    at y' })), '04:05:06 500 GET    /builds 12 ms listBuilds\n    Error: x\n    at y')
})

test('what it noted stands before it, in its order', () => {
  const trace = [{ name: 'read rows', at: 2, ms: 5, data: { table: 'builds' }, events: [{ name: 'found', at: 4, level: 'info', data: { rows: 3 } }] }, { name: 'x'.repeat(200), at: 9, level: 'warn', msg: 0 }, { name: 'open', at: 10 }]
  const calls = [{ api: 'metrics', operation: 'record', at: 8, ms: 1, status: 204 }]
  assert.equal(show(request({ trace, calls, messages: ['x'.repeat(210)] })), [
    '         +2 ms > read rows 5 ms table=builds',
    '           +4 ms INFO found rows=3',
    '         +8 ms > metrics.record 204 1 ms',
    `         +9 ms WARN ${'x'.repeat(210)}`,
    '         +10 ms > open not ended',
    '04:05:06 200 GET    /builds 12 ms listBuilds',
  ].join('\n'))
})

test('other lines show their own fields, without what every line has', () => {
  assert.equal(show({ kind: 'metric', level: 'info', time: '2026-02-03T04:05:06Z', message: 'orders 2 Count', service: 'a', stage: 'b', call_id: 'c', unit: 'Count', function: undefined }), '04:05:06 INFO  orders 2 Count unit=Count')
})

test('nothing that strangers send reaches the terminal as a control character', () => {
  assert.deepEqual([...show(request({ path: '/\u001b[2J', operation: '\u001b', trace: [{ name: '\u001b[2J', at: 0, level: 'info', data: { '\u0007': '\u001b' } }] }))].filter((character) => '\u0007\u001b'.includes(character)), [])
})
