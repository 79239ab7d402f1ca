// The life of an alert: fires, is certain, tells, is quiet, is over; once, whoever looks and whenever somebody is stopped.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertKeys } from '../../src/config/build.ts'
import { type AlertNotice, alertDefaults, defaultKeepRules, evaluateAlerts, ingest, type LogLine, readAlert } from '../../src/telemetry/index.ts'
import { snakeCase } from '../../src/config/key-table.ts'
import { dyingAfter, unlessKilled } from '../persist/dying-database.ts'
import { marked } from './marked.ts'
import { noon, stores } from './store-fixture.ts'

const freshStore = stores()
const minute = 60_000

let lines = 0
function request(started: number, fields: object = {}): LogLine {
  lines += 1
  return { id: `l${lines}`, timestamp: started, message: marked({ kind: 'request', level: 'info', time: new Date(started).toISOString(), started: new Date(started).toISOString(), operation: 'getThing', status: 200, duration_ms: 10, request_id: `r${lines}`, ...fields }) }
}

interface Clock {
  now: number
}

async function stage(alerts: object, clock: Clock): Promise<{ database: Awaited<ReturnType<typeof freshStore>>; look(options?: { dies?: number; value?: number }): Promise<AlertNotice[]>; take(...some: LogLine[]): Promise<void>; told: AlertNotice[] }> {
  const database = await freshStore(() => clock.now)
  const told: AlertNotice[] = []
  return {
    database,
    told,
    take: async (...some) => void (await ingest({ database, rules: defaultKeepRules }, some)),
    async look({ dies, value } = {}) {
      return await evaluateAlerts({ database: dies === undefined ? database : dyingAfter(database, dies), config: { values: { alerts } }, ...(value === undefined ? {} : { account: { value: async () => value } }), tell: async (notices) => void told.push(...notices) })
    },
  }
}

test('the defaults are those of the table of keys', () => {
  for (const [name, value] of Object.entries(alertDefaults)) assert.equal(alertKeys[snakeCase(name)]?.default, value, name)
})

test('a rate of errors is told, told again after its interval, and is over after its window', async () => {
  const clock = { now: noon }
  const { database, take, look, told } = await stage({ failing: { metric: 'error_percent', threshold: 20, window: 120, min_interval: 180, compress_window: 600, severity: 1 } }, clock)
  await take(request(noon - 30_000), request(noon - 30_000, { status: 500, level: 'error' }))
  await Promise.all([look(), look()])
  assert.equal(told.length, 1)
  assert.equal(told[0]!.text, 'Alert failing: error_percent > 20, it is 50')
  assert.deepEqual([told[0]!.severity, told[0]!.fatal, told[0]!.cause, told[0]!.data['count']], [1, true, 'alert failing', 1])
  await look()
  assert.equal(told.length, 1)
  for (let passed = 1; passed <= 3; passed++) {
    clock.now = noon + passed * minute
    await take(request(clock.now - 1000, { status: 500, level: 'error' }))
    await look()
  }
  assert.deepEqual(told.map(({ key }) => key), [`alert#failing#${noon}#1`, `alert#failing#${noon}#2`])
  assert.equal((await readAlert(database, 'failing'))?.open?.count, 4)
  clock.now = noon + 10 * minute
  await look()
  assert.ok((await readAlert(database, 'failing'))?.open !== undefined)
  clock.now = noon + 14 * minute
  await look()
  const state = await readAlert(database, 'failing')
  assert.equal(state?.open, undefined)
  assert.equal(state?.recovered?.told, 2)
  // Later it is a new alert.
  clock.now = noon + 20 * minute
  await take(request(clock.now - 1000, { status: 500, level: 'error' }))
  await look()
  assert.equal(told.at(-1)!.key, `alert#failing#${clock.now}#1`)
})

test('nobody is told before it is certain, or where it is silent', async () => {
  const clock = { now: noon }
  const { database, take, look, told } = await stage({ often: { metric: 'errors', window: 60, min_times: 3, compress_window: 120 }, long: { metric: 'errors', window: 60, min_duration: 120 }, quiet: { metric: 'errors', window: 60, silent: true }, elsewhere: { metric: 'errors', window: 60, operation: 'other' } }, clock)
  for (let passed = 0; passed < 3; passed++) {
    clock.now = noon + passed * minute
    await take(request(clock.now - 1000, { status: 500, level: 'error' }))
    await look()
    assert.deepEqual(told.map(({ cause }) => cause), passed < 2 ? [] : ['alert often', 'alert long'])
  }
  assert.equal((await readAlert(database, 'quiet'))?.open?.count, 3)
  assert.equal((await readAlert(database, 'elsewhere'))?.open, undefined)
  // One that was never certain leaves no trace.
  const other = await stage({ often: { metric: 'errors', window: 60, min_times: 3, compress_window: 120 } }, clock)
  await other.take(request(clock.now - 1000, { status: 500, level: 'error' }))
  await other.look()
  clock.now += 5 * minute
  await other.look()
  assert.deepEqual(await readAlert(other.database, 'often'), { minute: clock.now })
})

test('events count each time they happen', async () => {
  const clock = { now: noon }
  const { database, take, look, told } = await stage({ refused: { event: '4xx', min_times: 4 }, lost: { event: 'ingest_failure' } }, clock)
  await take(request(noon - 50_000, { status: 404 }), request(noon - 40_000, { status: 422 }), { id: 'cut', timestamp: noon - 30_000, message: '{"kind":"request","sta' })
  await look()
  assert.deepEqual(told.map(({ text }) => text), ['Alert lost: event ingest_failure > 0, it is 1'])
  clock.now += minute
  await take(request(clock.now - 50_000, { status: 400 }), request(clock.now - 40_000, { status: 401 }))
  await look()
  assert.equal(told.length, 2)
  assert.equal((await readAlert(database, 'refused'))?.open?.count, 4)
})

test('own metrics, percentiles and those of the account are compared too', async () => {
  const clock = { now: noon }
  const { take, look, told } = await stage({ stock: { own_metric: 'stock', statistic: 'minimum', below: true, threshold: 5 }, slow: { metric: 'p99_ms', threshold: 1000, operation: 'getThing' }, busy: { metric: 'concurrency', threshold: 900 }, tables: { metric: 'table_throttles', threshold: 900 } }, clock)
  const measure = (value: number): LogLine => ({ id: `m${value}`, timestamp: noon - 1000, message: marked({ kind: 'metric', time: new Date(noon - 1000).toISOString(), name: 'stock', value, unit: 'Count' }) })
  await take(measure(9), measure(4), request(noon - 1000, { duration_ms: 2000 }))
  await look({ value: 901 })
  assert.deepEqual(told.map(({ cause }) => cause), ['alert stock', 'alert slow', 'alert busy', 'alert tables'])
  clock.now += minute
  await look()
  assert.equal(told.length, 4)
})

test('stopped anywhere, each time of telling is told, under one key', async () => {
  for (let dies = 0; dies < 3; dies++) {
    const clock = { now: noon }
    const { take, look, told, database } = await stage({ failing: { metric: 'errors', window: 300 } }, clock)
    await take(request(noon - 1000, { status: 500, level: 'error' }))
    await unlessKilled(look({ dies }))
    await look()
    await look()
    assert.deepEqual([...new Set(told.map(({ key }) => key))], [`alert#failing#${noon}#1`])
    assert.ok(told.length <= 2)
    const state = await readAlert(database, 'failing')
    assert.deepEqual([state?.open?.count, state?.open?.told, state?.pending], [1, 1, undefined])
  }
})
