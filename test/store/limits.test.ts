// With DynamoDB's limits: no partition is written too often, a refused ingest catches up, and a stored request takes the units that klue cost says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { estimateCost, pricesOf } from '../../src/deploy/cost/index.ts'
import { writeHourFinds } from '../../src/store/index.ts'
import { unpackRows } from '../../src/store/pack-codec.ts'
import { indexMinute } from '../../src/telemetry/find-index.ts'
import { defaultKeepRules, ingest } from '../../src/telemetry/index.ts'
import { limitedDatabase } from './limited-database.ts'
import { realisticLine } from './realistic-line.ts'

const noon = Date.parse('2026-03-01T12:00:00Z')
const rules = defaultKeepRules

interface Load {
  /** Requests a second, and how many of them are delivered together. */
  perSecond: number
  together: number
  seconds: number
  isFailing(index: number): boolean
}

/** Takes in a load, second by second; what is refused comes again, as Lambda brings it again. */
async function takeIn(load: Load, writesASecond: number): Promise<ReturnType<typeof limitedDatabase> & { late: number }> {
  let now = noon
  const database = limitedDatabase({ clock: () => now, writesASecond })
  let waiting: ReturnType<typeof realisticLine>[][] = []
  let late = 0
  for (let second = 0; second < load.seconds || waiting.length > 0; second++) {
    const lines = second >= load.seconds ? [] : Array.from({ length: load.perSecond }, (_, index) => realisticLine(second * load.perSecond + index, { started: noon + second * 1000 + Math.floor((index * 1000) / load.perSecond), failed: load.isFailing(index) }))
    for (let from = 0; from < lines.length; from += load.together) waiting.push(lines.slice(from, from + load.together))
    const again: typeof waiting = []
    for (const batch of waiting) {
      // One attempt each: a refusal ends the invocation, and the batch is brought again.
      await ingest({ database: { ...database, run: async (name, input) => await database.run(name, input).catch((failure: unknown) => { throw Object.assign(failure as Error, { reason: (failure as { reason: string }).reason === 'ProvisionedThroughputExceededException' ? 'refused' : (failure as { reason: string }).reason }) }) }, rules }, batch).catch(() => void again.push(batch))
    }
    late += again.length
    waiting = again
    now += 1000
    assert.ok(second < load.seconds + 600, 'it does not catch up')
  }
  return Object.assign(database, { late })
}

function stored(database: ReturnType<typeof limitedDatabase>): number {
  const names = new Set<string>()
  for (const [key, item] of database.items) if (key.startsWith('pack#')) for (const { started, requestId } of unpackRows(item!['z']!.B!, { withRecords: false })) names.add(`${started} ${requestId}`)
  return names.size
}

test('no partition takes more than its limit, at 100 to 10,000 requests a second, also where all fail', async () => {
  for (const [perSecond, together] of [[100, 10], [1000, 25], [10_000, 100]] as const) {
    for (const isFailing of [(index: number) => index % 100 === 0, () => true]) {
      const database = await takeIn({ perSecond, together, seconds: 1, isFailing }, 1000)
      assert.equal(database.refused, 0, `${perSecond}: ${JSON.stringify(database.hottest())}`)
      assert.equal(stored(database), perSecond)
      assert.ok(database.hottest().units <= 900, JSON.stringify(database.hottest()))
    }
  }
})

test('an ingest that is refused catches up, and nothing is lost', async () => {
  const load = { perSecond: 1000, together: 25, seconds: 5, isFailing: (index: number) => index % 100 === 0 }
  const database = await takeIn(load, 8)
  assert.ok(database.refused > 100 && database.late > 20, `${database.refused} refused, ${database.late} late`)
  assert.equal(stored(database), 5000)
})

test('a stored request takes the write units that klue cost says', async () => {
  const requests = 20_000
  let now = noon
  const database = limitedDatabase({ clock: () => now, writesASecond: 1e9 })
  for (let from = 0; from < requests; from += 10) {
    // Deliveries of ten, of requests within five seconds.
    const started = noon + (from / 10) * 500
    now = started + 5000
    await ingest({ database, rules }, Array.from({ length: 10 }, (_, index) => realisticLine(from + index, { started: started + index * 500, failed: (from + index) % 100 === 7 })))
  }
  // What the look of every minute writes of closed ones.
  const minutes = new Map<number, { rows: ReturnType<typeof unpackRows>; place: { kind: 'i'; shard: number }; isWitnessed: boolean }[]>()
  for (const [key, item] of database.items) {
    if (!key.startsWith('pack#')) continue
    const rows = unpackRows(item!['z']!.B!, { withRecords: true })
    const minute = rows[0]!.started - (rows[0]!.started % 60_000)
    minutes.set(minute, [...(minutes.get(minute) ?? []), { rows, place: { kind: 'i', shard: 0 }, isWitnessed: false }])
  }
  for (const [minute, parts] of minutes) await indexMinute(database, { minute, parts })
  // And once the hour has closed.
  assert.equal(await writeHourFinds(database, noon), 32)
  const prices = pricesOf('us-east-1')
  const { perMillion } = estimateCost({ region: 'us-east-1', functions: [], operations: [], apis: 0, tables: [], tableCapacity: undefined, logRetentionDays: 30, rowDays: 7, alarms: false, dashboard: false, metricOperations: 0, metricNames: 0 }, undefined, prices)
  const estimated = perMillion.find(({ name }) => name === 'rows of requests')!.usd / prices.tableWrite / 1e6
  const measured = database.written / requests
  assert.ok(measured <= 0.15, String(measured))
  assert.ok(Math.abs(measured - estimated) <= 0.1 * estimated, `${measured} a request, ${estimated} estimated`)
})
