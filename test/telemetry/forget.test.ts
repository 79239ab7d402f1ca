// What is to be forgotten leaves no record: not in packs, not in rows, not by lines that come again; counts stay as they were.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../src/persist/index.ts'
import { addFacts, claimKey, putSample, putWitnessedRow, readSample, type Report, settleEnded, settleKey, stepsOf, writeIncident } from '../../src/store/index.ts'
import { toItem } from '../../src/store/single-rows.ts'
import { defaultKeepRules, findRequests, forgetRequests, ingest, type LogLine, readStats, sweepForgotten } from '../../src/telemetry/index.ts'
import { printCounts } from '../../src/telemetry/counts.ts'
import { dyingAfter, unlessKilled } from '../persist/dying-database.ts'
import { marked } from './marked.ts'
import { hour, noon, stores } from './store-fixture.ts'

const freshStore = stores()
const rules = defaultKeepRules

function line(index: number, fields: object = {}): LogLine {
  const started = noon - index * 1000
  return { id: `l${index}`, timestamp: started, message: marked({ kind: 'request', level: 'info', time: new Date(started + 10).toISOString(), started: new Date(started).toISOString(), operation: 'getThing', method: 'GET', path: `/things/${index}`, status: 200, duration_ms: 10, request_id: `r${index}`, call_id: `c${index % 7}`, user: index % 3 === 0 ? 'ann@example.com' : 'bob', ip: '192.0.2.1', ...fields }) }
}

const lines = Array.from({ length: 60 }, (_, index) => line(index, index % 20 === 3 ? { status: 503, level: 'error', error_id: `e${index}` } : {}))
const wide = { from: noon - hour, to: noon + hour }

/** Everything that the table holds, packs unpacked. */
async function everything(database: Database): Promise<string> {
  const page = await findRequests(database, wide, { filter: {}, limit: 1000 })
  const { Items = [] } = await database.run('Scan', { TableName: `${database.prefix}klue` })
  return JSON.stringify(page.rows) + JSON.stringify(Items.filter(({ pk }) => pk!.S !== 'forget').map(({ z: _packed, ...item }) => item))
}

test('records of a user go, wherever they are; nothing else changes', async () => {
  const database = await freshStore()
  await ingest({ database, rules }, lines)
  await ingest({ database, rules }, lines.slice(10, 30))
  const old = { started: noon - 500, requestId: 'old', operation: 'getThing', status: 200, duration: 1, inBytes: 1, outBytes: 1, level: 'info' as const, record: '{"kind":"request","user":"ann@example.com"}', expires: noon }
  await database.run('PutItem', { TableName: `${database.prefix}klue`, Item: toItem(old) as never })
  await putWitnessedRow(database, { ...old, requestId: 'seen', record: '{"kind":"request","user":"ann@example.com","status":502}' }, 'platform')
  const before = printCounts(await readStats(database, wide))
  const others = (await findRequests(database, wide, { filter: { user: 'bob' }, limit: 100 })).rows
  assert.equal((await everything(database)).includes('ann@example'), true)
  const { requests, items } = await forgetRequests(database, { filter: { user: 'ann@example.com' } })
  // 20 requests of the first delivery, copies of them in the second, and the two rows.
  assert.ok(requests >= 22 && items >= 4, `${requests} in ${items}`)
  assert.equal((await everything(database)).includes('ann@example'), false)
  assert.equal(printCounts(await readStats(database, wide)), before)
  assert.deepEqual((await findRequests(database, wide, { filter: { user: 'bob' }, limit: 100 })).rows, others)
  assert.deepEqual((await forgetRequests(database, { filter: { user: 'ann@example.com' } })).requests, 0)
})

test('lines that come again leave no record, in whatever company, and what came meanwhile is looked for again', async () => {
  let now = noon
  const database = await freshStore(() => now)
  const late = { ...database }
  await ingest({ database, rules }, lines.slice(0, 20))
  // Another process, which reads no order for a while.
  await ingest({ database: late, rules }, lines.slice(20, 30))
  await forgetRequests(database, { filter: { user: 'ann@example.com', path: '/things' } })
  await ingest({ database: { ...database }, rules }, [...lines.slice(0, 20), ...lines.slice(5, 15)])
  await ingest({ database: { ...database }, rules }, lines.slice(40))
  assert.equal((await everything(database)).includes('ann@example'), false)
  await ingest({ database: late, rules }, lines.slice(30, 40))
  now += 5 * 60_000
  await sweepForgotten(database)
  assert.equal((await everything(database)).includes('ann@example'), true)
  now += 6 * 60_000
  await sweepForgotten(database)
  assert.equal((await everything(database)).includes('ann@example'), false)
  assert.equal((await readStats(database, wide)).get('getThing')!.requests, 60)
})

test('stopped anywhere, the look of every minute ends it', async () => {
  for (let writes = 1; writes < 6; writes++) {
    let now = noon
    const database = await freshStore(() => now)
    await ingest({ database, rules }, lines)
    await unlessKilled(forgetRequests(dyingAfter(database, writes), { filter: { user: 'ann@example.com' } }))
    now += 11 * 60_000
    await unlessKilled(sweepForgotten(dyingAfter(database, writes)))
    await sweepForgotten(database)
    assert.equal((await everything(database)).includes('ann@example'), false)
  }
})

test('requests are found by each filter, page by page', async () => {
  const database = await freshStore()
  await ingest({ database, rules }, lines.map((one) => ({ ...one, group: 'g', stream: '2026/03/01/[7]0123456789abcdef0123456789abcdef' })))
  const find = async (filter: Parameters<typeof findRequests>[2]['filter']): Promise<string[]> => (await findRequests(database, wide, { filter, limit: 100 })).rows.map(({ requestId }) => requestId)
  assert.deepEqual(await find({ errorId: 'e23' }), ['r23'])
  assert.deepEqual(await find({ callId: 'c3', user: 'bob' }), ['r10', 'r17', 'r31', 'r38', 'r52', 'r59'])
  assert.deepEqual(await find({ status: '4xx,5xx' }), ['r3', 'r23', 'r43'])
  assert.deepEqual(await find({ status: '404,2xx', path: '/things/5' }), ['r5', ...Array.from({ length: 10 }, (_, index) => `r${50 + index}`)])
  assert.deepEqual(await find({ text: 'THINGS/17' }), ['r17'])
  assert.equal((await find({ instance: '0123456789ab', ip: '192.0.2.1' })).length, 60)
  assert.deepEqual(await find({ ip: '192.0.2.2' }), [])
  const pages: string[][] = []
  for (let [to, isComplete] = [wide.to, false]; !isComplete;) {
    const page = await findRequests(database, { from: wide.from, to }, { filter: { user: 'bob' }, limit: 100, most: 25 })
    pages.push(page.rows.map(({ requestId }) => requestId))
    assert.ok(page.looked <= 25)
    ;[to, isComplete] = [page.lookedTo, page.isComplete]
  }
  assert.equal(pages.length, 3)
  assert.deepEqual(pages.flat(), await find({ user: 'bob' }))
})

test('answers that idempotency keys keep of a user go too, with their steps; that a key was used stays', async () => {
  const database = await freshStore()
  const use = async (id: string): Promise<void> => {
    const state = await claimKey(database, { id, fingerprint: 'f', leaseUntil: noon + 1000, ttlSeconds: 3600 })
    assert.ok(state.kind === 'claimed')
    await stepsOf(database, state.claim)('look up', () => `step of ${id}`)
    await settleKey(database, state.claim, { answer: { status: 201, headers: { 'x-name': id }, body: `answer of ${id}` } })
  }
  for (const id of ['ann-1', 'ann-2', 'bob-1']) await use(id)
  await ingest({ database, rules }, [line(0, { idempotency: 'ann-1' }), line(1, { idempotency: 'bob-1' })])
  await forgetRequests(database, { filter: { user: 'ann@example.com' } })
  // Its line comes after the order.
  await ingest({ database: { ...database }, rules }, [line(3, { idempotency: 'ann-2' })])
  const left = await everything(database)
  assert.deepEqual(['answer of ann-1', 'step of ann-1', 'answer of ann-2', 'step of ann-2', 'answer of bob-1', 'step of bob-1'].filter((text) => left.includes(text)), ['answer of bob-1', 'step of bob-1'])
  const again = async (id: string): Promise<unknown> => claimKey(database, { id, fingerprint: 'f', leaseUntil: noon + 1000, ttlSeconds: 3600 })
  assert.deepEqual([await again('ann-1'), await again('ann-2')], [{ kind: 'not-kept', status: 201 }, { kind: 'not-kept', status: 201 }])
  assert.equal((await again('bob-1') as { kind: string }).kind, 'answered')
})

test('facts of ended invocations and reports that incidents keep leave nothing of the caller, also when their lines come again', async () => {
  const database = await freshStore()
  const idOf = (user: string): string => `invocation-${user.length}`
  const record = (user: string): string => JSON.stringify({ kind: 'watchdog', level: 'error', time: new Date(noon).toISOString(), started: new Date(noon - 900).toISOString(), operation: 'getThing', path: '/things', user, trace: [{ name: `for ${user}` }], request_id: idOf(user) })
  for (const user of ['ann@example.com', 'bob']) {
    await addFacts(database, idOf(user), { line: record(user), error: JSON.stringify({ text: `no room for ${user}`, stack: '' }), at: new Date(noon).toISOString() })
    await settleEnded(database, idOf(user), JSON.stringify({ kind: 'exit', text: `no room for ${user}`, stack: user, time: new Date(noon).toISOString(), function: 'f', requestId: idOf(user), record: JSON.parse(record(user)) as object }))
  }
  const report = (user: string): Report => ({ key: user, fingerprint: 'f'.repeat(16), fatal: true, severity: 1, service: 's', stage: 'live', operation: 'getThing', code: 'BROKEN', title: 'FATAL it broke', text: 'it broke', body: JSON.stringify({ user: { id: user }, call_id: 'c', request: { params: { mail: user } } }), time: new Date(noon).toISOString(), errorId: `e-${user}`, requestId: user })
  await writeIncident(database, { fingerprint: 'f'.repeat(16), service: 's', stage: 'live', operation: 'getThing', code: 'BROKEN', fatal: true, severity: 1, title: 'FATAL it broke', text: 'it broke', status: 'open', firstSeen: '', lastSeen: '', since: '', messages: 1, undelivered: 0, announcedAt: '', announced: 1, folded: 0, foldedUpTo: '', sample: 'bob', due: [] }, undefined)
  for (const user of ['ann@example.com', 'bob']) await putSample(database, report(user))
  const { requests, items } = await forgetRequests(database, { filter: { user: 'ann@example.com' }, from: noon - hour })
  assert.deepEqual([requests, items], [0, 2])
  const known = await addFacts(database, idOf('ann@example.com'), { line: record('ann@example.com') })
  assert.equal(JSON.stringify(known).includes('ann@example'), false)
  assert.match(known.line!, /"kind":"watchdog".*"operation":"getThing"/)
  const kept = await readSample(database, report('ann@example.com'))
  assert.deepEqual({ ...kept, key: '', body: JSON.parse(kept!.body) as unknown }, { key: '', fingerprint: 'f'.repeat(16), fatal: true, severity: 1, service: 's', stage: 'live', operation: 'getThing', code: 'BROKEN', title: 'FATAL it broke', text: 'it broke', time: new Date(noon).toISOString(), body: { forgotten: true, is_fatal_error: true, title: 'it broke' } })
  assert.deepEqual(await readSample(database, report('bob')), report('bob'))
  assert.equal((await addFacts(database, idOf('bob'), {})).line, record('bob'))
  assert.equal((await forgetRequests(database, { filter: { user: 'ann@example.com' }, from: noon - hour })).items, 0)
})
