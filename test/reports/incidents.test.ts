// One message, not ten thousand: whatever comes twice, late, together or is stopped, counts are exact and nothing is told twice or never.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import type { Database } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import { countIncident, deliverOutgoing, muteIncident, type Outgoing, recordReport, recordReports, resolveIncident, sweepIncidents } from '../../src/reports/index.ts'
import { readIncident } from '../../src/store/index.ts'
import { dyingAfter, unlessKilled } from '../persist/dying-database.ts'
import { again, crash, freshStore } from './sample.ts'

const minute = 60_000
const noon = Date.parse('2026-03-01T12:00:00Z')

let dynamo: LocalDynamo
let now = noon
before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
})
after(() => dynamo.close())

async function store(): Promise<Database> {
  now = noon
  return await freshStore(dynamo, () => now)
}

async function settled(database: Database, outgoing: readonly Outgoing[]): Promise<string[]> {
  for (const one of outgoing) await deliverOutgoing(one, { database, channels: [] })
  return outgoing.map(({ kind, count, repeats }) => `${kind} ${count} ${repeats}`)
}

async function countOf(database: Database): Promise<number> {
  return await countIncident(database, (await readIncident(database, crash.fingerprint))!.incident)
}

test('an incident is told when it is new, in digests, when it is over and when it is back', async () => {
  const database = await store()
  const record = async (key: string, time: number = now): Promise<string[]> => settled(database, await recordReport(database, again(key, time)))
  const sweep = async (): Promise<string[]> => settled(database, await sweepIncidents(database))
  assert.deepEqual(await record('a'), ['new 1 0'])
  now += minute
  assert.deepEqual([await record('a', noon), await record('b'), await record('c'), await sweep()], [[], [], [], []])
  now += 4 * minute
  assert.deepEqual(await sweep(), ['digest 3 2'])
  assert.deepEqual(await sweep(), [])
  now += 4 * minute
  assert.deepEqual(await record('d'), [])
  assert.deepEqual(await sweep(), [])
  now += minute
  assert.deepEqual([await sweep(), await sweep()], [['digest 4 1'], []])
  now += 59 * minute
  assert.deepEqual([await sweep(), await sweep()], [['recovered 4 0'], []])
  // A line that was on its way belongs to what is over.
  assert.deepEqual(await settled(database, await recordReport(database, again('late', noon + 2 * minute))), [])
  now += minute
  assert.deepEqual([await record('e'), await record('f'), await sweep()], [['regression 6 2'], [], []])
  assert.equal(await countOf(database), 7)
  database.close()
})

test('what came while the end was decided is not lost', async () => {
  const database = await store()
  await settled(database, await recordReport(database, again('a', now)))
  now += 61 * minute
  // Counted by somebody who saw the incident open, after the sweep has looked for the newest report.
  let planted = false
  const racing: Database = { ...database, run: async (name, input, options) => {
    if (name === 'PutItem' && !planted) {
      planted = true
      await recordReport(database, again('b', now))
    }
    return await database.run(name, input, options)
  } }
  assert.deepEqual(await settled(database, await sweepIncidents(racing)), ['recovered 1 0'])
  now += minute
  assert.deepEqual(await settled(database, await sweepIncidents(database)), ['regression 2 1'])
  database.close()
})

test('muted incidents count in silence, and tell the number when the silence is over', async () => {
  const database = await store()
  await settled(database, await recordReport(database, again('a', now)))
  assert.equal(await muteIncident(database, crash.fingerprint, new Date(now + 30 * minute).toISOString()), true)
  now += 10 * minute
  assert.deepEqual([await recordReport(database, again('b', now)), await sweepIncidents(database)], [[], []])
  now += 20 * minute
  assert.deepEqual(await settled(database, await sweepIncidents(database)), ['digest 2 1'])
  assert.equal(await muteIncident(database, 'unknown', undefined), false)
  database.close()
})

test('a resolved incident that comes back is a regression at once', async () => {
  const database = await store()
  await settled(database, await recordReport(database, again('a', now)))
  now += minute
  assert.equal(await resolveIncident(database, crash.fingerprint), true)
  assert.deepEqual(await recordReport(database, again('late', now - 1000)), [])
  now += 1
  assert.deepEqual(await settled(database, await recordReport(database, again('b', now))), ['regression 3 2'])
  database.close()
})

test('counts outlive the rows of their reports', async () => {
  const database = await store()
  for (let day = 0; day < 20; day++) {
    await settled(database, await recordReports(database, [again(`${day}a`, now), again(`${day}b`, now - minute)]))
    now += 24 * 60 * minute
    await settled(database, await sweepIncidents(database))
  }
  const { incident } = (await readIncident(database, crash.fingerprint))!
  assert.ok(incident.folded >= 30, `${incident.folded}`)
  assert.equal(await countIncident(database, incident), 40)
  assert.deepEqual(await recordReport(database, again('too old', now - 48 * 60 * minute)), [])
  database.close()
})

test('a message that nobody delivers comes back, at growing distances, and is given up in the end', async () => {
  const database = await store()
  await recordReport(database, again('a', now))
  const attempts: number[] = []
  for (let left = 10 * 60; left > 0; left--) {
    now += minute
    for (const { kind, attempt } of await sweepIncidents(database, { minInterval: 86_400, compressWindow: 86_400 })) if (kind === 'new') attempts.push(attempt)
  }
  assert.deepEqual(attempts, [2, 3, 4, 5, 6, 7, 8, 9, 10])
  const { incident } = (await readIncident(database, crash.fingerprint))!
  assert.deepEqual([incident.due.length, incident.undelivered], [0, 1])
  database.close()
})

test('reports that come in any grouping, twice, at once, with stops between any two writes: exact counts, each message once', async () => {
  const step = fc.record({ picks: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), dies: fc.option(fc.nat({ max: 7 })), sweepDies: fc.option(fc.nat({ max: 3 })), deliveryDies: fc.option(fc.nat({ max: 3 })), minutes: fc.integer({ min: 0, max: 40 }) })
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.array(step, { maxLength: 6 }), async (size, steps) => {
    const database = await store()
    const reports = Array.from({ length: size }, (_, index) => again(`key ${index}`, noon + index * 7 * minute))
    const recorded = new Set<string>()
    const told: Outgoing[] = []
    let killedWhileTelling = 0
    const deliver = async (outgoing: readonly Outgoing[], dies: number | null): Promise<void> => {
      for (const one of outgoing) {
        const channel = { name: 'one', accepts: () => true, send: async () => void told.push(one) }
        const sentBefore = told.length
        const isDone = await unlessKilled(deliverOutgoing(one, { database: dies === null ? database : dyingAfter(database, dies), channels: [channel] }))
        // Sent, and killed before that was noted: the one case in which a receiver sees a message, with its id, again.
        if (!isDone && told.length > sentBefore && dies === 1) killedWhileTelling += 1
      }
    }
    for (const { picks, dies, sweepDies, deliveryDies, minutes } of steps) {
      const batch = picks.map((pick) => reports[pick % size]!).filter((report) => Date.parse(report.time) <= now)
      for (const { key } of batch) recorded.add(key)
      let outgoing: Outgoing[] = []
      await unlessKilled(recordReports(dies === null ? database : dyingAfter(database, dies), batch).then((all) => (outgoing = all)))
      await deliver(outgoing, deliveryDies)
      now += minutes * minute
      outgoing = []
      await unlessKilled(sweepIncidents(sweepDies === null ? database : dyingAfter(database, sweepDies)).then((all) => (outgoing = all)))
      await deliver(outgoing, deliveryDies)
    }
    // At least once: in the end everything is delivered to us, and everything is told.
    now = Math.max(now, noon + size * 7 * minute)
    await deliver(await recordReports(database, reports), null)
    for (let left = 16; left > 0; left--) {
      now += 5 * minute
      await deliver(await sweepIncidents(database), null)
    }
    assert.equal(await countOf(database), size)
    const ids = told.map(({ id }) => id)
    assert.ok(ids.length - new Set(ids).size <= killedWhileTelling, `${ids.join(' ')}, ${killedWhileTelling} stops`)
    const messages = [...new Map(told.map((one) => [one.id, one])).values()].sort((left, right) => (left.at < right.at ? -1 : 1))
    const { incident } = (await readIncident(database, crash.fingerprint))!
    assert.deepEqual([incident.due.length, incident.undelivered, messages.length], [0, 0, incident.messages])
    assert.equal(messages.filter(({ kind }) => kind === 'new').length, 1)
    assert.equal(messages.filter(({ kind }) => kind === 'recovered').length, messages.filter(({ kind }) => kind === 'new' || kind === 'regression').length)
    // The first one, and the repetitions that the messages tell, are all that happened: but for lines that came when all was over.
    const announced = 1 + messages.reduce((sum, { repeats }) => sum + repeats, 0)
    assert.equal(announced, incident.announced)
    assert.ok(announced === size || (announced < size && incident.status === 'recovered'), `${announced} of ${size}, ${incident.status}`)
    database.close()
  }), { numRuns: 20 })
})
