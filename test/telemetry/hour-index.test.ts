// The index of an hour in parts: one read of each hour finds what is there, also what came late, and as before where there are none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Database } from '../../src/persist/index.ts'
import { FindEntries, findMany, type FindPlace, readCounts, readFinds, readHourFinds, writeFinds, writeHourFinds } from '../../src/store/index.ts'
import { compact, defaultKeepRules, findRequests, ingest, type LogLine } from '../../src/telemetry/index.ts'
import { marked } from './marked.ts'
import { hour, noon, stores } from './store-fixture.ts'

const freshStore = stores()
const rules = defaultKeepRules
const minute = 60_000

function line(started: number, user: string): LogLine {
  return { id: `l${started}${user}`, timestamp: started, stream: `2026/03/01/[1]${'b'.repeat(32)}`, group: 'g', message: marked({ kind: 'request', level: 'info', time: new Date(started + 10).toISOString(), started: new Date(started).toISOString(), operation: 'getThing', method: 'GET', path: '/things', status: 200, duration_ms: 10, request_id: `r${started}${user}`, call_id: `c${started}${user}`, user }) }
}

interface Noted {
  name: string
  partition: string
}

/** A database that notes which partitions are read, key by key. */
function noting(database: Database, reads: Noted[]): Database {
  return { ...database, run: async (name, input, options) => {
    const { Key, RequestItems, ExpressionAttributeValues } = input as { Key?: { pk: { S: string } }; RequestItems?: Record<string, { Keys: { pk: { S: string } }[] }>; ExpressionAttributeValues?: Record<string, { S: string }> }
    if (name === 'BatchGetItem') reads.push(...Object.values(RequestItems!).flatMap(({ Keys }) => Keys).map(({ pk }) => ({ name, partition: pk.S })))
    else if (name === 'Query' || name === 'GetItem') reads.push({ name, partition: Key?.pk.S ?? ExpressionAttributeValues![':pk']!.S })
    return await database.run(name, input, options)
  } }
}

async function countAll(database: Database): Promise<void> {
  while ((await compact(database)).length > 0);
}

test('a user is found in a day and a half by one read an hour, two of what is younger, and one or two of where the requests lie', async () => {
  const hours = 36
  let now = noon - hours * hour
  const database = await freshStore(() => now)
  for (let begin = noon - hours * hour, index = 0; begin < noon; begin += hour, index++) {
    now = begin + 30 * minute
    await ingest({ database, rules }, Array.from({ length: 12 }, (_, order) => line(begin + order * 5 * minute, order === 3 && index % 9 === 0 ? 'ann' : `user-${order}`)))
    now = begin + hour + 15 * minute
    await countAll(database)
  }
  now = noon + 5 * minute
  const reads: Noted[] = []
  const find = async (user: string): Promise<number> => (await findRequests(noting(database, reads), { from: noon - hours * hour, to: noon }, { filter: { user }, limit: 100 })).rows.length
  for (const [user, rows] of [['ann', 4], ['nobody', 0]] as const) {
    reads.length = 0
    assert.equal(await find(user), rows)
    const [ofHours, ofMinutes, packs] = ['found#', 'find#', 'pack#'].map((start) => reads.filter(({ partition }) => partition.startsWith(start)).length) as [number, number, number]
    // The last hour but one is due ten minutes after its end, and is there; of the last one each minute is looked up.
    assert.ok(ofHours <= hours && ofHours >= hours - 1 && ofMinutes <= 1, JSON.stringify({ ofHours, ofMinutes }))
    assert.ok(packs <= rows + 2, `${packs} packs`)
    // Horizon, marks, notes, and the counts of hours.
    assert.ok(reads.length <= 5 + hours + 1 + packs, `${reads.length} reads`)
  }
})

test('what comes late, or in other company, is found at once and when the hour is written again', async () => {
  let now = noon + 30 * minute
  const database = await freshStore(() => now)
  await ingest({ database, rules }, [line(noon, 'ann'), line(noon + minute, 'bob')])
  now = noon + hour + 20 * minute
  await countAll(database)
  const parts = async (): Promise<number | undefined> => (await readCounts(database, 'hour', noon))?.findParts
  const found = async (user: string): Promise<number> => (await findRequests(database, { from: noon, to: noon + hour }, { filter: { user }, limit: 10 })).rows.length
  assert.equal(await parts(), 1)
  assert.deepEqual([await found('ann'), await found('eve')], [1, 0])
  // The counts stay as they are where only a copy comes.
  for (const [lines, ann, eve] of [[[line(noon + 5 * minute, 'eve')], 1, 1], [[line(noon, 'ann'), line(noon + 5 * minute, 'eve')], 1, 1], [[line(noon + 1, 'ann')], 2, 1]] as const) {
    await ingest({ database, rules }, lines)
    assert.deepEqual([await found('ann'), await found('eve')], [ann, eve])
    await countAll(database)
    assert.equal(await parts(), undefined)
    assert.deepEqual([await found('ann'), await found('eve')], [ann, eve])
    now += hour
    await countAll(database)
    assert.equal(await parts(), 1)
    assert.deepEqual([await found('ann'), await found('eve'), await found('nobody')], [ann, eve, 0])
  }
})

test('the parts of an hour say what its minutes say, whatever they hold; of what is everywhere only that it is', async () => {
  const database = await freshStore()
  const entry = fc.tuple(fc.integer({ min: 0, max: 3599 }), fc.integer({ min: 0, max: 400 }), fc.constantFrom<FindPlace['place']>({ kind: 'i', shard: 3 }, { kind: 'w', shard: 0 }, { kind: 'single', shard: 7 }))
  let of = 0
  await fc.assert(fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 300 }), fc.boolean(), async (entries, isMany) => {
    const begin = noon + (of += 1) * hour
    const minutes = new Map<number, FindEntries>()
    const add = (second: number, value: string, place: FindPlace['place']): void => {
      const start = begin + Math.floor(second / 60) * minute
      const own = minutes.get(start) ?? new FindEntries()
      minutes.set(start, own)
      own.add(value, { second: begin + second * 1000, place })
    }
    for (const [second, value, place] of entries) add(second, `call_id=${value}`, place)
    for (let second = 0; second < findMany + (isMany ? 1 : 0); second++) add(second, 'operation=often', { kind: 'i', shard: 1 })
    for (const [start, own] of minutes) await writeFinds(database, { minute: start, entries: own, expires: noon })
    const parts = (await writeHourFinds(database, begin))!
    const sorted = (places: readonly FindPlace[]): string[] => places.map(({ second, place: { kind, shard } }) => `${second} ${kind}${shard}`).sort()
    for (const value of ['operation=often', 'call_id=none', `call_id=${entries[0]![1]}`, `call_id=${entries.at(-1)![1]}`]) {
      const found = (await readHourFinds(database, [{ hour: begin, parts }], value)).get(begin)!
      if (value === 'operation=often' && isMany) assert.equal(found, 'everywhere')
      else assert.deepEqual(sorted(found as FindPlace[]), sorted(await readFinds(database, { hour: begin, value })))
    }
  }), { numRuns: 15 })
})

test('an hour of many values lies in several parts, one with a large minute in none', async () => {
  const database = await freshStore()
  const fill = async (count: number, start: number): Promise<void> => {
    const entries = new FindEntries()
    for (let index = 0; index < count; index++) entries.add(`call_id=${start} ${index}`, { second: start + (index % 60) * 1000, place: { kind: 'i', shard: 2 } })
    await writeFinds(database, { minute: start, entries, expires: noon })
  }
  for (let index = 0; index < 6; index++) await fill(2000, noon + index * minute)
  const parts = (await writeHourFinds(database, noon))!
  assert.equal(parts, 16)
  for (const index of [0, 999, 1999]) {
    const found = (await readHourFinds(database, [{ hour: noon, parts }], `call_id=${noon + minute} ${index}`)).get(noon) as FindPlace[]
    assert.ok(found.some(({ second, place }) => second === noon + minute + (index % 60) * 1000 && place.shard === 2))
  }
  // Parts that are not there are not taken for empty ones.
  assert.equal((await readHourFinds(database, [{ hour: noon, parts: 2 }], 'call_id=1')).has(noon), false)
  await fill(12_000, noon + 10 * minute)
  assert.equal(await writeHourFinds(database, noon), undefined)
})
