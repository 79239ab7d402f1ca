// Copying between stages, bringing items into the form of their definition, and seeds.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, afterEach, beforeEach, test } from 'node:test'
import { backfillTable, type BackfillSpec, copyTable, openPace, readSeeds, saveSeed } from '../../src/data/work.ts'
import { isUsageError } from '../../src/errors/index.ts'
import type { PersistDefinition } from '../../src/openapi/index.ts'
import { openTable } from '../../src/persist/index.ts'
import { noteDefinition, notes, openStageFixture, type StageFixture } from './stage-fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-seeds-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Jobs with an index, defaults, a version, and times that klue fills in. */
const jobs: BackfillSpec & PersistDefinition = {
  name: 'Job', table: 'jobs', key: { partition: 'id' }, indexes: [{ name: 'by-state', partition: 'state', sort: 'rank' }], version: 'revision',
  keyTypes: { id: 'S', state: 'S', rank: 'N' }, properties: { id: { type: 'string' }, state: { type: 'string' }, rank: { type: 'integer' }, revision: { type: 'integer' }, made: { type: 'string' }, changed: { type: 'integer' } },
  defaults: { state: 'open', tags: ['new'] },
  ...({ filled: { created: 'made', updated: 'changed' } } as object),
}
const plainNotes: PersistDefinition = { ...noteDefinition, version: 'revision', properties: { ...noteDefinition.properties, count: { type: 'integer' }, code: { type: 'string' } } }

let stage: StageFixture
beforeEach(async () => void (stage = await openStageFixture([jobs, plainNotes])))
afterEach(() => stage.close())

const shared = { pace: openPace(undefined), segments: 2, signal: new AbortController().signal, dryRun: false, progress: (): void => undefined, check: (): void => undefined }

test('a copy writes what is missing, names what is another, and goes on where it was stopped', async () => {
  const target = await openStageFixture([noteDefinition], 'notes-live-')
  try {
    await stage.put(notes(230), 'notes')
    await target.put([notes(1)[0]!, { id: { S: 'note-0001' }, text: { S: 'mine' } }])
    const controller = new AbortController()
    const copy = (extra: Partial<Parameters<typeof copyTable>[0]> = {}): ReturnType<typeof copyTable> => copyTable({ ...shared, segments: 1, from: stage.database, to: target.database, spec: noteDefinition, mode: 'same', ...extra })
    assert.equal((await copy({ dryRun: true })).read, 230)
    assert.equal((await target.all()).length, 2)
    await assert.rejects(copy({ signal: controller.signal, progress: () => controller.abort() }))
    let pages = 0
    const { read, counts, different } = await copy({ progress: () => void (pages += 1) })
    assert.deepEqual([read, counts, different, pages], [230, { written: 228, same: 1, skipped: 0, different: 1, taken: 0 }, ['id=no…'], 2])
    assert.equal((await target.all())[1]!['text']!.S, 'mine')
    assert.deepEqual((await copy({ mode: 'replace' })).counts.written, 230)
    assert.deepEqual(await target.all(), await stage.all('notes'))
  } finally {
    await target.close()
  }
})

test('a backfill adds defaults and times, makes index attributes fit, counts the version up, and tells what an index cannot show', async () => {
  await stage.put([
    { id: { S: 'bare' } },
    { id: { S: 'full' }, state: { S: 'done' }, rank: { N: '1' }, revision: { N: '7' }, made: { S: '2026-01-01T00:00:00.000Z' }, changed: { N: '1767225600' }, tags: { L: [] } },
    { id: { S: 'older' }, state: { S: 'done' }, revision: { N: '2' }, made: { S: '2026-01-01T00:00:00.000Z' }, changed: { N: '1767225600' }, tags: { SS: ['a'] } },
  ])
  const { counts, unfit } = await backfillTable({ ...shared, database: stage.database, spec: jobs })
  assert.deepEqual([counts.read, counts.changed, unfit.count], [3, 1, 0])
  const [bare, full] = await stage.all()
  assert.deepEqual([bare!['state'], bare!['tags'], bare!['revision']], [{ S: 'open' }, { L: [{ S: 'new' }] }, { N: '1' }])
  assert.match(bare!['made']!.S!, /^\d{4}-\d\d-\d\dT/)
  assert.deepEqual([full!['revision'], full!['changed']], [{ N: '7' }, { N: '1767225600' }])
  assert.equal((await backfillTable({ ...shared, database: stage.database, spec: jobs })).counts.changed, 0)
})

test('index attributes of another type are turned where they can be, before the index is there', async () => {
  const items = [{ id: { S: 'number-as-text' }, rank: { S: '12' }, state: { N: '3' } }, { id: { S: 'word' }, rank: { S: 'twelve' }, state: { S: 'x' } }]
  await stage.put(items, 'notes')
  const before: BackfillSpec = { ...jobs, table: 'notes', defaults: {}, ...({ filled: {} } as object) }
  const dry = await backfillTable({ ...shared, dryRun: true, database: stage.database, spec: before })
  assert.deepEqual(dry.samples, ['id=nu…: rank text of 2 → number, state number → text of 1, revision nothing → number'])
  assert.deepEqual((await stage.all('notes'))[0]!['rank'], { S: '12' })
  const { unfit } = await backfillTable({ ...shared, database: stage.database, spec: before })
  assert.deepEqual(unfit, { count: 1, first: ['id=…: rank'] })
  assert.deepEqual((await stage.all('notes'))[0], { id: { S: 'number-as-text' }, rank: { N: '12' }, state: { S: '3' }, revision: { N: '1' } })
})

const seed = (file: string, text: string): void => {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}
const clean = (): void => rmSync(join(folder, 'seeds'), { recursive: true, force: true })

test('seeds are lists called like their table, or lists by table, in YAML and JSON; numbers stay exact', async () => {
  clean()
  seed('seeds/notes.yaml', '- { id: a, text: One, count: 12345678901234567890 }\n- id: b\n  text: Two\n')
  seed('seeds/more.json', '{ "Note": [\n{ "id": "c", "text": "Three" }\n],\n"jobs": [{ "id": "j" }] }')
  const seeds = readSeeds(folder, [jobs, plainNotes], ['seeds'])
  assert.deepEqual(seeds.map(({ definition, item, file, line }) => [definition.table, item['id'], file, line]), [['notes', 'c', 'seeds/more.json', 2], ['jobs', 'j', 'seeds/more.json', 4], ['notes', 'a', 'seeds/notes.yaml', 1], ['notes', 'b', 'seeds/notes.yaml', 2]])
  const notesOnly = seeds.filter(({ definition }) => definition.table === 'notes')
  const big = notesOnly.find(({ item }) => item['id'] === 'a')!
  assert.equal(big.item['count'], 12345678901234567890n)
  big.item['count'] = 3
  for (const one of notesOnly) assert.equal(await saveSeed(stage.database, one, false), 'written')
  for (const one of notesOnly) assert.equal(await saveSeed(stage.database, { ...one, item: { ...one.item, text: 'new' } }, false), 'skipped')
  assert.equal((await stage.all('notes'))[0]!['text']!.S, 'One')
  for (const one of notesOnly) assert.equal(await saveSeed(stage.database, { ...one, item: { ...one.item, text: 'new' } }, true), 'written')
  assert.deepEqual((await stage.all('notes')).map((item) => [item['text']!.S, item['revision']!.N]), [['new', '2'], ['new', '2'], ['new', '2']])
})

test('each fault of a seed has its file and line; of the default folder nothing need be there', () => {
  clean()
  assert.deepEqual(readSeeds(folder, [plainNotes], ['seeds']), [])
  seed('seeds/a.yaml', 'notess:\n  - id: x\nnotes: no list\n')
  seed('seeds/b.yaml', 'just text\n')
  seed('seeds/c.yaml', 'notes:\n  - [1]\n  - text: no key\n  - id: twice\n    count: words\n  - id: twice\n    code: 0.1234567890123456789012\n')
  seed('seeds/d.json', '{ "notes": [\n{ "id" }')
  const error = (() => {
    try {
      readSeeds(folder, [plainNotes], ['seeds', 'nowhere'])
      return undefined
    } catch (thrown) {
      return thrown
    }
  })()
  assert.ok(isUsageError(error))
  assert.deepEqual(error.faults.map(({ file, line, message }) => `${file}:${line ?? ''} ${message}`.replace(/(no YAML or JSON): .*/, '$1')), [
    'klue-config.yaml: there is no file or folder nowhere',
    'seeds/a.yaml:1 there is no table notess',
    'seeds/a.yaml:3 the items of notes are no list',
    'seeds/b.yaml:1 the file holds neither a list of items nor lists by table',
    'seeds/c.yaml:7 0.1234567890123456789012 is more than a number holds exactly',
    'seeds/c.yaml:2 an item must be a mapping',
    'seeds/d.json:2 this is no YAML or JSON',
    'seeds/c.yaml:3 the key id is missing',
    'seeds/c.yaml:4 count must be a whole number, not text',
    'seeds/c.yaml:6 the item has the key of that in seeds/c.yaml:4',
  ])
})

test('a unique value that two seeds have, or an item of the table, is told with file and line', async () => {
  clean()
  const users = { ...plainNotes, name: 'User', table: 'users', unique: [['text']] }
  seed('seeds/users.yaml', '- { id: a, text: One }\n- { id: b, text: Two }\n- { id: c, text: One }\n')
  assert.throws(() => readSeeds(folder, [users], ['seeds']), (failure) => isUsageError(failure) && failure.faults.length === 1 && /^the item has the text of that in seeds\/users\.yaml:1, which is unique$/.test(failure.faults[0]!.message) && failure.faults[0]!.line === 3)
  seed('seeds/users.yaml', '- { id: a, text: One }\n- { id: b, text: Two }\n')
  const fixture = await openStageFixture([users])
  try {
    await openTable<{ id: string; text: string }>(fixture.database, users as never).save({ id: 'z', text: 'Two' })
    const [first, second] = readSeeds(folder, [users], ['seeds'])
    assert.equal(await saveSeed(fixture.database, first!, false), 'written')
    await assert.rejects(saveSeed(fixture.database, second!, false), (failure) => isUsageError(failure) && failure.faults[0]!.file === 'seeds/users.yaml' && failure.faults[0]!.line === 2 && /another item of table users has the text of this one/.test(failure.faults[0]!.message))
  } finally {
    await fixture.close()
    clean()
  }
})
