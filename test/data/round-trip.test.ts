// Export and import: whatever DynamoDB holds comes back as it was, into a table that is empty and into one that is not.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { type Arbitrary, array, assert as assertProperty, asyncProperty, bigInt, boolean, constant, dictionary, integer, letrec, oneof, record, string, uint8Array, uniqueArray } from 'fast-check'
import { exportToFile, importFile, openPace, type PutMode } from '../../src/data/work.ts'
import { isUsageError } from '../../src/errors/index.ts'
import type { PersistDefinition } from '../../src/openapi/index.ts'
import type { Attributes } from '../../src/persist/stored.ts'
import { noteDefinition, notes, openStageFixture, type StageFixture } from './stage-fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-data-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let stage: StageFixture
beforeEach(async () => void (stage = await openStageFixture([open])))
afterEach(() => stage.close())

/** Notes of which the schema says nothing but the key. */
const open: PersistDefinition = { ...noteDefinition, properties: { id: { type: 'string' } } }
const options = { segments: 3, signal: new AbortController().signal, progress: (): void => undefined }
const file = join(folder, 'notes.jsonl')

const exported = (from: StageFixture, path = file): Promise<number> => exportToFile(path, { database: from.database, spec: open, ...options })
const imported = (mode: PutMode = 'same', into = stage, extra: Partial<Parameters<typeof importFile>[1]> = {}): ReturnType<typeof importFile> => importFile({ path: file, shown: 'notes.jsonl' }, { database: into.database, spec: open, mode, pace: openPace(undefined), signal: options.signal, progress: options.progress, dryRun: false, check: () => undefined, notice: () => undefined, ...extra })
const faultsOf = async (work: Promise<unknown>): Promise<string[]> => {
  const error: unknown = await work.then(() => undefined, (thrown: unknown) => thrown)
  assert.ok(isUsageError(error), String(error))
  return error.faults.map(({ file: name, line, message }) => `${name}:${line ?? ''} ${message}`)
}

const digits = oneof(bigInt(-(10n ** 38n) + 1n, 10n ** 38n - 1n).map(String), constant('0.00000000000000000000000000000000000001'), constant('9.9999999999999999999999999999999999999E+125'), constant('1E-130'), integer().map(String))
const bytes: Arbitrary<Uint8Array> = uint8Array({ maxLength: 20 }).map((value) => new Uint8Array(value))
const text = string({ unit: 'grapheme', maxLength: 12 })
const attribute = letrec<{ value: Attributes[string] }>((tie) => ({
  value: oneof(
    { maxDepth: 4 },
    text.map((S) => ({ S })), digits.map((N) => ({ N })), bytes.map((B) => ({ B })), boolean().map((BOOL) => ({ BOOL })), constant({ NULL: true as const }),
    uniqueArray(text.filter((member) => member !== ''), { minLength: 1, maxLength: 4 }).map((SS) => ({ SS })),
    uniqueArray(integer().map(String), { minLength: 1, maxLength: 4 }).map((NS) => ({ NS })),
    uniqueArray(uint8Array({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3, selector: (value) => value.join() }).map((members) => ({ BS: members.map((value) => new Uint8Array(value)) })),
    array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
    dictionary(text.filter((name) => name !== '__proto__'), tie('value'), { maxKeys: 3 }).map((entries) => ({ M: { ...entries } })),
  ),
})).value
const items: Arbitrary<Attributes[]> = uniqueArray(record({ id: text.filter((id) => id !== '').map((S) => ({ S })), value: attribute, 'a name.with [signs]': attribute }), { maxLength: 12, selector: (item) => item.id.S }) as Arbitrary<Attributes[]>

// Bytes come as a Buffer from one database and as an array from another; sets in any order.
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, ['SS', 'NS', 'BS'].includes(name) && Array.isArray(inner) ? inner.map((member) => String(plain(member))).sort() : plain(inner)]))
}

test('every item comes back as it was: numbers of 38 digits, empty texts, bytes, sets, deep maps', async () => {
  const target = await openStageFixture([open])
  const path = (zipped: boolean): string => (zipped ? `${file}.gz` : file)
  const into = (zipped: boolean): ReturnType<typeof importFile> => importFile({ path: path(zipped), shown: 'x' }, { database: target.database, spec: open, mode: 'same', pace: openPace(undefined), signal: options.signal, progress: options.progress, dryRun: false, check: () => undefined, notice: () => undefined })
  await assertProperty(asyncProperty(items, boolean(), async (given, zipped) => {
    await Promise.all([stage.clear(), target.clear()])
    await stage.put(given)
    assert.equal(await exported(stage, path(zipped)), given.length)
    const { counts } = await into(zipped)
    assert.deepEqual([counts.written, plain(await target.all())], [given.length, plain(await stage.all())])
    // The same file again changes nothing.
    assert.deepEqual((await into(zipped)).counts, { written: 0, same: given.length, skipped: 0, different: 0, taken: 0 })
  }), { numRuns: 25 }).finally(() => target.close())
})

test('a file is for its owner alone, in the form of DynamoDB exports, gzip by its name, and without what is over', async () => {
  await stage.put([{ id: { S: 'a' }, n: { N: '12345678901234567890123456789012345678' } }])
  await exported(stage)
  assert.equal(readFileSync(file, 'utf8'), '{"Item":{"id":{"S":"a"},"n":{"N":"12345678901234567890123456789012345678"}}}\n')
  await exported(stage, `${file}.gz`)
  assert.equal(gunzipSync(readFileSync(`${file}.gz`)).toString(), readFileSync(file, 'utf8'))
  assert.deepEqual([file, `${file}.gz`].map((path) => statSync(path).mode & 0o777), [0o600, 0o600])
  await stage.put([{ id: { S: 'over' }, ends: { N: '1' } }])
  assert.equal(await exportToFile(file, { database: stage.database, spec: { ...open, ttl: 'ends' }, ...options }), 1)
})

test('an export that is stopped leaves what was there before', async () => {
  await stage.put(notes(3))
  writeFileSync(file, 'before')
  await assert.rejects(exportToFile(file, { database: stage.database, spec: open, ...options, signal: AbortSignal.abort() }))
  assert.equal(readFileSync(file, 'utf8'), 'before')
})

test('a file that cannot be written is told in a sentence', async () => {
  assert.match((await faultsOf(exported(stage, join(folder, 'nowhere', 'x.jsonl.gz'))))[0]!, /nowhere.* cannot be written \(ENOENT\)/)
})

test('items that are there already: the same count as there, others are named and left, replaced, or left unasked', async () => {
  await stage.put(notes(3))
  await exported(stage)
  await stage.put([{ id: { S: 'note-0001' }, text: { S: 'mine' } }])
  const same = await imported()
  assert.deepEqual([same.counts, same.different], [{ written: 0, same: 2, skipped: 0, different: 1, taken: 0 }, ['id=no…']])
  assert.deepEqual((await imported('skip')).counts, { written: 0, same: 0, skipped: 3, different: 0, taken: 0 })
  assert.equal((await stage.all())[1]!['text']!.S, 'mine')
  assert.deepEqual((await imported('replace')).counts, { written: 3, same: 0, skipped: 0, different: 0, taken: 0 })
  assert.equal((await stage.all())[1]!['text']!.S, 'Text 1')
})

test('each fault of a file has its line, and nothing is written', async () => {
  const lines = ['{"Item":{"id":{"S":"a"}}}', 'no json', '{"id":"a"}', '{"Item":{"text":{"S":"x"}}}', '{"Item":{"id":{"N":"1"}}}', '', '{"Item":{"id":{"S":"b"},"n":{"N":"1e999"}}}', '{"Item":{"id":{"S":"c"},"s":{"SS":[]}}}', '{"Item":{"id":{"S":"a"}}}', '{"Item":{"id":{"S":"d"},"b":{"B":"*"}}}', '{"Item":{"id":{"S":"e"},"count":{"S":"x"}}}', '{"Item":{"id":{"S":"f"},"count":{"N":"1.5"}}}']
  writeFileSync(file, `\uFEFF${lines.join('\r\n')}\r\n`)
  const spec = { ...open, properties: { id: { type: 'string' }, count: { type: 'integer' } } }
  assert.deepEqual(await faultsOf(importFile({ path: file, shown: 'notes.jsonl' }, { database: stage.database, spec, mode: 'same', pace: openPace(undefined), ...options, dryRun: false, check: () => undefined, notice: () => undefined })), [
    'notes.jsonl:2 the line is no JSON',
    'notes.jsonl:3 the line must be {"Item": {…}}, with attributes as DynamoDB has them',
    'notes.jsonl:4 the key id is missing',
    'notes.jsonl:5 id is part of a key and must be text, not a number',
    'notes.jsonl:7 n is outside the magnitudes that DynamoDB holds (1e-130 to 9.99e125)',
    'notes.jsonl:8 s must be a set: a list of at least one member, each once',
    'notes.jsonl:9 the line has the key of line 1',
    'notes.jsonl:10 b must be bytes as base64',
    'notes.jsonl:11 count must be a whole number, not text',
    'notes.jsonl:12 count must be a whole number',
  ])
  assert.deepEqual(await stage.all(), [])
})

test('a file that is not there, or cut short, is told', async () => {
  rmSync(file)
  assert.match((await faultsOf(imported()))[0]!, /there is no such file/)
  await stage.put(notes(50))
  await exported(stage, `${file}.gz`)
  writeFileSync(file, readFileSync(`${file}.gz`).subarray(0, 200))
  assert.match((await faultsOf(imported()))[0]!, /the file cannot be read: unexpected end of file/)
})

test('an import that was stopped goes on at its last finished line; a dry run only checks', async () => {
  const source = await openStageFixture([open])
  await source.put(notes(450))
  await exported(source)
  await source.close()
  assert.equal((await imported('same', stage, { dryRun: true })).lines, 450)
  assert.deepEqual(await stage.all(), [])
  const controller = new AbortController()
  await assert.rejects(imported('same', stage, { signal: controller.signal, progress: () => controller.abort() }))
  assert.equal((await stage.all()).length, 200)
  const told: string[] = []
  const { counts } = await imported('same', stage, { notice: (sentence) => void told.push(sentence) })
  assert.deepEqual([counts, told], [{ written: 450, same: 0, skipped: 0, different: 0, taken: 0 }, ['notes.jsonl: goes on behind line 200, where an earlier run was stopped']])
  assert.equal((await stage.all()).length, 450)
})
