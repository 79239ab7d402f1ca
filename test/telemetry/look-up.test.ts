// A user, a call, an error, an instance and an operation are looked up in a bounded number of reads, and never missed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../src/persist/index.ts'
import { FindEntries, markMinute, putWitnessedRow, readFinds, writeFinds } from '../../src/store/index.ts'
import { compact, defaultKeepRules, findRequests, forgetRequests, ingest, type LogLine } from '../../src/telemetry/index.ts'
import { marked } from './marked.ts'
import { hour, noon, stores } from './store-fixture.ts'

const freshStore = stores()
const rules = defaultKeepRules

/** Two hours of requests, one a second, of 40 users. */
function line(index: number): LogLine {
  const started = noon - 2 * hour + index * 1000
  const failed = index % 500 === 7
  return { id: `l${index}`, timestamp: started, stream: `2026/03/01/[1]${String(index % 3).repeat(32)}`, group: 'g', message: marked({ kind: 'request', level: failed ? 'error' : 'info', time: new Date(started + 10).toISOString(), started: new Date(started).toISOString(), operation: index % 1000 === 5 ? 'rareThing' : 'getThing', method: 'GET', path: `/things/${index}`, status: failed ? 500 : 200, duration_ms: 10, request_id: `r${index}`, call_id: `call-${Math.floor(index / 2)}`, user: index % 900 === 100 ? 'ann' : `user-${index % 40}`, ...(failed ? { error_id: `error-${index}` } : {}) }) }
}

/** A database that counts what is read. */
function counting(database: Database): Database & { reads: number } {
  const made = { ...database, reads: 0, run: (async (name, input, options) => {
    if (name === 'Query' || name === 'GetItem') made.reads += 1
    else if (name === 'BatchGetItem') made.reads += Object.values((input as { RequestItems: Record<string, { Keys: unknown[] }> }).RequestItems).flatMap(({ Keys }) => Keys).length
    return await database.run(name, input, options)
  }) as Database['run'] }
  return made
}

test('a minute with more values than lie beside others is looked up in its own partition', async () => {
  const database = await freshStore()
  const entries = new FindEntries()
  const place = { kind: 'i', shard: 3 } as const
  for (let index = 0; index < 12_000; index++) entries.add(`call_id=${index}`, { second: noon + (index % 60) * 1000, place })
  await writeFinds(database, { minute: noon, entries, expires: noon })
  const few = new FindEntries()
  few.add('call_id=77', { second: noon + 61_000, place: { kind: 'single', shard: 7 } })
  await writeFinds(database, { minute: noon + 60_000, entries: few, expires: noon })
  const counted = counting(database)
  for (let index = 0; index < 12_000; index += 997) {
    counted.reads = 0
    const found = await readFinds(counted, { hour: noon, value: `call_id=${index}` })
    assert.ok(found.some(({ second, place: { kind, shard } }) => second === noon + (index % 60) * 1000 && kind === 'i' && shard === 3), String(index))
    assert.ok(counted.reads <= 3)
  }
  assert.deepEqual((await readFinds(database, { hour: noon, value: 'call_id=77' })).map(({ place: { kind, shard } }) => `${kind}${shard}`).sort(), ['i3', 'single7'])
  assert.deepEqual(await readFinds(database, { hour: noon, value: 'call_id=none' }), [])
})

test('what is looked up is what a look at everything finds, with late, open and witnessed requests', async () => {
  let now = noon - hour
  const database = await freshStore(() => now)
  const lines = Array.from({ length: 7000 }, (_, index) => line(index))
  const count = 4000
  for (let from = 0; from < count; from += 100) await ingest({ database, rules }, lines.slice(from, from + 100).filter((_, index) => index % 10 !== 9))
  now += 10 * 60_000
  while ((await compact(database)).length > 0);
  // Late ones of counted minutes, copies in other company, one that was only witnessed, and minutes that are still open.
  await ingest({ database, rules }, lines.slice(0, count).filter((_, index) => index % 10 === 9 && index % 100 < 60))
  await compact(database)
  await ingest({ database, rules }, [...lines.slice(0, 300), ...lines.slice(count, 4600)])
  await putWitnessedRow(database, { started: noon - hour, requestId: 'seen', operation: 'rareThing', status: 504, duration: 1, inBytes: 0, outBytes: 0, level: 'error', record: JSON.stringify({ kind: 'request', operation: 'rareThing', status: 504, user: 'ann', call_id: 'call-9' }), expires: noon }, 'platform')
  // As whoever stores such a row does after it.
  await markMinute(database, noon - hour)
  const counted = counting(database)
  const span = { from: noon - 2 * hour, to: noon + hour }
  const find = async (filter: Parameters<typeof findRequests>[2]['filter']): Promise<string[]> => (await findRequests(counted, span, { filter, limit: 10_000, most: 100_000 })).rows.map(({ started, requestId }) => `${started} ${requestId}`)
  for (const [filter, text, most] of [
    [{ user: 'ann' }, '"user":"ann"', 400],
    [{ callId: 'call-700' }, '"call_id":"call-700"', 400],
    [{ errorId: 'error-507' }, '"error_id":"error-507"', 400],
    [{ operation: 'rareThing' }, '"operation":"rareThing"', 400],
    [{ user: 'user-13', status: '5xx' }, undefined, 10_000],
    [{ instance: '2'.repeat(12), operation: 'rareThing' }, undefined, 10_000],
    [{ user: 'nobody' }, 'nobody', 400],
  ] as const) {
    counted.reads = 0
    const found = await find(filter)
    assert.ok(counted.reads <= most, `${JSON.stringify(filter)}: ${counted.reads} reads`)
    if (text === undefined) continue
    const expected = (await findRequests(database, span, { filter: { text }, limit: 10_000, most: 100_000 })).rows.map(({ started, requestId }) => `${started} ${requestId}`)
    assert.deepEqual(found, expected, text)
    assert.deepEqual(found, found.toSorted((one, other) => Number(other.split(' ')[0]) - Number(one.split(' ')[0])))
  }
  assert.equal((await find({ callId: 'call-9' })).length, 3)
  await forgetRequests(database, { filter: { user: 'ann' } })
  assert.deepEqual(await find({ user: 'ann' }), [])
})

test('the first page of each look-up takes a bounded number of reads, however many other requests there are', async () => {
  let now = noon
  const span = { from: noon - 2 * hour, to: noon }
  const failure = { level: 'error', status: 500, error_id: 'error-1' }
  for (const each of [12_000, 4000]) {
    const database = await freshStore(() => now)
    const made = Array.from({ length: (2 * hour) / each }, (_, index) => {
      const started = noon - 2 * hour + index * each
      // Ten of them are what is looked for, whatever else there is.
      const isMeant = started % (hour / 5) === 0
      const record = { kind: 'request', level: 'info', time: new Date(started + 10).toISOString(), started: new Date(started).toISOString(), operation: isMeant ? 'rareThing' : 'getThing', method: 'GET', path: `/things/${index}`, status: 200, duration_ms: 10, request_id: `r${index}`, call_id: isMeant ? 'call' : `call-${index}`, user: isMeant ? 'ann' : `user-${index % 40}`, ...(isMeant ? failure : {}) }
      return { id: `l${index}`, timestamp: started, stream: `2026/03/01/[1]${(isMeant ? 'a' : 'b').repeat(32)}`, group: 'g', message: marked(record) }
    })
    const minutely = new Map<number, LogLine[]>()
    for (const one of made) minutely.set(Math.floor(one.timestamp / 60_000), [...(minutely.get(Math.floor(one.timestamp / 60_000)) ?? []), one])
    for (const [minute, lines] of minutely) {
      now = (minute + 1) * 60_000
      await ingest({ database, rules }, lines)
    }
    now = noon + 10 * 60_000
    while ((await compact(database)).length > 0);
    const counted = counting(database)
    for (const [filter, rows, most] of [
      // Horizon, marks, notes, counts: five reads before any hour.
      [{ user: 'ann' }, 10, 5 + 2 * 2 + 10], [{ callId: 'call' }, 10, 5 + 2 * 2 + 10], [{ errorId: 'error-1' }, 10, 5 + 2 * 2 + 10], [{ instance: 'a'.repeat(12) }, 10, 5 + 2 * 2 + 10], [{ operation: 'rareThing' }, 10, 5 + 2 * 2 + 10], [{ user: 'nobody' }, 0, 5 + 2 * 2],
      // Eight partitions of single rows and four of serious packs an hour.
      [{ level: 'error' }, 10, 5 + 2 * 12], [{ status: '5xx' }, 10, 5 + 2 * 12], [{ status: '4xx,500' }, 10, 5 + 2 * 12],
    ] as const) {
      counted.reads = 0
      const page = await findRequests(counted, span, { filter, limit: 100 })
      assert.deepEqual([page.rows.length, page.isComplete], [rows, true], JSON.stringify(filter))
      assert.ok(counted.reads <= most, `${JSON.stringify(filter)}, one in ${each} ms: ${counted.reads} reads`)
    }
    counted.reads = 0
    const minute = { from: noon - 90 * 60_000, to: noon - 89 * 60_000 }
    assert.equal((await findRequests(counted, minute, { filter: {}, limit: 100 })).rows.length, 60_000 / each)
    assert.ok(counted.reads <= 5 + 16, `a minute: ${counted.reads} reads`)
  }
})
