// Whatever happens on the way, requests are stored once and counted once.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { type Database, ensureTables, openDatabase } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import { storeDefinition } from '../../src/store/index.ts'
import { compact, defaultKeepRules, ingest, type LogLine, readStats } from '../../src/telemetry/index.ts'
import { printCounts } from '../../src/telemetry/counts.ts'

const hour = 3_600_000
const noon = Date.parse('2026-03-01T12:00:00Z')

let dynamo: LocalDynamo
let stores = 0

before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
})
after(() => dynamo.close())

async function freshStore(now: () => number): Promise<Database> {
  const database = openDatabase({ endpoint: dynamo.endpoint, prefix: `t${(stores += 1)}-`, now })
  await ensureTables(database, [storeDefinition])
  return database
}

interface Call {
  operation: string
  status: number
  duration: number
  /** Milliseconds before noon. */
  ago: number
}

const callOf = fc.record({ operation: fc.constantFrom('getThing', 'putThing', ''), status: fc.constantFrom(200, 201, 404, 500, 543), duration: fc.integer({ min: 0, max: 30_000 }), ago: fc.integer({ min: 0, max: 3 * hour }) })

function toLine(call: Call, index: number): LogLine {
  const started = noon - call.ago
  const record = { kind: 'request', level: call.status >= 500 ? 'error' : 'info', time: new Date(started + call.duration).toISOString(), started: new Date(started).toISOString(), operation: call.operation, status: call.status, duration_ms: call.duration, request_id: `request-${index}` }
  return { id: `line-${index}`, timestamp: started, message: JSON.stringify(record) }
}

/** A database whose writes stop after some: as a process that is killed there. */
function dyingAfter(database: Database, writes: number): Database {
  let left = writes
  return {
    ...database,
    run: async (name, input, options) => {
      if (!['Query', 'GetItem', 'DescribeTable'].includes(name) && (left -= 1) < 0) throw new Error('killed')
      return await database.run(name, input, options)
    },
  }
}

async function unlessKilled(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (failure) {
    assert.equal((failure as Error).message, 'killed')
    return false
  }
}

const wide = { from: noon - 4 * hour, to: noon + hour }

test('any grouping, order, repetition and stop gives the counts of one clean delivery', async () => {
  const delivery = fc.record({
    lines: fc.array(callOf, { minLength: 1, maxLength: 25 }),
    // Each delivery: which lines, and after how many writes it is killed (if at all).
    deliveries: fc.array(fc.record({ picks: fc.array(fc.nat(), { minLength: 1, maxLength: 15 }), dies: fc.option(fc.nat({ max: 4 })), compacts: fc.option(fc.nat({ max: 9 })) }), { maxLength: 5 }),
  })
  await fc.assert(fc.asyncProperty(delivery, async ({ lines: calls, deliveries }) => {
    let now = noon
    const [clean, store] = [await freshStore(() => now), await freshStore(() => now)]
    const lines = calls.map(toLine)
    await ingest({ database: clean, rules: defaultKeepRules }, lines)
    for (const { picks, dies, compacts } of deliveries) {
      const batch = picks.map((pick) => lines[pick % lines.length]!)
      await unlessKilled(ingest({ database: dies === null ? store : dyingAfter(store, dies), rules: defaultKeepRules }, batch))
      now += 60_000
      if (compacts !== null) await unlessKilled(compact(dyingAfter(store, compacts)))
    }
    // At least once: in the end everything is delivered.
    await ingest({ database: store, rules: defaultKeepRules }, lines.toReversed())
    const expected = printCounts(await readStats(clean, wide))
    assert.equal(printCounts(await readStats(store, wide)), expected)
    now += 10 * 60_000
    await compact(store)
    assert.equal(printCounts(await readStats(store, wide)), expected)
    await compact(clean)
    assert.equal(printCounts(await readStats(clean, wide)), expected)
    for (const database of [clean, store]) database.close()
  }), { numRuns: 25 })
})

test('a bad line loses only itself', async () => {
  const database = await freshStore(() => noon)
  const good = toLine({ operation: 'getThing', status: 200, duration: 5, ago: 1000 }, 1)
  const lines: LogLine[] = [
    { id: 'cut', timestamp: noon, message: good.message.slice(0, 60) },
    good,
    { id: 'status', timestamp: noon, message: good.message.replace('"status":200', '"status":"fine"') },
    { id: 'old', timestamp: noon, message: toLine({ operation: 'getThing', status: 200, duration: 5, ago: 72 * hour }, 2).message },
    { id: 'own', timestamp: noon, message: '{"hello":"world"}' },
    { id: 'text', timestamp: noon, message: 'START RequestId: 1 Version: 2' },
  ]
  const { requests, others, bad } = await ingest({ database, rules: defaultKeepRules }, lines)
  assert.deepEqual([requests, others], [1, 2])
  assert.deepEqual(bad, [{ id: 'cut', reason: 'it is no complete JSON' }, { id: 'status', reason: 'its status is none' }, { id: 'old', reason: 'it is older than 47 hours' }])
  assert.equal((await readStats(database, wide)).get('getThing')?.requests, 1)
  database.close()
})
