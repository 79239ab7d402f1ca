// klue logs forget reaches tasks: what they were given and gave, and who fired them; that they ran stays.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readTask, storeDefinition } from '../../src/store/index.ts'
import { forgetRequests } from '../../src/telemetry/index.ts'
import { type Engine, openEngine, task } from './engine.ts'

const tasks = [task('plain', { attempts: 1 }, async (input: { name: string; fail?: boolean }, context) => {
  await context.once('look up', () => `address of ${input.name}`)
  if (input.fail === true) throw new Error(`${input.name} cannot be reached`)
})]

let engine: Engine
before(async () => (engine = await openEngine(tasks)))
after(() => engine.close())

async function fire(user: string, more: object = {}): Promise<string> {
  return engine.fire('plain', { name: `name of ${user}`, ...more }, { key: `key of ${user}`, user: { id: user, issuer: '', claims: { sub: user }, token: '' } })
}

async function everything(): Promise<string> {
  const { Items = [] } = await engine.database.run('Scan', { TableName: `test-${storeDefinition.table}` } as never)
  return JSON.stringify((Items as { pk: { S: string } }[]).filter(({ pk }) => pk.S !== 'forget'))
}

test('tasks of a user that are over keep their end alone, whenever they were fired; others stay as they are', async () => {
  const [ann, failed, bob] = [await fire('ann'), await fire('ann', { fail: true }), await fire('bob')]
  for (const id of [ann, failed, bob]) await engine.worker().worker.receive(id)
  const kept = await readTask(engine.database, bob)
  engine.clock.ms += 3 * 86_400_000
  const late = await fire('ann')
  await engine.worker().worker.receive(late)
  const waiting = await engine.fire('plain', { name: 'name of ann' }, { delaySeconds: 60, user: { id: 'ann', issuer: '', claims: {}, token: '' } })
  assert.ok((await everything()).includes('of ann'))
  const { tasks: count, tasksLeft } = await forgetRequests(engine.database, { filter: { user: 'ann' } })
  assert.deepEqual([count, tasksLeft], [3, 1], 'the input of the first is gone by itself, its row is not')
  const { state, input } = (await readTask(engine.database, failed))!
  assert.deepEqual([state.status, state.error, input, state.identity, state.steps, state.key], ['failed', { status: 500, error: 'UNHANDLED_SERVER_ERROR', error_description: 'what it said was forgotten' }, undefined, undefined, undefined, undefined])
  assert.equal((await readTask(engine.database, late))!.state.status, 'succeeded')
  assert.deepEqual((await readTask(engine.database, bob))?.state, kept?.state)
  // One that waits needs what it was given.
  assert.equal((await readTask(engine.database, waiting))!.input, '{"name":"name of ann"}')
  engine.clock.ms += 60_000
  await engine.worker().worker.receive(waiting)
  assert.deepEqual((({ tasks: again, tasksLeft: left }) => [again, left])(await forgetRequests(engine.database, { filter: { user: 'ann' } })), [1, undefined])
  assert.equal(/of ann|"ann"/.test(await everything()), false)
})
