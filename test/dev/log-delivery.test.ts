// Lines of a local service are stored beside its requests: bounded, in order, to the end.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Config } from '../../src/config/index.ts'
import { startLocalTelemetry } from '../../src/dev/local-telemetry.ts'
import { startLogDelivery } from '../../src/dev/log-delivery.ts'
import type { Database } from '../../src/persist/index.ts'
import type { LogRecord } from '../../src/runtime/edge.ts'
import { readStats } from '../../src/telemetry/index.ts'
import { noon, stores } from '../telemetry/store-fixture.ts'

const freshStore = stores()
const config = { logVolatileDays: 7, logDays: 90, logPersistLevel: 'warn', logPersistDurationMs: 0, logsMonthlyUsd: 0, reportSlowBaseline: 0 } as Config

function record(index: number, fields: object = {}): LogRecord {
  const time = new Date(noon + index).toISOString()
  return { kind: 'request', level: 'info', message: '', time, started: time, operation: 'getThing', status: 200, duration_ms: 1, ...fields }
}

function deliveryTo(database: Database, options: { limit?: number; delayMs?: number } = {}): { delivery: ReturnType<typeof startLogDelivery>; faults: string[]; observed: unknown[] } {
  const [faults, observed]: [string[], unknown[]] = [[], []]
  const delivery = startLogDelivery({ database: () => database, config: () => config, observe: async (some) => void observed.push(...some), everyMinute: async () => undefined, fault: (sentence) => void faults.push(sentence), ...options })
  return { delivery, faults, observed }
}

test('what was taken is stored when it stops, each line once, and failures are told', async () => {
  const database = await freshStore()
  const { delivery, faults, observed } = deliveryTo(database, { delayMs: 60_000 })
  for (let index = 0; index < 450; index++) delivery.take(record(index, index === 3 ? { status: 500, level: 'error' } : {}))
  await delivery.stop()
  assert.equal((await readStats(database, { from: noon, to: noon + 60_000 })).get('getThing')!.requests, 450)
  assert.deepEqual([faults, observed.length], [[], 1])
  // After the end a line changes nothing.
  delivery.take(record(1000))
})

test('it holds so many lines and no more, and says what it lost', async () => {
  const database = await freshStore()
  const { delivery, faults } = deliveryTo(database, { limit: 100, delayMs: 60_000 })
  for (let index = 0; index < 130; index++) delivery.take(record(index))
  await delivery.stop()
  assert.equal((await readStats(database, { from: noon, to: noon + 60_000 })).get('getThing')!.requests, 100)
  assert.deepEqual(faults, ['30 lines of the log came faster than they could be stored, and are lost'])
})

test('a database that fails is told once, tried again, and ends nothing', async () => {
  const database = await freshStore()
  let isDown = true
  const flaky: Database = { ...database, run: async (...call) => (isDown ? Promise.reject(new Error('down')) : database.run(...call)) }
  const { delivery, faults } = deliveryTo(flaky, { delayMs: 1 })
  delivery.take(record(1))
  while (faults.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  delivery.take(record(2))
  isDown = false
  await delivery.stop()
  assert.equal((await readStats(database, { from: noon, to: noon + 60_000 })).get('getThing')!.requests, 2)
  assert.deepEqual(faults, ['The log could not be stored: down'])
})

test('alerts are looked at while it runs, and told on the terminal', async () => {
  let now = noon
  const database = await freshStore(() => now)
  const printed: string[] = []
  const settings = { ...config, name: 'notes', stage: 'local', reportMinInterval: 300, reportCompressWindow: 3600, values: { alerts: { failing: { metric: 'errors', window: 60 } } } } as unknown as Config
  const telemetry = startLocalTelemetry({ root: '.klue/none', database: () => database, config: () => settings, keepsFiles: false, print: ({ message }) => void printed.push(message), everyMs: 20 })
  telemetry.take(record(30_000, { status: 500, level: 'error', muted: true }))
  // Looks come whether lines do or not; the pipe of this test keeps the process alive meanwhile.
  const alive = setInterval(() => undefined, 1000)
  try {
    while ((await readStats(database, { from: noon, to: noon + 60_000 })).size === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    // A minute is looked at once: the one in which it happened is over now.
    now += 60_000
    while (!printed.some((message) => message.includes('Alert failing: errors > 0, it is 1'))) await new Promise((resolve) => setTimeout(resolve, 10))
  } finally {
    clearInterval(alive)
    await telemetry.stop()
  }
  assert.equal(printed.length, 1)
})

test('one that never came up waits for nothing', async () => {
  const { delivery, faults } = deliveryTo({ run: () => new Promise(() => undefined), now: () => noon } as unknown as Database, { delayMs: 1 })
  delivery.take(record(1))
  await delivery.stop({ drain: false })
  assert.deepEqual(faults, [])
})
