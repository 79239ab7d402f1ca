// Migrations against the embedded database: order, state, resumption, writers beside them, dry runs, and what is refused.
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { leaseMs, migrate, type MigrateOptions, migrationFaults, migrationStatus } from '../../src/data/work.ts'
import { isUsageError } from '../../src/errors/index.ts'
import { listMigrations, readLock, takeLock } from '../../src/store/index.ts'
import { makeProject, type ProjectFixture } from '../dev/project-fixture.ts'
import { noteDefinition, notes, openStageFixture, type StageFixture } from './stage-fixture.ts'

let project: ProjectFixture
let stage: StageFixture

const file = (body: string): string => `import { defineMigration, type Migration } from 'klue/data'
import { Note } from '../functions/gen/notes.ts'

${body}
`
const capitals = file("export const migration: Migration = defineMigration({ table: Note, when: 'before-live', each: (note) => (note.text === note.text.toUpperCase() ? undefined : { ...note, text: note.text.toUpperCase() }) })")

before(async () => void (project = await makeProject()))
after(() => project.remove())
beforeEach(async () => void (stage = await openStageFixture()))
afterEach(() => stage.close())

const clear = (): Promise<void> => rm(join(project.root, 'migrations'), { recursive: true, force: true })
beforeEach(clear)

const run = (options: Partial<MigrateOptions> = {}): ReturnType<typeof migrate> => migrate({ root: project.root, database: stage.database, who: 'ann on laptop', ...options })
const fault = (code: string, says: RegExp) => (error: unknown): boolean => isUsageError(error) && error.faults[0]!.code === code && says.test(error.message)

test('a migration changes every item once, and the stage knows which ran, by whom and when', async () => {
  await project.write('migrations/001-capitals.ts', capitals)
  await stage.put(notes(130))
  const [ran] = await run()
  assert.deepEqual(ran!.counts, { read: 130, changed: 130, deleted: 0, again: 0 })
  assert.ok((await stage.all()).every((item) => /^TEXT \d+$/.test(item['text']!.S!)))
  const [row] = await listMigrations(stage.database)
  assert.deepEqual([row!.name, row!.state, row!.who, row!.when, row!.passes], ['001-capitals', 'done', 'ann on laptop', 'before-live', {}])
  assert.match(`${row!.started} ${row!.ended}`, /^\d{4}-\S+Z \d{4}-\S+Z$/)
  assert.deepEqual(await run(), [])
})

test('migrations run in the order of their numbers; one that deletes and one of the free form over several tables', async () => {
  await project.write('migrations/001-delete.ts', file("export const migration: Migration = defineMigration({ table: Note, when: 'before-live', each: ({ id }) => (id.endsWith('0') ? 'delete' : undefined) })"))
  await project.write('migrations/002-copy.ts', file(`export const migration: Migration = defineMigration({
  when: 'after-live',
  async run(context) {
    await context.table(Note).save({ id: 'first', text: 'saved by hand' })
    await context.each(Note, (note) => ({ ...note, text: note.text + '!' }))
  },
})`))
  await stage.put(notes(20))
  const ran = await run()
  assert.deepEqual(ran.map(({ name, counts }) => [name, counts.read, counts.changed, counts.deleted]), [['001-delete', 20, 0, 2], ['002-copy', 19, 19, 0]])
  assert.deepEqual((await stage.all()).map((item) => item['text']!.S).slice(0, 2), ['saved by hand!', 'Text 1!'])
})

test('of one time only those run, and the others stay pending', async () => {
  await project.write('migrations/001-first.ts', capitals)
  await project.write('migrations/002-second.ts', capitals.replace('before-live', 'after-live'))
  assert.deepEqual((await run({ when: 'after-live' })).map(({ name }) => name), ['002-second'])
  assert.deepEqual((await migrationStatus(project.root, stage.database)).map(({ name, state, file }) => [name, state, file]), [['001-first', 'pending', 'not run'], ['002-second', 'done', 'as it ran']])
})

test('one that throws stops with the item that it stopped at; a mended file begins at the first item again', async () => {
  await project.write('migrations/001-odd.ts', file("export const migration: Migration = defineMigration({ table: Note, when: 'before-live', each(note) {\n  if (note.text === 'odd') throw new Error('odd text')\n  return { ...note, text: note.text + '+' }\n} })"))
  await stage.put(notes(130))
  await stage.put([{ id: { S: 'the-odd-one' }, text: { S: 'odd' } }])
  await assert.rejects(run({ segments: 1 }), fault('migration-failed', /^migrations\/001-odd\.ts: the migration 001-odd stopped at the item of table notes with id=the-odd-one: odd text \(run the same command again/))
  const [row] = await listMigrations(stage.database)
  assert.equal(row!.state, 'failed')
  assert.ok(row!.passes['notes#1'] !== undefined || row!.counts.read < 100)
  const told: string[] = []
  await project.write('migrations/001-odd.ts', file("export const migration: Migration = defineMigration({ table: Note, when: 'before-live', each: (note) => (note.text.endsWith('+') || note.text === 'odd' ? undefined : { ...note, text: note.text + '+' }) })"))
  await run({ notice: (sentence) => void told.push(sentence) })
  assert.match(told.join(' '), /001-odd\.ts was changed since it stopped here; it begins at the first item again/)
  assert.equal((await stage.all()).filter((item) => /^Text \d+\+$/.test(item['text']!.S!)).length, 130)
})

test('what the service writes while a migration runs is never overwritten, nor lost', async () => {
  await project.write('migrations/001-state.ts', file(`const other = new Map<string, number>()
export const migration: Migration = defineMigration({ table: Note, when: 'before-live', async each(note) {
  const seen = (other.get(note.id) ?? 0) + 1
  other.set(note.id, seen)
  // Another writer, twice, between the reading of the item and its writing.
  if (seen < 3) await (globalThis as unknown as { service(id: string): Promise<void> }).service(note.id)
  return { ...note, text: note.text + '|' + note['count'], state: 'open' }
} })`))
  await stage.put(notes(40).map((note) => ({ ...note, count: { N: '0' }, tags: { L: [] } })))
  Object.assign(globalThis, { service: (id: string) => stage.database.run('UpdateItem', { TableName: 'notes-local-notes', Key: { id: { S: id } }, UpdateExpression: 'ADD #count :one SET tags = :tags, late = :one', ExpressionAttributeNames: { '#count': 'count' }, ExpressionAttributeValues: { ':one': { N: '1' }, ':tags': { L: [{ S: 'by the service' }] } } }) })
  const [ran] = await run()
  assert.deepEqual(ran!.counts, { read: 40, changed: 40, deleted: 0, again: 80 })
  for (const item of await stage.all()) assert.deepEqual([item['count'], item['state'], item['tags'], item['late'], item['text']!.S!.endsWith('|2')], [{ N: '2' }, { S: 'open' }, { L: [{ S: 'by the service' }] }, { N: '1' }, true])
})

test('an item that is deleted meanwhile stays deleted', async () => {
  await project.write('migrations/001-late.ts', file(`export const migration: Migration = defineMigration({ table: Note, when: 'before-live', async each(note) {
  await (globalThis as unknown as { service(id: string): Promise<void> }).service(note.id)
  return { ...note, text: 'back again' }
} })`))
  await stage.put(notes(3))
  Object.assign(globalThis, { service: (id: string) => stage.database.run('DeleteItem', { TableName: 'notes-local-notes', Key: { id: { S: id } } }) })
  const [ran] = await run()
  assert.deepEqual([ran!.counts.changed, await stage.all()], [0, []])
})

test('attributes that a migration leaves alone stay as they are stored: sets, long numbers of text properties, maps', async () => {
  await project.write('migrations/001-capitals.ts', capitals)
  const odd = { tags: { SS: ['a', 'b'] }, digits: { NS: ['1', '2'] }, blobs: { BS: [new Uint8Array([1, 2])] }, deep: { M: { list: { L: [{ N: '1' }, { NULL: true as const }] } } } }
  await stage.put([{ id: { S: 'one' }, text: { S: 'low' }, ...odd }])
  await run()
  const [item] = await stage.all()
  const sorted = { ...item!, tags: { SS: [...item!['tags']!.SS!].sort() }, digits: { NS: [...item!['digits']!.NS!].sort() }, blobs: { BS: item!['blobs']!.BS!.map((bytes) => new Uint8Array(bytes)) } }
  assert.deepEqual(sorted, { id: { S: 'one' }, text: { S: 'LOW' }, ...odd })
})

test('a dry run counts, shows changes without values, and writes nothing at all', async () => {
  await project.write('migrations/001-capitals.ts', file(`export const migration: Migration = defineMigration({ when: 'before-live', async run(context) {
  await context.table(Note).save({ id: 'x', text: 'not saved' })
  await context.each(Note, (note) => ({ ...note, text: 'secret', state: 3 }))
} })`))
  await stage.put(notes(5))
  const before = await stage.all()
  const [ran] = await run({ dryRun: true })
  assert.deepEqual([ran!.counts.read, ran!.counts.changed, ran!.writes, ran!.samples.length], [5, 5, 1, 3])
  assert.match(ran!.samples[0]!, /^id=no…: text text of 6 → text of 6, state nothing → number$/)
  assert.deepEqual([await stage.all(), await listMigrations(stage.database), await readLock(stage.database, 'data')], [before, [], undefined])
})

test('two runs exclude each other; what a dead process held is taken over', async () => {
  await project.write('migrations/001-slow.ts', file("export const migration: Migration = defineMigration({ table: Note, when: 'before-live', async each(note) {\n  await (globalThis as unknown as { gate: Promise<void> }).gate\n  return { ...note, text: 'done' }\n} })"))
  await stage.put(notes(3))
  let open = (): void => undefined
  Object.assign(globalThis, { gate: new Promise<void>((resolve) => void (open = resolve)) })
  const first = run()
  while ((await readLock(stage.database, 'data')) === undefined) await new Promise((done) => setImmediate(done))
  await assert.rejects(run({ who: 'bob' }), fault('data-locked', /ann on laptop migrates the data since .* UTC \(process \d+ on /))
  open()
  assert.equal((await first)[0]!.counts.changed, 3)
  await clear()
  await project.write('migrations/002-next.ts', capitals)
  const dead = { owner: 'other', who: 'bob', host: 'another-machine', pid: 1, since: '2026-03-01T09:30:00.000Z', doing: 'migrates the data', until: Date.now() + leaseMs }
  assert.equal(await takeLock(stage.database, 'data', { lock: dead }), 'taken')
  await assert.rejects(run(), fault('data-locked', /bob migrates/))
  assert.equal(await takeLock(stage.database, 'data', { lock: { ...dead, until: Date.now() - 1 }, over: 'other' }), 'taken')
  assert.equal((await run())[0]!.counts.changed, 3)
})

test('a changed file of one that ran is told and does not run again; one under another name is refused; one that is gone is listed', async () => {
  await project.write('migrations/001-capitals.ts', capitals)
  await run()
  await project.write('migrations/001-capitals.ts', `${capitals}// later\n`)
  const told: string[] = []
  assert.deepEqual(await run({ notice: (sentence) => void told.push(sentence) }), [])
  assert.match(told.join(''), /migrations\/001-capitals\.ts was changed since it ran here \(\d{4}-\d\d-\d\d\); it does not run again/)
  await clear()
  assert.deepEqual((await migrationStatus(project.root, stage.database)).map(({ name, file }) => [name, file]), [['001-capitals', 'gone']])
  await project.write('migrations/001-other.ts', capitals)
  await assert.rejects(run(), fault('migration-renamed', /has run on this stage as 001-capitals/))
})

test('numbers that stand twice or are missing, and names that are none, are faults with their place', async () => {
  for (const name of ['001-a.ts', '001-b.ts', '004-c.ts', 'readme.md', '5-d.ts']) await project.write(`migrations/${name}`, capitals)
  assert.deepEqual(migrationFaults(project.root).map(({ code, file }) => [code, file]), [['migration-name', 'migrations/5-d.ts'], ['migration-name', 'migrations/readme.md'], ['migration-number-twice', 'migrations/001-b.ts'], ['migration-number-missing', 'migrations/004-c.ts']])
  await assert.rejects(run(), fault('migration-name', /there is no migration 2 to 3 between migrations\/001-b\.ts and this one/))
})

test('a file that exports no migration, throws, or changes a key is refused in a sentence', async () => {
  await project.write('migrations/001-none.ts', 'export const other = 1\n')
  await assert.rejects(run(), fault('migration-faulty', /001-none\.ts: this file exports no migration/))
  await project.write('migrations/001-none.ts', "throw new Error('at its top')\n")
  await assert.rejects(run(), fault('migration-faulty', /importing this file fails: at its top/))
  await project.write('migrations/001-none.ts', file("export const migration: Migration = defineMigration({ table: Note, when: 'before-live', each: (note) => ({ ...note, id: 'x' }) })"))
  await stage.put(notes(1))
  await assert.rejects(run(), fault('migration-failed', /its key id must not change/))
})

test('a run that is stopped ends after the batch at hand and goes on there', async () => {
  await project.write('migrations/001-append.ts', file("export const migration: Migration = defineMigration({ table: Note, when: 'before-live', each: (note) => ({ ...note, text: note.text + '+' }) })"))
  await stage.put(notes(130))
  const controller = new AbortController()
  await assert.rejects(run({ segments: 1, signal: controller.signal, progress: () => controller.abort() }), fault('migration-stopped', /was stopped \(the same command goes on at the last finished batch\)/))
  assert.deepEqual((await run()).map(({ counts }) => [counts.read, counts.changed]), [[130, 130]])
  assert.ok((await stage.all()).every((item) => /^Text \d+\+$/.test(item['text']!.S!)))
})

test('a value that is unique is changed and freed by the calls of a table alone', async () => {
  const { itemChange } = await import('../../src/data/item-change.ts')
  const spec = { ...noteDefinition, unique: [['text']] }
  const [note] = notes(1)
  await assert.rejects(itemChange(spec, note!, (item) => ({ ...item, text: 'other' })), /id=note-0000: its text is unique: change it with context\.table/)
  await assert.rejects(itemChange(spec, note!, () => 'delete'), /its text is unique: delete it with context\.table/)
  assert.equal((await itemChange(spec, note!, (item) => ({ ...item, state: 'x' })))?.kind, 'put')
})
