// Whom a task runs for: the one who fired it, while their token lasts; after that the service, or nobody.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { User } from '../../src/runtime/index.ts'
import { readTask, type TaskState } from '../../src/store/index.ts'
import { type Engine, openEngine, task } from './engine.ts'

const users: (User | undefined)[] = []
const tasks = [
  task('plain', {}, (_input, context) => void users.push(context.user)),
  task('strict', { identity: 'fail', attempts: 4 }, (_input, context) => void users.push(context.user)),
]

let engine: Engine
before(async () => (engine = await openEngine(tasks, { config: { jwt_issuer: 'own', jwt_secret: 'a-secret-for-tests-only', default_user_id: 'robot' } })))
after(() => engine.close())
beforeEach(() => void users.splice(0))

function caller(seconds: number, issuer = 'own'): User {
  return { id: 'ann', issuer, claims: { sub: 'ann', scope: 'a b', exp: Math.floor(engine.clock.ms / 1000) + seconds }, token: 'theirs' }
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>
}

async function run(name: string, user: User, afterSeconds: number): Promise<TaskState> {
  const id = await engine.fire(name, {}, { delaySeconds: afterSeconds, user })
  engine.clock.ms += afterSeconds * 1000
  await engine.worker().worker.receive(id)
  return (await readTask(engine.database, id))!.state
}

test('while the token of the caller lasts it runs as the caller, with a token no longer than that', async () => {
  assert.equal((await run('plain', caller(100), 40)).status, 'succeeded')
  const [user] = users
  assert.deepEqual([user!.id, user!.issuer, user!.expired, user!.onBehalfOf], ['ann', 'own', undefined, undefined])
  const claims = claimsOf(user!.token)
  assert.deepEqual([claims['sub'], claims['scope'], (claims['exp'] as number) - (claims['iat'] as number)], ['ann', 'a b', 60])
  assert.notEqual(user!.token, 'theirs')
})

test('after that it runs as the service, and user.expired says so', async () => {
  assert.equal((await run('plain', caller(30), 31)).status, 'succeeded')
  const [user] = users
  // Who fired it stays known; what it calls is called by the service.
  assert.deepEqual([user!.id, user!.expired], ['ann', true])
  const claims = claimsOf(user!.token)
  assert.deepEqual([claims['sub'], claims['scope'], (claims['exp'] as number) - (claims['iat'] as number)], ['robot', undefined, 900])
})

test("with identity: 'fail' it fails then, without a run of its handler and without a second try", async () => {
  assert.equal((await run('strict', caller(30), 29)).status, 'succeeded')
  assert.equal(users.length, 1)
  const { status, attempt, error } = await run('strict', caller(30), 31)
  assert.deepEqual([status, attempt, error?.error, error?.status], ['failed', 1, 'TASK_IDENTITY_EXPIRED', 401])
  assert.equal(users.length, 1)
})

test('for a caller of another issuer it runs as the service on behalf of them', async () => {
  assert.equal((await run('plain', caller(100, 'https://elsewhere.example.com'), 1)).status, 'succeeded')
  const [user] = users
  assert.deepEqual([user!.id, user!.issuer, user!.onBehalfOf], ['robot', 'own', { id: 'ann', issuer: 'https://elsewhere.example.com' }])
  const claims = claimsOf(user!.token)
  assert.deepEqual([claims['sub'], claims['iss'], claims['on_behalf_of'], claims['scope']], ['robot', 'own', { sub: 'ann', iss: 'https://elsewhere.example.com' }, undefined])
})
