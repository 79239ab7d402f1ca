// Migrations in the pipeline on a stage without an account: before live moves, after it has, what a failure leaves, and what going back says.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { setEnvironment } from '../../../src/config/index.ts'
import { deployStage } from '../../../src/deploy/pipeline/deploy.ts'
import type { Outcome } from '../../../src/deploy/pipeline/outcome.ts'
import { rollBack } from '../../../src/deploy/pipeline/rollback.ts'
import { compareDocuments } from '../../../src/gate/index.ts'
import { listDeployments, listMigrations } from '../../../src/store/index.ts'
import { openStageFixture, type StageFixture } from '../../data/stage-fixture.ts'
import { type FakeStage, fakeStage } from './fake-stage.ts'

mkdirSync(resolve('.klue', 'tests'), { recursive: true })
const folder = mkdtempSync(join(resolve('.klue', 'tests'), 'pipeline-'))
let data: StageFixture
let fake: FakeStage

before(async () => {
  setEnvironment('KLUE_JWT_TOKEN', 'token')
  data = await openStageFixture(undefined, 'builds-ann-')
  fake = await fakeStage(folder, data.database)
  // As npm install leaves it.
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'klue'), 'dir')
  writeFileSync(join(folder, '.gitignore'), '.klue/\nnode_modules\nfunctions/gen/\n')
})
after(async () => {
  await data.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Deployed extends Outcome {
  steps: string[]
}

async function deploy(): Promise<Deployed> {
  const told = fake.events.length
  const outcome = await deployStage({ stage: fake.stage, yes: true, wait: false, reasons: new Map(), ask: undefined, show: () => undefined, compare: (one, other) => compareDocuments(one as never, other as never) })
  return { ...outcome, steps: fake.events.slice(told).flatMap((event) => (event.state === 'done' || event.state === 'failed' || event.state === 'skipped' ? [`${event.step} ${event.state}`] : [])) }
}

/** Writes a migration that sets `word` of every item. */
function migration(name: string, { when, body }: { when: string; body: string }): void {
  mkdirSync(join(folder, 'migrations'), { recursive: true })
  writeFileSync(join(folder, 'migrations', `${name}.ts`), `import { defineMigration, type Migration } from 'klue/data'
const table = { name: 'Note', table: 'notes', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'S' as const }, properties: {} }
export const migration: Migration = defineMigration<Record<string, unknown>>({ table, when: '${when}', each: (item) => ${body} })
`)
}
const words = async (): Promise<(string | undefined)[]> => (await data.all()).map((item) => item['word']?.S)

test('at the first deployment every migration runs at its end, and a project without any has no such steps', async () => {
  fake.commit('zero')
  assert.ok(!(await deploy()).steps.some((step) => /^(before|after) /.test(step)))
  await data.put([{ id: { S: 'a' } }, { id: { S: 'b' } }])
})

test('those before live run once the candidate is proved, those after live once the version is', async () => {
  migration('001-expand', { when: 'before-live', body: "item['word'] === undefined ? { ...item, word: 'expanded' } : undefined" })
  migration('002-contract', { when: 'after-live', body: "item['word'] === 'expanded' ? { ...item, word: 'contracted' } : undefined" })
  fake.commit('one')
  const { result, steps, lines } = await deploy()
  assert.equal(result, 'live', lines.join('\n'))
  assert.deepEqual(steps.slice(-6), ['suite done', 'before done', 'shift done', 'prove done', 'record done', 'after done'])
  assert.deepEqual(await words(), ['contracted', 'contracted'])
  const says = fake.events.findLast((event) => event.step === 'before' && event.state === 'done') as { note: string }
  assert.equal(says.note, '001-expand 2 of 2 items changed')
  const [newest] = await listDeployments(data.database)
  assert.deepEqual((await listMigrations(data.database)).map(({ name, state, version, who }) => [name, state, version, who]), [['001-expand', 'done', newest!.version, 'ann'], ['002-contract', 'done', newest!.version, 'ann']])
})

test('one that fails before live stops the deployment: live stays, and the screen says what the data keep', async () => {
  const live = fake.live()
  migration('003-odd', { when: 'before-live', body: "item['id'] === 'b' ? (() => { throw new Error('no b') })() : { ...item, word: 'odd' }" })
  fake.commit('two')
  const { result, step, lines, steps } = await deploy()
  assert.deepEqual([result, step, fake.live()], ['taken back', 'before', live])
  assert.ok(!steps.some((name) => name.startsWith('shift')))
  assert.match(lines[0]!, /migrations\/003-odd\.ts: the migration 003-odd stopped at the item of table notes with id=b: no b/)
  assert.match(lines.join('\n'), /live is what it was before/)
})

test('mended it goes on, and goes live', async () => {
  migration('003-odd', { when: 'before-live', body: "({ ...item, word: 'even' })" })
  fake.commit('three')
  const { result } = await deploy()
  assert.deepEqual([result, await words()], ['live', ['even', 'even']])
})

test('a version that fails after its migration has run goes back, and the data keep what it changed, as the screen says', async () => {
  migration('004-more', { when: 'before-live', body: "({ ...item, word: 'more' })" })
  fake.commit('four')
  fake.failSuite('live')
  const { result, lines } = await deploy()
  fake.failSuite(undefined)
  assert.equal(result, 'taken back')
  assert.match(lines.join('\n'), /The data keep what the migration 004-more has changed \(2 changed, 0 deleted\): what is live works with it, as before-live promises; it does not run again/)
  assert.equal((await deploy()).result, 'live')
})

test('one that fails after live leaves the version live, tells how to go on, and the same command does', async () => {
  migration('005-late', { when: 'after-live', body: "item['id'] === 'b' && item['ok'] === undefined ? (() => { throw new Error('not yet') })() : { ...item, word: 'late' }" })
  fake.commit('five')
  const failed = await deploy()
  const live = fake.live()
  assert.deepEqual([failed.result, failed.step], ['not clean', 'after'])
  assert.match(failed.lines.join('\n'), /is live and stays so; what has not run to its end: 005-late\nThe same command goes on there, or klue data migrate --stage ann/)
  assert.equal((await listDeployments(data.database))[0]!.state, 'live')
  await data.put([{ id: { S: 'b' }, ok: { BOOL: true } }])
  const again = await deploy()
  assert.deepEqual([again.result, fake.live(), await words()], ['live', live, ['late', 'late']])
  assert.ok(again.steps.includes('shift skipped'))
})

test('a rollback says which migrations have run since, and warns of those that waited for the newer version', async () => {
  const { result, lines } = await rollBack({ stage: fake.stage, wait: false, ask: undefined })
  assert.equal(result, 'live')
  assert.match(lines.join('\n'), /The data keep what the migration 005-late has changed since \(\d changed, 0 deleted\): it is one that waited for the newer version, so see whether this one works with it/)
})

test('what is wrong with a migration is told before anything is changed', async () => {
  writeFileSync(join(folder, 'migrations', '007-gap.ts'), 'export const x = 1\n')
  fake.commit('six')
  const { result, step, lines } = await deploy()
  assert.deepEqual([result, step], ['failed', 'synth'])
  assert.match(lines.join('\n'), /there is no migration 6 between/)
  rmSync(join(folder, 'migrations', '007-gap.ts'))
  writeFileSync(join(folder, 'migrations', '006-none.ts'), 'export const x = 1\n')
  fake.commit('seven')
  assert.match((await deploy()).lines.join('\n'), /this file exports no migration[^]*Nothing was changed/)
})
