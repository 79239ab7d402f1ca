// Requests are archived once each, whatever stops it and however late they come; they are found there, and forgotten there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../src/persist/index.ts'
import { putWitnessedRow } from '../../src/store/index.ts'
import { archiveRequests, compact, defaultKeepRules, findRequests, forgetRequests, ingest, type LogLine, recordOf, sweepForgotten } from '../../src/telemetry/index.ts'
import { dyingAfter, unlessKilled } from '../persist/dying-database.ts'
import { filesDyingAfter, linesOf, type MemoryFiles, memoryFiles } from './archive-memory.ts'
import { marked } from './marked.ts'
import { hour, noon, stores } from './store-fixture.ts'

const freshStore = stores()
const rules = defaultKeepRules
const wide = { from: noon - 24 * hour, to: noon + 24 * hour }

/** A request every ten minutes from noon on: one in six fails, one is slow. */
function line(index: number): LogLine {
  const started = noon + index * 600_000
  const failed = index % 6 === 2
  return { id: `l${index}`, timestamp: started, group: 'g', stream: '2026/03/01/[1]0123456789abcdef0123456789abcdef', message: marked({ kind: 'request', level: failed ? 'error' : 'info', time: new Date(started + 10).toISOString(), started: new Date(started).toISOString(), message: `GET /things/${index} ${failed ? 500 : 200}`, operation: 'getThing', method: 'GET', path: `/things/${index}`, status: failed ? 500 : 200, duration_ms: index === 4 ? 6000 : 10, request_id: `r${index}`, call_id: `c${index}`, user: index % 3 === 0 ? 'ann' : 'bob', ...(failed ? { error_id: `e${index}` } : {}) }) }
}

const lines = Array.from({ length: 12 }, (_, index) => line(index))

/** Lines of two hours, stored and counted, some hours later. */
async function stored(clock: { now: number }, given: readonly LogLine[] = lines): Promise<Database> {
  clock.now = noon + 2 * hour
  const database = await freshStore(() => clock.now)
  await ingest({ database, rules }, given)
  clock.now = noon + 6 * hour
  await compact(database, { isArchived: true })
  return database
}

function idsOf(files: MemoryFiles): string[] {
  return linesOf(files).map(({ klue_id: id }) => String(id)).sort()
}

/** Takes all requests out of the table, as their time being up does. */
async function expire(database: Database): Promise<void> {
  const { Items = [] } = await database.run('Scan', { TableName: `${database.prefix}klue` })
  for (const { pk, sk } of Items) if (/^(pack|log)#/.test(pk!.S!)) await database.run('DeleteItem', { TableName: `${database.prefix}klue`, Key: { pk: { S: pk!.S! }, sk: { S: sk!.S! } } })
}

const every = lines.map((_, index) => `r${index}`).sort()

test('each request is a whole line of one file, what is remarkable apart, in parts that are bounded; a second run finds nothing to do', async () => {
  const clock = { now: 0 }
  const database = await stored(clock)
  const files = memoryFiles()
  assert.deepEqual(await archiveRequests({ database, files, rules, most: { rows: 4, characters: 1e6 } }), { parts: 4, requests: 12 })
  assert.deepEqual([...files.files.keys()].sort(), ['12-0', '12-1', '13-0', '13-1'].flatMap((part) => [`index/day=2026-03-01/${part}.json`, `requests/day=2026-03-01/${part}.jsonl.gz`]).sort())
  assert.deepEqual(idsOf(files), every)
  const { rows } = await findRequests(database, wide, { filter: {}, limit: 100 })
  const byId = new Map(linesOf(files).map(({ klue_id: id, klue_time: _time, ...record }) => [id, record]))
  for (const row of rows) assert.deepEqual(byId.get(row.requestId), recordOf(row))
  const index = JSON.parse(Buffer.from(files.files.get('index/day=2026-03-01/12-1.json')!).toString()) as { blocks: { remarkable: boolean; requests: number }[] }
  assert.deepEqual(index.blocks.map(({ remarkable, requests }) => [remarkable, requests]), [[false, 2]])
  // r2 failed, r4 was slow; the other two of the first part are neither.
  const first = JSON.parse(Buffer.from(files.files.get('index/day=2026-03-01/12-0.json')!).toString()) as typeof index
  assert.deepEqual(first.blocks.map(({ remarkable, requests }) => [remarkable, requests]), [[true, 2], [false, 2]])
  const before = new Map(files.files)
  assert.deepEqual(await archiveRequests({ database, files, rules }), { parts: 0, requests: 0 })
  assert.deepEqual(files.files, before)
})

test('killed before any write, of the table or of a file, the next run leaves each request once', async () => {
  for (let writes = 0; ; writes++) {
    const clock = { now: 0 }
    const database = await stored(clock, lines.slice(4, 8))
    const files = memoryFiles()
    const most = { rows: 1, characters: 1e6 }
    const [inTable, inFiles] = [await unlessKilled(archiveRequests({ database: dyingAfter(database, writes), files, rules, most })), await unlessKilled(archiveRequests({ database, files: filesDyingAfter(files, writes), rules, most }))]
    // Nobody who died holds the archive for long.
    clock.now += 10 * 60_000
    await archiveRequests({ database, files, rules, most })
    assert.deepEqual(idsOf(files), ['r4', 'r5', 'r6', 'r7'])
    if (inTable && inFiles) return assert.ok(writes > 4)
  }
})

test('late lines get a part of their own, once; a request that was only witnessed gets its own word', async () => {
  const clock = { now: 0 }
  const database = await stored(clock, lines.slice(0, 9))
  await putWitnessedRow(database, { started: noon + 10 * 600_000, requestId: 'r10', operation: 'getThing', status: 504, duration: 1, inBytes: 0, outBytes: 0, level: 'error', record: JSON.stringify({ kind: 'request', operation: 'getThing', status: 504, level: 'error' }), expires: noon }, 'platform')
  const files = memoryFiles()
  await archiveRequests({ database, files, rules })
  assert.equal(linesOf(files).find(({ klue_id: id }) => id === 'r10')!['status'], 504)
  // With copies of what is there, in other company.
  await ingest({ database, rules }, lines.slice(7))
  assert.deepEqual(await archiveRequests({ database, files, rules }), { parts: 0, requests: 0 })
  await compact(database, { isArchived: true })
  await unlessKilled(archiveRequests({ database, files: filesDyingAfter(files, 3), rules }))
  clock.now += 10 * 60_000
  for (let run = 0; run < 2; run++) {
    await archiveRequests({ database, files, rules })
    assert.deepEqual(idsOf(files), every)
  }
  assert.equal(linesOf(files).find(({ klue_id: id }) => id === 'r10')!['status'], 200)
  assert.ok(files.files.has('index/day=2026-03-01/13-late-0000.json'))
})

test('only one works at a time, and what was never stored is not looked for', async () => {
  const clock = { now: 0 }
  const database = await stored(clock)
  const files = memoryFiles()
  await Promise.all(Array.from({ length: 3 }, () => archiveRequests({ database, files, rules })))
  await archiveRequests({ database, files, rules })
  assert.deepEqual(idsOf(files), every)
  const empty = memoryFiles()
  await archiveRequests({ database: await freshStore(), files: empty, rules })
  assert.equal(empty.files.size, 0)
})

test('what is gone from the table is found in the archive, by every filter, page by page', async () => {
  const clock = { now: 0 }
  const database = await stored(clock)
  const files = memoryFiles()
  await archiveRequests({ database, files, rules, most: { rows: 4, characters: 1e6 } })
  const filters = [{}, { user: 'ann' }, { errorId: 'e8' }, { callId: 'c5' }, { level: 'error' as const }, { status: '2xx' }, { path: '/things/1' }, { text: 'THINGS/7' }, { user: 'nobody' }, { instance: '0123456789ab' }]
  const found = async (): Promise<string[][]> => await Promise.all(filters.map(async (filter) => (await findRequests(database, wide, { filter, limit: 100, archive: { files, before: wide.to } })).rows.map((row) => JSON.stringify(recordOf(row)))))
  const before = await found()
  assert.deepEqual(before.map((rows) => rows.length), [12, 4, 1, 1, 2, 10, 3, 1, 0, 12])
  await expire(database)
  assert.equal((await findRequests(database, wide, { filter: {}, limit: 100 })).rows.length, 0)
  assert.deepEqual(await found(), before)
  files.reads = 0
  await findRequests(database, wide, { filter: { errorId: 'e8' }, limit: 100, archive: { files, before: wide.to } })
  // Four indexes, and the one block that holds it.
  assert.equal(files.reads, 5)
  const paged: string[] = []
  for (let [to, isComplete] = [wide.to, false]; !isComplete;) {
    const page = await findRequests(database, { from: wide.from, to }, { filter: {}, limit: 5, archive: { files, before: wide.to, mostFiles: 3 } })
    assert.ok(page.isComplete || page.lookedTo < to, 'each page goes on')
    paged.push(...page.rows.map((row) => JSON.stringify(recordOf(row))))
    ;[to, isComplete] = [page.lookedTo, page.isComplete]
  }
  assert.deepEqual(paged, before[0])
})

test('who is forgotten is in no file and no index, whatever stops it; counts stay', async () => {
  for (let writes = 0; writes < 4; writes++) {
    const clock = { now: 0 }
    const database = await stored(clock)
    const files = memoryFiles()
    await archiveRequests({ database, files, rules, most: { rows: 4, characters: 1e6 } })
    await expire(database)
    const others = linesOf(files).filter(({ user }) => user === 'bob')
    const isWhole = await unlessKilled(forgetRequests(database, { filter: { user: 'ann' }, archive: { files: filesDyingAfter(files, writes), rules } }))
    clock.now += 11 * 60_000
    // Who is stopped again, and then is not.
    await unlessKilled(sweepForgotten(database, { files: filesDyingAfter(files, 1), rules }))
    clock.now += 11 * 60_000
    await sweepForgotten(database, { files, rules })
    assert.equal(linesOf(files).some((one) => JSON.stringify(one).includes('ann')), false, `${writes} writes, ${isWhole}`)
    assert.deepEqual(linesOf(files).filter(({ user }) => user === 'bob'), others)
    assert.deepEqual(idsOf(files), every)
    assert.deepEqual((await findRequests(database, wide, { filter: { user: 'ann' }, limit: 100, archive: { files, before: wide.to } })).rows, [])
    files.reads = 0
    await forgetRequests(database, { filter: { user: 'ann' }, archive: { files, rules } })
    // No index leads to a file any more.
    assert.equal(files.reads, 4)
  }
})
