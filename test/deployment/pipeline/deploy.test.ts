// The whole pipeline on a stage without an account: how each deployment ends, what it has done until then, and what is live afterwards.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { deployStage } from '../../../src/deploy/pipeline/deploy.ts'
import type { DeployOptions } from '../../../src/deploy/pipeline/deploying.ts'
import { liveIn } from '../../../src/deploy/pipeline/history.ts'
import { movedOn } from '../../../src/deploy/pipeline/moved-on.ts'
import type { Outcome } from '../../../src/deploy/pipeline/outcome.ts'
import { removeStage } from '../../../src/deploy/pipeline/remove.ts'
import { rollBack } from '../../../src/deploy/pipeline/rollback.ts'
import { setEnvironment } from '../../../src/config/index.ts'
import { compareDocuments } from '../../../src/gate/index.ts'
import { type Database, openDatabase } from '../../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../../src/platform/local/index.ts'
import { changeSettings, readControl } from '../../../src/control/index.ts'
import { listDeployments } from '../../../src/store/index.ts'
import { type FakeStage, fakeStage } from './fake-stage.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-pipeline-'))
let dynamo: LocalDynamo
let database: Database
let fake: FakeStage

before(async () => {
  // Without it the signing key would be asked of Secrets Manager.
  setEnvironment('KLUE_JWT_TOKEN', 'token')
  dynamo = await openLocalDynamo({ memory: true })
  database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'builds-ann-' })
  fake = await fakeStage(folder, database)
})
after(async () => {
  database.close()
  await dynamo.close()
  rmSync(folder, { recursive: true, force: true })
})

const shown: string[] = []

async function deploy(options: Partial<DeployOptions> = {}): Promise<Outcome & { did: string[]; steps: string[] }> {
  const [before, told] = [fake.done, fake.events.length]
  const outcome = await deployStage({ stage: fake.stage, yes: true, wait: false, reasons: new Map(), ask: undefined, show: (text) => void shown.push(text), compare: (one, other) => compareDocuments(one as never, other as never), ...options })
  const cdk = fake.done.filter((call) => !call.startsWith('suite')).slice(before.filter((call) => !call.startsWith('suite')).length)
  const suites = fake.done.filter((call) => call.startsWith('suite')).slice(before.filter((call) => call.startsWith('suite')).length)
  return { ...outcome, did: [...cdk, ...suites], steps: fake.events.slice(told).flatMap(({ step, state }) => (state === 'failed' || state === 'skipped' ? [`${step} ${state}`] : [])) }
}

test('without a commit nothing is done', async () => {
  const { result, lines, did } = await deploy()
  assert.deepEqual([result, did], ['failed', []])
  assert.match(lines[0]!, /there is no commit to deploy/)
})

test('a first deployment that fails says that there is nothing to go back to', async () => {
  fake.commit('one')
  fake.failSuite('live')
  const { result, lines, output } = await deploy()
  assert.equal(result, 'not clean')
  assert.match(lines.join(' '), /first deployment of the stage, so there is nothing to go back to/)
  assert.deepEqual(output, ['✖ it fails'])
  fake.failSuite(undefined)
})

test('the first deployment goes live at once', async () => {
  await removeStage({ stage: fake.stage, wait: false, confirm: async () => true, secrets: [] })
  const { result, did, steps } = await deploy()
  assert.deepEqual([result, fake.live()], ['live', 2])
  assert.deepEqual(did, ['synth next', 'diff', 'deploy live', 'suite live'])
  assert.deepEqual(steps, ['gate skipped', 'candidate skipped', 'suite skipped'])
})

test('a good version is tried beside what is live, then goes live', async () => {
  fake.commit('two')
  const { result, did } = await deploy()
  assert.deepEqual([result, fake.live()], ['live', 3])
  assert.deepEqual(did, ['synth next', 'diff', 'synth candidate', 'deploy candidate', 'deploy live', 'suite candidate', 'suite live safe'])
  assert.deepEqual(shown.slice(-2)[0], 'what changes')
})

test('where nobody can be asked it ends before anything changes; a no ends it too', async () => {
  fake.commit('three')
  const { result, step, lines } = await deploy({ yes: false })
  assert.deepEqual([result, step], ['failed', 'confirm'])
  assert.match(lines.join(' '), /no terminal to ask for confirmation.* Nothing was changed/)
  assert.equal((await deploy({ yes: false, ask: async () => false })).result, 'failed')
  assert.equal(fake.live(), 3)
})

for (const [title, arrange, back] of [
  ['a candidate that cannot be deployed', () => fake.failAt('deploy candidate'), 'deploy back'],
  ['a candidate whose suite fails', () => fake.failSuite('candidate'), 'deploy back'],
  ['a shift that fails', () => fake.failAt('deploy live'), 'deploy back'],
  ['a suite that fails against live', () => fake.failSuite('live'), 'deploy back'],
] as const) {
  test(`${title} is taken back`, async () => {
    fake.commit(title)
    arrange()
    const { result, did, lines } = await deploy()
    assert.equal(result, 'taken back', lines.join('\n'))
    assert.ok(did.includes(back))
    assert.equal(fake.live(), 3)
    fake.failAt(undefined)
    fake.failSuite(undefined)
    const [newest] = await listDeployments(database)
    assert.equal(newest!.state, 'failed')
  })
}

test('where going back fails too the screen says so, and the same command tries again', async () => {
  fake.commit('stuck')
  fake.failAt('deploy')
  const first = await deploy()
  assert.equal(first.result, 'not clean')
  assert.match(first.lines.join(' '), /Going back failed: cdk deploy back failed/)
  fake.failAt(undefined)
  const second = await deploy()
  assert.deepEqual([second.result, second.steps], ['live', ['test skipped']])
})

test('a breaking change is refused, and let through with a reason that the history keeps', async () => {
  fake.commit('breaking')
  const before = fake.live()
  const refused = await deploy()
  assert.deepEqual([refused.result, refused.step, fake.live()], ['refused', 'gate', before])
  assert.match(refused.output!.join(' '), /getA.*called 0 times in 30 days/)
  assert.equal((await deploy({ reasons: new Map([['getA', 'moved']]) })).result, 'live')
  const [newest] = await listDeployments(database)
  assert.deepEqual(newest!.allowed.map(({ operation, reason }) => [operation, reason]), [['getA', 'moved']])
})

test('a rollback moves live back, and the same commit deployed again moves it on', async () => {
  const newest = fake.live()!
  const back = await rollBack({ stage: fake.stage, wait: false, ask: undefined })
  assert.deepEqual([back.result, fake.live()! < newest], ['live', true])
  const kept = await rollBack({ stage: fake.stage, version: 'nonsense', wait: false, ask: undefined })
  assert.equal(kept.result, 'failed')
  const again = await deploy({ reasons: new Map([['getA', 'moved']]) })
  assert.equal(again.result, 'live')
  assert.ok(fake.live()! >= newest)
})

test('each move of live ends transient switches, where the service has control: a deployment, what takes it back, a rollback', async () => {
  const by = { who: 'ann' }
  const held = async (): Promise<[number, unknown]> => {
    const { deployment, operations } = await readControl(database)
    return [deployment, operations.get('getA')?.effective]
  }
  Object.assign(fake.stage.loaded.config, { control: true })
  await changeSettings(database, { operations: ['getA'], transient: { read_only: true }, persistent: { timeout_seconds: 3 }, ...by })
  assert.deepEqual(await held(), [0, { timeout_seconds: 3, read_only: true }])
  fake.commit('breaking no more, with control')
  assert.equal((await deploy()).result, 'live')
  assert.deepEqual(await held(), [1, { timeout_seconds: 3 }])
  fake.commit('breaking no more, with control, in vain')
  fake.failSuite('candidate')
  await changeSettings(database, { operations: ['getA'], transient: { read_only: true }, ...by })
  assert.equal((await deploy()).result, 'taken back')
  fake.failSuite(undefined)
  assert.deepEqual(await held(), [2, { timeout_seconds: 3 }])
  await changeSettings(database, { operations: ['getA'], transient: { read_only: true }, ...by })
  assert.equal((await rollBack({ stage: fake.stage, wait: false, ask: undefined })).result, 'live')
  assert.deepEqual(await held(), [3, { timeout_seconds: 3 }])
  assert.equal((await deploy()).result, 'live')
  Object.assign(fake.stage.loaded.config, { control: false })
})

test('on a live stage only tests that are liveSafe run, at the candidate too', async () => {
  fake.commit('breaking no more than before')
  Object.assign(fake.stage.loaded.config, { live: true })
  const { result, did } = await deploy()
  Object.assign(fake.stage.loaded.config, { live: false })
  assert.deepEqual([result, did.slice(-2)], ['live', ['suite candidate safe', 'suite live safe']])
})

test('after a plain cdk deploy a rollback goes to what the history has as live', async () => {
  const known = fake.live()
  await fake.stage.cdk.deploy(await fake.stage.cdk.synth('plain', {}), 'plain')
  assert.notEqual(fake.live(), known)
  const live = liveIn(await listDeployments(fake.stage.database))!
  assert.equal((await movedOn(fake.stage, live))['builds'], fake.live())
  assert.equal((await rollBack({ stage: fake.stage, wait: false, ask: undefined })).result, 'live')
  assert.equal(fake.live(), known)
  assert.deepEqual(await movedOn(fake.stage, live), {})
})

test('a stage is removed only when that is confirmed', async () => {
  const options = { stage: fake.stage, wait: false, secrets: ['KEY'] }
  assert.equal((await removeStage({ ...options, confirm: async () => false })).result, 'failed')
  assert.notEqual(fake.live(), undefined)
  const { result, lines } = await removeStage({ ...options, confirm: async ({ goes, stays }) => goes[0] === 'builds-ann' && stays.length === 1 })
  assert.deepEqual([result, fake.live()], ['live', undefined])
  assert.match(lines.join(' '), /What stays: the secret KEY/)
})
