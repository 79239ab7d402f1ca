// Sharded counters go along with the items that they count for: exported, imported and copied as rows of their own.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { copyTable, exportToFile, importFile, openPace, type ProjectTable, withCounters } from '../../src/data/work.ts'
import { isUsageError } from '../../src/errors/index.ts'
import { openTable } from '../../src/persist/index.ts'
import { noteDefinition, openStageFixture } from './stage-fixture.ts'

const shops = { ...noteDefinition, name: 'Shop', table: 'shops', unique: [['text']], sharded: { visits: 4, sales: 2 }, defaults: {} } as unknown as ProjectTable
const [one, other] = await Promise.all([openStageFixture([shops], 'a-local-'), openStageFixture([shops], 'b-local-')])
const folder = mkdtempSync(join(tmpdir(), 'klue-counters-'))
after(async () => {
  await Promise.all([one.close(), other.close()])
  rmSync(folder, { recursive: true, force: true })
})

const { signal } = new AbortController()
const common = { signal, check: () => undefined, progress: () => undefined, notice: () => undefined, dryRun: false, pace: openPace(undefined, signal), mode: 'same' as const }
const counted = ({ database }: typeof one, id: string): Promise<number[]> => Promise.all((['visits', 'sales'] as const).map((name) => openTable(database, shops as never).counter(id as never, name as never).read()))
const tables = withCounters([shops])

test('the table beside one with counters follows it, and no other has one', () => {
  assert.deepEqual(tables.map(({ table }) => table), ['shops', 'shops.klue'])
  assert.deepEqual(withCounters([{ ...shops, sharded: undefined } as unknown as ProjectTable]).length, 1)
})

test('an export, its import and a copy keep every count, and rows of unique values once', async () => {
  const table = openTable<{ id: string; text: string }>(one.database, shops as never)
  const long = 'x'.repeat(1500)
  for (const id of ['a', 'b', long]) {
    await table.save({ id, text: `of ${id}` })
    for (let time = 0; time < 7; time += 1) await table.counter(id, 'visits').add(3)
  }
  await table.counter('a', 'sales').add(-2)
  for (const spec of tables) await exportToFile(join(folder, `${spec.table}.jsonl`), { database: one.database, spec, segments: 2, signal, progress: () => undefined })
  for (const spec of tables) {
    const file = { path: join(folder, `${spec.table}.jsonl`), shown: `${spec.table}.jsonl` }
    const { counts } = await importFile(file, { ...common, database: other.database, spec })
    assert.ok(counts.written >= 3)
    assert.equal((await importFile(file, { ...common, database: other.database, spec })).counts.same, counts.written, 'what is the same counts as done')
  }
  for (const [id, sums] of [['a', [21, -2]], ['b', [21, 0]], [long, [21, 0]]] as const) assert.deepEqual(await counted(other, id), sums)
  assert.deepEqual(await other.all('shops.klue'), await one.all('shops.klue'))
  await table.counter('b', 'sales').add(5)
  const copied = await copyTable({ ...common, from: one.database, to: other.database, spec: tables[1]!, mode: 'replace', segments: 1 })
  assert.equal(copied.counts.written, copied.read)
  assert.deepEqual(await counted(other, 'b'), [21, 5])
})

test('a row that is no part of a counter is a fault of its line', async () => {
  const path = join(folder, 'wrong.jsonl')
  writeFileSync(path, '{"Item":{"id":{"S":"unique#text#[]"},"owner":{"S":"[]"}}}\n')
  await assert.rejects(importFile({ path, shown: 'wrong.jsonl' }, { ...common, database: other.database, spec: tables[1]! }), (failure) => isUsageError(failure) && failure.faults[0]!.line === 1 && /no part of a counter/.test(failure.faults[0]!.message))
})
