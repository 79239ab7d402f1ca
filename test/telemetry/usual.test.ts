// Calls that take a multiple of what their operation usually takes are slow, whatever the fixed limit says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Observation } from '../../src/store/index.ts'
import { compact, defaultKeepRules, ingest, listRequests, type LogLine, recordOf } from '../../src/telemetry/index.ts'
import { marked } from './marked.ts'
import { hour, noon, stores } from './store-fixture.ts'

const freshStore = stores()
const day = 24 * hour
const rules = { ...defaultKeepRules, slowBaseline: 3 }

function call(id: string, started: number, fields: object): LogLine {
  return { id, timestamp: started, message: marked({ kind: 'request', level: 'info', time: new Date(started).toISOString(), started: new Date(started).toISOString(), status: 200, request_id: id, ...fields }) }
}

test('a call is slow by what was usual in the seven days before, and is told once whatever comes again', async () => {
  let now = noon - day
  const database = await freshStore(() => now)
  const usual = (operation: string, count: number, duration_ms: number): LogLine[] => Array.from({ length: count }, (_, index) => call(`${operation}-${index}`, now - index * 1000, { operation, duration_ms }))
  await ingest({ database, rules }, [...usual('quick', 300, 20), ...usual('rare', 199, 20), ...usual('slack', 300, 400)])
  now = noon
  await compact(database)
  const slow: Record<string, unknown>[] = []
  const observe = async (observations: Observation[]): Promise<void> => {
    for (const observation of observations) if ('record' in observation) slow.push(observation.record)
  }
  const lines = [
    call('a', noon, { operation: 'quick', duration_ms: 50 }),
    call('b', noon, { operation: 'quick', duration_ms: 90 }),
    call('c', noon, { operation: 'rare', duration_ms: 9000 }),
    call('d', noon, { operation: 'slack', duration_ms: 900 }),
    call('e', noon, { operation: 'quick', duration_ms: 90, muted: true }),
    call('f', noon, { operation: 'quick', duration_ms: 90, status: 503 }),
    call('g', noon, { operation: 'quick', duration_ms: 90, slow_ms: 70 }),
    call('h', noon, { operation: '', duration_ms: 90 }),
    call('i', noon, { operation: 'unknown', duration_ms: 90 }),
  ]
  await ingest({ database, rules, observe }, lines)
  const told = (): unknown[] => slow.map(({ request_id, slow_ms }) => [request_id, slow_ms === undefined ? undefined : slow_ms === 70 ? 70 : (slow_ms as number) >= 57 && (slow_ms as number) <= 64])
  assert.deepEqual(told().sort(), [['b', true], ['f', undefined], ['g', 70]])
  const before = JSON.stringify(slow)
  slow.length = 0
  // What comes again on that day, and what changed meanwhile, changes nothing.
  await ingest({ database, rules, observe }, [...lines, ...usual('quick', 300, 500)])
  assert.deepEqual(JSON.stringify(slow.slice(0, 3)), before)
  for await (const row of listRequests(database, { from: noon, to: noon + 1 })) if (row.requestId === 'b') assert.ok(row.expires > noon / 1000 + 89 * 86_400 && typeof recordOf(row)['slow_ms'] === 'number')
})

test('without a multiple nothing is measured', async () => {
  let now = noon - day
  const database = await freshStore(() => now)
  await ingest({ database, rules }, Array.from({ length: 300 }, (_, index) => call(`x${index}`, now - index * 1000, { operation: 'quick', duration_ms: 5 })))
  now = noon
  const seen: Observation[] = []
  await ingest({ database, rules: defaultKeepRules, observe: async (observations) => void seen.push(...observations) }, [call('a', noon, { operation: 'quick', duration_ms: 4000 })])
  assert.deepEqual(seen, [])
})
