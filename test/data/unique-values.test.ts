// Items that work on whole tables writes hold their unique values as those of the service do; whose value is taken is named.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, test } from 'node:test'
import { backfillTable, type BackfillSpec, copyTable, importFile, openPace } from '../../src/data/work.ts'
import { isHttpError, isUsageError } from '../../src/errors/index.ts'
import type { PersistDefinition } from '../../src/openapi/index.ts'
import { openTable } from '../../src/persist/index.ts'
import type { Attributes } from '../../src/persist/stored.ts'
import { openStageFixture, type StageFixture } from './stage-fixture.ts'

interface User {
  id: string
  email?: string
  tenant?: string
  nick?: string
  until?: number
}

const users: BackfillSpec & PersistDefinition<User, { key: ['id']; indexes: {} }> = {
  name: 'User', table: 'users', key: { partition: 'id' }, indexes: [], ttl: 'until', unique: [['email'], ['tenant', 'nick']], keyTypes: { id: 'S' },
  properties: { id: { type: 'string' }, email: { type: 'string' }, tenant: { type: 'string' }, nick: { type: 'string' }, until: { type: 'integer' } }, defaults: { tenant: 'main' },
}

const folder = mkdtempSync(join(tmpdir(), 'klue-unique-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let stage: StageFixture
beforeEach(async () => void (stage = await openStageFixture([users])))
afterEach(() => stage.close())

const shared = { pace: openPace(undefined), segments: 2, signal: new AbortController().signal, dryRun: false, progress: (): void => undefined, check: (): void => undefined, notice: (): void => undefined }
const rows = async ({ all } = stage): Promise<string[]> => (await all('users.klue')).map(({ id, owner, expires }) => `${id!.S} ${owner!.S}${expires === undefined ? '' : ` until ${expires.N}`}`)
const user = (id: string, more: Record<string, string> = {}): Attributes => Object.fromEntries(Object.entries({ id, ...more }).map(([name, value]) => [name, { S: value }]))
const load = (items: readonly Attributes[], mode: 'same' | 'replace' | 'skip' = 'same'): ReturnType<typeof importFile> => {
  const path = join(folder, 'users.jsonl')
  writeFileSync(path, items.map((item) => `${JSON.stringify({ Item: item })}\n`).join(''))
  return importFile({ path, shown: 'users.jsonl' }, { ...shared, database: stage.database, spec: users, mode })
}
const takenFor = (save: Promise<unknown>): Promise<void> => assert.rejects(save, (failure) => isHttpError(failure) && failure.code === 'UNIQUE_CONFLICT')

test('an import writes the rows of values, moves them where it replaces, and names the line of a value that is taken', async () => {
  const table = openTable<User>(stage.database, users as never)
  const until = Math.floor(stage.database.now() / 1000) + 1000
  const first = await load([{ ...user('a', { email: 'a@x' }), until: { N: String(until) } }, user('b', { email: 'b@x', tenant: 't', nick: 'n' }), user('c')])
  assert.deepEqual(first.counts, { written: 3, same: 0, skipped: 0, different: 0, taken: 0 })
  assert.deepEqual(await rows(), [`unique#email#["a@x"] [["a"]] until ${until}`, 'unique#email#["b@x"] [["b"]]', 'unique#tenant+nick#["t","n"] [["b"]]'])
  await takenFor(table.save({ id: 'd', email: 'b@x' }))
  const { counts, taken, different } = await load([{ ...user('a', { email: 'a@x' }), until: { N: String(until) } }, user('c', { email: 'other@x' }), user('d', { email: 'b@x' }), user('e', { tenant: 't', nick: 'n' }), user('f', { email: 'f@x' })])
  assert.deepEqual(counts, { written: 1, same: 1, skipped: 0, different: 1, taken: 2 })
  assert.deepEqual([taken, different], [['users.jsonl:3 (email)', 'users.jsonl:4 (tenant, nick)'], ['id=…']])
  assert.equal((await stage.all()).length, 4)
  assert.deepEqual((await load([user('b', { email: 'new@x' })], 'skip')).counts, { written: 0, same: 0, skipped: 1, different: 0, taken: 0 })
  assert.equal((await load([user('b', { email: 'new@x' })], 'replace')).counts.written, 1)
  assert.deepEqual((await rows()).slice(1), ['unique#email#["f@x"] [["f"]]', 'unique#email#["new@x"] [["b"]]'])
  await table.save({ id: 'g', email: 'b@x', tenant: 't', nick: 'n' })
})

test('two lines with one value are a fault of the file, and nothing is written', async () => {
  const failure = await load([user('a', { email: 'a@x' }), user('b', { tenant: 't', nick: 'n' }), user('c', { email: 'a@x', tenant: 't', nick: 'n' }), { ...user('d', { email: 'a@x' }), until: { N: '1' } }]).catch((error: unknown) => error)
  assert.ok(isUsageError(failure))
  assert.deepEqual(failure.faults.map(({ file, line, message }) => `${file}:${line} ${message}`), ['users.jsonl:3 the line has the email of line 1, which is unique', 'users.jsonl:3 the line has the tenant, nick of line 2, which is unique'])
  assert.deepEqual(await stage.all(), [])
})

test('a copy writes the rows at its target, and names the key of an item whose value another one there has', async () => {
  const target = await openStageFixture([users], 'notes-live-')
  try {
    const { unique: _unique, ...before } = users
    for (const one of [{ id: 'alice-1', email: 'a@x' }, { id: 'bob-1', email: 'b@x' }]) await openTable<User>(stage.database, before as never).save(one)
    await openTable<User>(target.database, users as never).save({ id: 'else', email: 'b@x' })
    const { counts, taken } = await copyTable({ ...shared, from: stage.database, to: target.database, spec: users, mode: 'same' })
    assert.deepEqual([counts, taken], [{ written: 1, same: 0, skipped: 0, different: 0, taken: 1 }, ['id=bo… (email)']])
    assert.deepEqual(await rows(target), ['unique#email#["a@x"] [["alice-1"]]', 'unique#email#["b@x"] [["else"]]'])
  } finally {
    await target.close()
  }
})

test('a backfill gives items from before values were unique their rows, names the doubles, and writes none twice', async () => {
  const until = Math.floor(stage.database.now() / 1000) + 1000
  await stage.put([user('anna-1', { email: 'a@x', tenant: 't' }), user('anna-2', { email: 'a@x', tenant: 't' }), user('bert', { nick: 'n' }), { ...user('carl', { email: 'c@x', tenant: 't' }), until: { N: String(until) } }, { ...user('gone', { email: 'c@x', tenant: 't' }), until: { N: '1' } }])
  assert.equal((await backfillTable({ ...shared, dryRun: true, database: stage.database, spec: users })).guarded, 0)
  assert.deepEqual(await rows(), [])
  const { guarded, taken, counts } = await backfillTable({ ...shared, segments: 1, database: stage.database, spec: users })
  assert.deepEqual([counts.changed, guarded, taken], [1, 3, { count: 1, first: ['id=an… (email)'] }])
  const held = await rows()
  assert.equal(held.filter((row) => /^unique#email#\["a@x"\] \[\["anna-[12]"\]\]$/.test(row)).length, 1)
  // The default of tenant came first.
  assert.deepEqual(held.slice(1), [`unique#email#["c@x"] [["carl"]] until ${until}`, 'unique#tenant+nick#["main","n"] [["bert"]]'])
  await takenFor(openTable<User>(stage.database, users as never).save({ id: 'new', email: 'c@x' }))
  let transactions = 0
  const counted = { ...stage.database, run: ((name, input, options) => {
    if (name === 'TransactWriteItems') transactions += 1
    return stage.database.run(name, input, options)
  }) as typeof stage.database.run }
  const again = await backfillTable({ ...shared, database: counted, spec: users })
  assert.deepEqual([again.guarded, again.taken.count, transactions], [0, 1, 1])
})

test('an item that changes while its rows are written is looked at again', async () => {
  await stage.put([user('moving', { email: 'old@x', tenant: 't' })])
  let turns = 0
  const racing = { ...stage.database, run: (async (name, input, options) => {
    if (name === 'TransactWriteItems' && (turns += 1) === 1) await openTable<User>(stage.database, users as never).save({ id: 'moving', email: 'new@x', tenant: 't' })
    return await stage.database.run(name, input, options)
  }) as typeof stage.database.run }
  await backfillTable({ ...shared, database: racing, spec: users })
  assert.deepEqual(await rows(), ['unique#email#["new@x"] [["moving"]]'])
})
