// What requests and months cost: sums that were done by hand, what is measured, and what the command prints.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { loadConfig } from '../../src/config/build.ts'
import { openStageStore } from '../../src/dev/index.ts'
import { costChange, costChangeText, costSettings, type CostEstimate, type CostSettings, estimateCost, type Measured, measureRequests, pricesOf, priceSources, priceTable } from '../../src/deploy/cost/index.ts'
import { deliveryMs, ingestMemoryMb } from '../../src/deploy/cost/assumptions.ts'
import { putRequestRows } from '../../src/store/index.ts'
import { root as repository } from '../rules/imports.ts'

const small: CostSettings = {
  region: 'us-east-1', functions: [{ name: 'things', memoryMb: 512, readyInstances: 0 }], operations: [{ id: 'getThing', method: 'GET', function: 'things' }],
  apis: 1, tables: [], tableCapacity: undefined, logRetentionDays: 30, rowDays: 7, alarms: false, dashboard: false, metricOperations: 0, metricNames: 0,
}

function rounded(parts: CostEstimate['perMillion']): Record<string, number> {
  return Object.fromEntries(parts.map(({ name, usd }) => [name, Math.round(usd * 10_000) / 10_000]))
}

test('a small stage in Virginia without measurements, by hand', () => {
  const estimate = estimateCost(small, undefined, pricesOf('us-east-1'))
  assert.deepEqual(rounded(estimate.perMillion), {
    'HTTP API': 1, // a million at 1.00 a million
    'log lines': 0.4317, // 927 bytes each: 0.8633 GB at 0.50
    'rows of requests': 0.0878, // ten lines are 863 bytes: one unit, for 8 deliveries of 100 two; one request of 100 by itself; 23 bytes each to find them: 140,461 units at 0.625 a million
    'Lambda compute': 0.3333, // 0.05 s of 0.5 GB: 25,000 GB-s at 0.0000133334
    'Lambda requests': 0.2,
    'data out': 0.1717, // 2,048 bytes each: 1.9073 GB at 0.09
    ingest: 0.028, // 100,000 invocations: 0.02; 0.012 s of 0.5 GB: 600 GB-s: 0.0080
    'storage of these rows': 0.0065, // 0.1109 GB for 7 of 30 days at 0.25
    'log of ingest': 0.0061, // 260 bytes of Lambda about each: 0.0242 GB at 0.25
    'log storage': 0.0039, // 15 % of 0.8633 GB for a month at 0.03
  })
  assert.equal(estimate.millionUsd.toFixed(4), '2.2689')
  assert.deepEqual(rounded(estimate.perMonth), {
    metrics: 0, // nothing is put of minutes without requests
    "ingest's look each minute": 0.1643, // 43,200 times: 0.1 s of 0.5 GB and a request: 0.0374; 8 reads and 3 writes: 0.1242; 260 bytes of Lambda: 0.0026
  })
  assert.deepEqual(estimate.largest, { perMillion: 'HTTP API', perMonth: "ingest's look each minute" })
  assert.equal(estimate.assumptions.length, 3)
})

test('an archive costs its files and one more reading, and is in no estimate without it', () => {
  const named = (settings: CostSettings): Record<string, string> => Object.fromEntries([...estimateCost(settings, undefined, pricesOf('us-east-1')).perMillion, ...estimateCost(settings, undefined, pricesOf('us-east-1')).perMonth].filter(({ name }) => name.includes('archive')).map(({ name, usd, of }) => [name, `${usd.toFixed(4)} ${of}`]))
  assert.deepEqual(named(small), {})
  // A quarter of 426 bytes each: 0.0992 GB at 0.023 for 365 of 30 days: 0.0278; 64 bytes each of packs: 15,600 units of 4 KiB at 0.125 a million: 0.0020.
  assert.deepEqual(named({ ...small, archiveDays: 365 }), { archive: '0.0297 0.1 GB of files, kept 365 days', 'files of the archive': '0.0000 1440 files where every hour has requests: 0.01 USD' })
  assert.match(named({ ...small, archiveDays: 0 })['archive']!, /kept 365 days/)
})

test('a stage with tasks pays for their clock and for looking into their queue, also without any, and for two alarms', () => {
  const month = (settings: CostSettings): CostEstimate['perMonth'] => estimateCost(settings, undefined, pricesOf('us-east-1')).perMonth
  assert.ok(!('tasks' in rounded(month(small))))
  const tasks = month({ ...small, worker: { memoryMb: 512 } }).find(({ name }) => name === 'tasks')!
  // 43,200 times 0.05 s of 0.5 GB and a request: 0.0230; 2 reads and a write: 0.0378; 260 bytes of Lambda: 0.0052; 648,000 requests at 0.40 a million: 0.2592.
  assert.equal(tasks.usd.toFixed(4), '0.3253')
  // 9 units at 0.625, 3 requests at 0.40 and an invocation at 0.20.
  assert.match(tasks.of, /^43,200 sweeps and 648,000 looks into an idle queue; a million tasks take 7\.03 USD more/)
  assert.equal(rounded(month({ ...large, worker: { memoryMb: 512 } }))['alarms'], 1.2)
})

test('consumers pay for looking into their queues, also without a message, streams for nothing, and each has dead letters that are watched', () => {
  const month = (settings: CostSettings): CostEstimate['perMonth'] => estimateCost(settings, undefined, pricesOf('us-east-1')).perMonth
  assert.ok(!('consumers' in rounded(month({ ...small, consumers: { queues: 0, streams: 0 } }))))
  const found = month({ ...small, worker: { memoryMb: 512 }, consumers: { queues: 2, streams: 1 } }).find(({ name }) => name === 'consumers')!
  // 2 queues, 648,000 requests each at 0.40 a million.
  assert.equal(found.usd.toFixed(4), '0.5184')
  // 2 units at 0.625, 3 requests at 0.40 and an invocation at 0.20.
  assert.match(found.of, /^1,296,000 looks into 2 idle queues, none into 1 streams; a million messages take 2\.65 USD more/)
  assert.equal(rounded(month({ ...large, worker: { memoryMb: 512 }, consumers: { queues: 2, streams: 1 } }))['alarms'], 1.5)
})

test('a request with an idempotency key costs a unit for its claim, and one for each KB of its answer', () => {
  const of = (outBytes: number): number | undefined => rounded(estimateCost({ ...large, operations: large.operations.map((operation) => ({ ...operation, takesKeys: operation.id === 'makeReport' })) }, { ...requests, outBytes }, pricesOf('eu-central-1')).perMillion)['idempotency keys']
  assert.equal(of(600), 0.1525) // 100,000 requests: 200,000 units at 0.7625 a million
  assert.equal(of(1000), 0.2288) // 300,000 units
  assert.equal(of(300_001), 0.1525) // only the status is kept
  assert.equal(rounded(estimateCost(large, requests, pricesOf('eu-central-1')).perMillion)['idempotency keys'], undefined)
})

const large: CostSettings = {
  region: 'eu-central-1',
  functions: [{ name: 'things', memoryMb: 1024, readyInstances: 0 }, { name: 'reports', memoryMb: 2048, readyInstances: 2 }],
  operations: [{ id: 'getThing', method: 'GET', function: 'things' }, { id: 'makeReport', method: 'POST', function: 'reports' }],
  apis: 2, tables: [{ name: 'things', indexes: 1 }, { name: 'reports', indexes: 0 }], tableCapacity: undefined,
  logRetentionDays: 90, rowDays: 30, alarms: true, dashboard: true, metricOperations: 2, metricNames: 1,
}
const requests: Measured = { days: 30, operations: { getThing: { requests: 900, averageMs: 19.2 }, makeReport: { requests: 100, averageMs: 1000 } }, outBytes: 2 ** 20, lineBytes: 1000 }

test('a large stage in Frankfurt with measurements, by hand', () => {
  const estimate = estimateCost(large, requests, pricesOf('eu-central-1'))
  assert.deepEqual(rounded(estimate.perMillion), {
    'data out': 87.8906, // 1 MiB each: 976.5625 GB at 0.09
    'HTTP API': 2.4, // two times 512 KiB, at 1.20 a million
    'Lambda compute': 1.7956, // 900,000 of 0.020 s of 1 GB: 18,000 GB-s at 0.0000133334: 0.2400; 100,000 of 1 s of 2 GB, standing ready: 200,000 GB-s at 0.0000077778: 1.5556
    'log lines': 0.8807, // 1,501 bytes each: 1.3979 GB at 0.63
    'rows of requests': 0.1895, // ten lines are 1,715 bytes: two units, for 8 deliveries of 100 twice; one request of 100 by itself; 23 bytes each to find them: 248,461 units at 0.7625 a million
    'storage of these rows': 0.0582, // 0.1902 GB for a month at 0.306
    'tables of the service': 0.2669, // a million reads: 0.1525; 100,000 writes with half an index each: 150,000 units: 0.1144
    'Lambda requests': 0.2,
    ingest: 0.028,
    'log of ingest': 0.0076, // 0.0242 GB at 0.315
    'log storage': 0.0204, // 15 % of 1.3979 GB for three months at 0.0324
  })
  assert.deepEqual(rounded(estimate.perMonth), {
    'instances that stand ready': 34.5607, // two of 2 GB for 2,592,000 s at 0.0000033334
    metrics: 0,
    dashboard: 3,
    alarms: 1, // two APIs with three, two functions, two for telemetry: ten at 0.10
    "ingest's look each minute": 0.1923,
  })
  assert.deepEqual(estimate.largest, { perMillion: 'data out', perMonth: 'instances that stand ready' })
})

test('tables of provisioned capacity cost by the month, and requests to them nothing', () => {
  const estimate = estimateCost({ ...large, tableCapacity: { readMin: 5, writeMin: 2 } }, requests, pricesOf('eu-central-1'))
  assert.ok(!('rows of requests' in rounded(estimate.perMillion)) && !('tables of the service' in rounded(estimate.perMillion)))
  // Two tables, one index and the kit's own, for 720 hours: 5 reads at 0.0001586 and 2 writes at 0.000793.
  assert.equal(rounded(estimate.perMonth)['capacity of tables'], 6.8515)
})

test('a region that the table does not have gets the dearest prices, and says so', () => {
  const estimate = estimateCost({ ...small, region: 'ap-southeast-2' }, undefined, pricesOf('ap-southeast-2'))
  assert.equal(estimate.region, 'eu-central-1')
  assert.match(estimate.assumptions.at(-1)!, /^the prices of ap-southeast-2 are not in the table: those of eu-central-1/)
  for (const key of ['apiRequest', 'logGb', 'tableWrite', 'tableRead', 'tableGbMonth', 'gbSecond'] as const) assert.equal(priceTable['eu-central-1']![key], Math.max(...Object.values(priceTable).map((prices) => prices[key])), key)
  assert.match(estimateCost({ ...small, region: undefined }, undefined, pricesOf(undefined)).assumptions.at(-1)!, /^no region is set/)
})

test('every price has a region, a date and a source', () => {
  for (const [region, prices] of Object.entries(priceTable)) {
    assert.equal(prices.region, region)
    assert.match(prices.asOf, /^20\d\d-\d\d-\d\d$/)
    for (const [name, price] of Object.entries(prices)) if (typeof price === 'number') assert.ok(price > 0, name)
  }
  for (const source of priceSources) assert.match(source, /^https:\/\/aws\.amazon\.com\/[a-z0-9/-]+\/$/)
})

test('more memory, more indexes and longer keeping cost more; the sum is that of the parts', () => {
  const usd = (settings: Partial<CostSettings>): number => estimateCost({ ...large, ...settings }, requests, pricesOf('us-east-1')).millionUsd
  assert.ok(usd({ functions: [{ name: 'things', memoryMb: 2048, readyInstances: 0 }] }) > usd({ functions: [{ name: 'things', memoryMb: 1024, readyInstances: 0 }] }))
  assert.ok(usd({ tables: [{ name: 'things', indexes: 3 }] }) > usd({ tables: [{ name: 'things', indexes: 0 }] }))
  assert.ok(usd({ logRetentionDays: 0 }) > usd({ logRetentionDays: 90 }))
  assert.ok(usd({ rowDays: 90 }) > usd({ rowDays: 7 }))
  const { perMillion, millionUsd } = estimateCost(large, requests, pricesOf('us-east-1'))
  assert.equal(millionUsd, perMillion.reduce((sum, part) => sum + part.usd, 0))
})

test('telemetry of a million requests costs 0.70 USD at most, and a stored request 0.15 write units', () => {
  const telemetry = ['log lines', 'rows of requests', 'ingest', 'storage of these rows', 'log storage']
  for (const prices of Object.values(priceTable)) {
    const { perMillion } = estimateCost(small, undefined, prices)
    const usd = perMillion.filter(({ name }) => telemetry.includes(name)).reduce((sum, part) => sum + part.usd, 0)
    // A delivery may take ingest twice as long as is assumed.
    assert.ok(usd + 100_000 * (deliveryMs / 1000) * (ingestMemoryMb / 1024) * prices.gbSecond <= 0.7, `${prices.region}: ${usd}`)
    assert.ok(perMillion.find(({ name }) => name === 'rows of requests')!.usd / prices.tableWrite <= 150_000)
  }
  // The reference service on its live stage: six functions with their alarms.
  assert.ok(estimateCost({ ...small, functions: Array.from({ length: 6 }, (_, index) => ({ ...small.functions[0]!, name: `f${index}` })), alarms: true }, undefined, pricesOf(undefined)).monthUsd <= 3)
})

test('nothing to estimate from is no error', () => {
  const nothing: CostSettings = { ...small, functions: [], operations: [] }
  for (const measured of [undefined, { days: 1, operations: {}, outBytes: 0, lineBytes: undefined }, { days: 1, operations: { gone: { requests: 3, averageMs: 2 } }, outBytes: 10, lineBytes: 5 }]) {
    const { millionUsd, monthUsd } = estimateCost(nothing, measured, pricesOf('us-east-1'))
    assert.ok(Number.isFinite(millionUsd) && Number.isFinite(monthUsd))
  }
})

test('a change says what costs more, and nothing where nothing does', () => {
  const prices = pricesOf('us-east-1')
  const [before, later] = [estimateCost(small, undefined, prices), estimateCost({ ...small, functions: [{ name: 'things', memoryMb: 1024, readyInstances: 1 }] }, undefined, prices)]
  assert.deepEqual(costChange(before, before).parts, [])
  assert.equal(costChangeText(costChange(before, before)), 'a million requests: 2.27 USD, as before; a month without any: 0.16 USD, as before')
  const change = costChange(before, later)
  assert.deepEqual(change.parts.map(({ name, per }) => [name, per]), [['instances that stand ready', 'month'], ['Lambda compute', 'million']])
  // 50,000 GB-s where an instance stands ready: 0.3889; one of 1 GB all month: 8.6402.
  assert.equal(costChangeText(change), 'a million requests: 2.32 USD instead of 2.27 USD; a month without any: 8.80 USD instead of 0.16 USD, most of it instances that stand ready (0.00 USD → 8.64 USD)')
})

test('the settings come from documents, entry files and the configuration of the stage', async () => {
  const settings = await costSettings(repository, loadConfig({ root: repository, stage: 'live', unset: 'leave out' }))
  assert.deepEqual(settings.functions.slice(0, 2), [{ name: 'builds', memoryMb: 512, readyInstances: 0 }, { name: 'metrics-backend', memoryMb: 512, readyInstances: 0 }])
  assert.ok(settings.operations.some(({ id, method, function: name }) => id === 'getLatest' && method === 'GET' && name === 'builds'))
  assert.ok(settings.tables.some(({ name, indexes }) => name === 'measurements' && indexes > 0))
  assert.deepEqual([settings.apis, settings.alarms, settings.tableCapacity], [2, true, undefined])
})

let root = ''
before(async () => {
  root = mkdtempSync(join(tmpdir(), 'klue-cost-'))
  for (const folder of ['apis', 'functions']) cpSync(join(repository, folder), join(root, folder), { recursive: true })
  writeFileSync(join(root, 'klue-config.yaml'), 'name: builds\naws_default_region: eu-west-1\nfunctions: { builds: { memory_mb: 1024 } }\n')
})
after(() => rmSync(root, { recursive: true, force: true }))

async function klue(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await runCommandLine({ root, words, commands, output: { hasColor: false, print: (text) => void out.push(text), printError: (text) => void err.push(text), printJson: (value) => void out.push(JSON.stringify(value)) } })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

test('klue cost assumes what nobody measured, and measures what is there', async () => {
  const empty = await klue('cost', '--stage', 'local')
  assert.deepEqual([empty.code, empty.err], [0, ''])
  assert.match(empty.out, /^Stage local, nothing measured; list prices of eu-west-1 as of 20\d\d-\d\d-\d\d, without free tiers and taxes\n\nA million requests +\d+\.\d\d {2}USD\n {2}HTTP API +1\.11 {2}1,000,000 requests\n/)
  assert.match(empty.out, /\nMost of it: HTTP API by request, tasks by the month\.\nAssumed: no request was measured: 50 ms/)

  const { database, close } = await openStageStore(root, loadConfig({ root }).config)
  const started = Date.now() - 3_600_000
  const row = (index: number, duration: number): Parameters<typeof putRequestRows>[1][number] => ({ started: started + index, requestId: `r${index}`, operation: 'getLatest', status: 200, duration, inBytes: 10, outBytes: 100, level: 'info', record: 'x'.repeat(500), expires: Math.ceil(started / 1000) + 999_999 })
  await putRequestRows(database, [row(1, 10), row(2, 20), row(3, 30)])
  assert.deepEqual(await measureRequests(database, { from: started - 60_000, to: Date.now() }).then((measured) => ({ ...measured, days: 0 })), { days: 0, operations: { getLatest: { requests: 3, averageMs: 20 } }, outBytes: 100, lineBytes: 500 })
  assert.equal(await measureRequests(database, { from: started - 7_200_000, to: started - 3_600_000 }), undefined)
  await close()

  const measured = JSON.parse((await klue('cost', '--stage', 'local', '--since', '2h', '--json')).out) as CostEstimate & { measured: Measured; stage: string }
  assert.deepEqual([measured.stage, measured.region, measured.measured.operations], ['local', 'eu-west-1', { getLatest: { requests: 3, averageMs: 20 } }])
  // 0.02 s of 1 GB: 20,000 GB-s.
  assert.equal(measured.perMillion.find(({ name }) => name === 'Lambda compute')!.usd.toFixed(4), '0.2667')
  assert.match((await klue('cost', '--assumed')).out, /nothing measured/)
})
