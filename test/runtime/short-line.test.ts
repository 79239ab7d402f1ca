// The line of an ordinary request is short, loses nothing, and counts the same for every version that reads it.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { originName, shortNames } from '../../src/config/index.ts'
import type { LogRecord } from '../../src/runtime/exchange/log.ts'
import { toLine } from '../../src/runtime/exchange/log.ts'
import { toBoundedLine } from '../../src/runtime/line/line-writer.ts'
import { toShortRecord } from '../../src/runtime/line/short-line.ts'
import { toLongRecord } from '../../src/telemetry/long-line.ts'
import { readLine } from '../../src/telemetry/read-line.ts'

// A deployed function behind an HTTP API, called by a service.
const ordinary: LogRecord = {
  kind: 'request', level: 'info', time: '2026-02-03T04:05:06.801Z', started: '2026-02-03T04:05:06.789Z', message: 'GET /builds/4711 200', service: 'builds', stage: 'live', version: '260203-0405-12-5c1f2e', function: 'builds-live-ServiceFunctionbuildsFunction1A2B3C4D',
  operation: 'getBuild', call_id: '5b0c6d0e-6f0f-4bb5-8f5b-6f8f3f0f0a11', call_path: 'builds', request_id: '5b0c6d0e-6f0f-4bb5-8f5b-6f8f3f0f0a11', gateway_id: 'JKJaXmPLvHcESHA=', gateway_time: '2026-02-03T04:05:06.781Z', method: 'GET', path: '/builds/4711', status: 200, duration_ms: 12, length: 1412, in_bytes: 1310, out_bytes: 1560,
  response_type: 'application/json', user: 'ann@example.com', ip: '198.51.100.7', user_agent: 'okhttp/4.12.0', memory_mb: 91,
}

const read = (record: LogRecord, line: string): Record<string, unknown> => {
  const found = readLine({ id: 'a', timestamp: Date.parse(String(record['time'])), message: line })
  assert.ok('record' in found, JSON.stringify(found))
  return found.record
}

test('a line of 700 bytes takes 450, and every field comes back', () => {
  const [long, short] = [toLine(ordinary), toBoundedLine(ordinary)]
  assert.ok(long.length >= 700 && long.length < 860, String(long.length))
  assert.ok(short.length <= 450, `${short.length}: ${short}`)
  assert.deepEqual(read(ordinary, short), JSON.parse(JSON.stringify(ordinary)))
  // In the order of the reference page.
  assert.deepEqual(Object.keys(read(ordinary, short)), Object.keys(ordinary))
})

test('what the line of an ordinary request leaves out is made again, whatever its fields are', () => {
  const texts = fc.oneof(fc.constantFrom('json', 'application/json', 'a b', '~x', 'builds-live-x', 'builds', ''), fc.string())
  const time = fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }).map((date) => date.toISOString())
  const numbers = fc.integer({ min: 0, max: 1e6 })
  const more = fc.record({ time, started: time, gateway_time: time, gateway_id: texts, message: texts, service: texts, stage: texts, version: texts, function: texts, call_id: texts, call_path: texts, request_id: texts, method: texts, path: texts, query: texts, length: numbers, duration_ms: fc.oneof(numbers, fc.constant(12)), request_type: texts, response_type: texts, user: texts, user_agent: texts, memory_mb: numbers, volatile: fc.constant(false), trace: fc.constant([{ name: 'a', at: 1 }]) }, { requiredKeys: [] })
  fc.assert(fc.property(more, (fields) => {
    const record = { ...ordinary, ...fields }
    assert.deepEqual(read(record, toBoundedLine(record)), JSON.parse(JSON.stringify(record)))
  }), { numRuns: 2000 })
})

// A failure has its code, a cut line is cut as a long one, a run of a task has its id: they are written in full.
const inFull = ['slow_ms', 'error', 'error_description', 'error_id', 'error_fields', 'caught', 'stack', 'causes', 'truncated', 'task_id', 'task_attempt', 'fired_by']

test('no field that the record of an ordinary request may have is lost', async () => {
  const text = await readFile(new URL('../../src/runtime/line/request-record.ts', import.meta.url), 'utf8')
  const names = [...text.matchAll(/^ {2}(\w+)\??: /gm)].map(([, name]) => name!).filter((name) => !inFull.includes(name) && !Object.hasOwn(ordinary, name))
  assert.ok(names.length > 15 && names.includes('trace'), names.join())
  const record = { ...ordinary, ...Object.fromEntries(names.map((name) => [name, [name]])) }
  assert.notEqual(toShortRecord(record), record)
  const back = toLongRecord(JSON.parse(JSON.stringify(toShortRecord(record))) as Record<string, unknown>)
  assert.deepEqual(Object.entries(record).filter(([name, value]) => JSON.stringify(back[name]) !== JSON.stringify(value)), [])
})

test('a request counts the same by either line, and by the names that every version reads', () => {
  for (const record of [ordinary, { ...ordinary, gateway_id: undefined, gateway_time: undefined }, { ...ordinary, started: '2026-02-03T04:05:06.700Z' }]) {
    const lines = [toLine(record), toBoundedLine(record)].map((message) => readLine({ id: 'a', timestamp: 5, message }) as { request: unknown })
    assert.deepEqual(lines[1]!.request, lines[0]!.request)
    const names = Object.keys(JSON.parse(toBoundedLine(record)) as object)
    for (const name of ['kind', 'operation', 'status', 'duration_ms', 'in_bytes', 'out_bytes', ...(record.gateway_id === undefined ? ['request_id', 'started'] : ['gateway_id', 'gateway_time'])]) assert.ok(names.includes(name), name)
  }
})

test('lines of failed, slow and warned requests, and all others, are written in full', () => {
  for (const record of [{ ...ordinary, level: 'error' as const }, { ...ordinary, level: 'warn' as const }, { ...ordinary, slow_ms: 5 }, { ...ordinary, error: 'X' }, { ...ordinary, task_id: 'T' }, { ...ordinary, kind: 'metric' as const }, { ...ordinary, level: 'debug' as const }]) assert.equal(toShortRecord(record), record)
  assert.equal(new Set(Object.values(shortNames)).size, Object.keys(shortNames).length)
  assert.equal(Object.hasOwn(ordinary, originName), false)
})
