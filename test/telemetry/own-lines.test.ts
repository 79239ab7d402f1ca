// Lines of the kit are told from those of other loggers, and lines from before they had a mark are still read.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type LogRecord, toLine } from '../../src/runtime/edge.ts'
import type { Observation } from '../../src/store/index.ts'
import { defaultKeepRules, ingest, type LogLine } from '../../src/telemetry/index.ts'
import { readLine } from '../../src/telemetry/read-line.ts'
import { marked } from './marked.ts'
import { noon, stores } from './store-fixture.ts'

const freshStore = stores()
const iso = new Date(noon).toISOString()
const line = (message: string, id = 'a'): LogLine => ({ id, timestamp: noon, message })

// As the release before marks wrote them.
const request = { kind: 'request', level: 'error', time: iso, started: iso, message: 'GET /things 500', service: 'things', stage: 'live', operation: 'listThings', method: 'GET', path: '/things', status: 500, duration_ms: 12, in_bytes: 1, out_bytes: 1, call_id: 'c', call_path: 'things', request_id: 'r' }
const report = { kind: 'report', level: 'warn', time: iso, message: 'NON-FATAL BACKEND ERROR things listThings(): odd', title: 'odd', fatal: false, stack: 'Error: x', service: 'things', stage: 'live', operation: 'listThings', call_id: 'c', call_path: 'things', request_id: 'r' }
const metric = { kind: 'metric', level: 'info', time: iso, message: 'sold 1 Count', name: 'sold', value: 1, unit: 'Count', service: 'things', stage: 'live', operation: 'listThings', call_id: 'c', call_path: 'things' }
const watchdog = { kind: 'watchdog', level: 'warn', time: iso, message: 'listThings has run for 1 of 2 ms', elapsed_ms: 1, limit_ms: 2, started: iso, service: 'things', stage: 'live', operation: 'listThings', call_id: 'c', call_path: 'things', request_id: 'r' }
const access = { kind: 'access', request_id: 'g', time: String(noon), ip: '192.0.2.1', method: 'GET', path: '/things', route: '$default', status: '503', latency_ms: '1', length: '2', gateway_error: '-', integration_status: '-', integration_error: 'too slow' }
const log = { kind: 'log', level: 'info', time: iso, message: 'late', service: 'things', stage: 'live', operation: 'listThings' }
const before = { request, report, metric, watchdog, access, log }

// Other loggers, each with fields that the kit has as well.
const others: Record<string, object> = {
  plain: { kind: 'request', status: 500 },
  'pino-http': { level: 50, time: noon, pid: 1, hostname: 'h', kind: 'request', status: 500, msg: 'failed' },
  winston: { kind: 'request', level: 'error', message: 'failed', status: 500, timestamp: iso },
  powertools: { level: 'ERROR', message: 'failed', sampling_rate: 0, service: 'things', timestamp: iso, kind: 'request', status: 500 },
  'of a request in its own order': { kind: 'request', status: 500, level: 'error', time: iso, started: iso, duration_ms: 1 },
  'of a report': { kind: 'report', title: 'B', fatal: true, level: 'error', time: iso },
  'of a metric': { kind: 'metric', name: 'sold', value: '1' },
  'of a gateway': { kind: 'access', status: 503, request_id: 'x', time: iso },
  'a watchdog': { kind: 'watchdog', message: 'woof' },
  'the mark of somebody else': { klue: 'yes', kind: 'request', status: 500 },
  'the mark inside': { level: 'error', klue: 1, kind: 'request', status: 500 },
  'a name of every object': { kind: 'constructor', status: 500 },
}

test('only lines with the mark count and are told of', async () => {
  const database = await freshStore(() => noon)
  const seen: Observation[] = []
  const lines = Object.values(others).map((one, index) => line(JSON.stringify(one), `l${index}`))
  const taken = await ingest({ database, rules: defaultKeepRules, observe: async (some) => void seen.push(...some) }, lines)
  assert.deepEqual([taken, seen], [{ requests: 0, others: lines.length, bad: [] }, []])
  await ingest({ database, rules: defaultKeepRules, observe: async (some) => void seen.push(...some) }, [line(toLine(request as unknown as LogRecord))])
  assert.equal(seen.length, 1)
})

test('a line of the release before marks says the same as one with a mark', () => {
  for (const [kind, record] of Object.entries(before)) {
    const read = readLine(line(JSON.stringify(record)))
    assert.notEqual(read.kind, 'other', kind)
    // The mark alone is longer.
    assert.deepEqual({ ...read, characters: 0 }, { ...readLine(line(marked(record))), characters: 0 }, kind)
  }
})

test('what is stored has no mark', () => {
  const read = readLine(line(marked(request)))
  assert.ok(read.kind === 'request')
  assert.deepEqual(read.record, request)
})

test('no line without a mark is read whose beginning is not that of the release before', () => {
  const names = ['kind', 'level', 'time', 'started', 'status', 'message', 'title', 'fatal']
  const values = fc.constantFrom<unknown>('request', 'report', 'access', 'error', iso, 500, true, 'x')
  fc.assert(fc.property(fc.dictionary(fc.constantFrom(...names), values), (record) => {
    const isAsBefore = Object.keys(record).slice(0, 4).join() === 'kind,level,time,started'
    fc.pre(!isAsBefore)
    assert.equal(readLine(line(JSON.stringify(record))).kind, 'other')
  }), { numRuns: 2000 })
})
