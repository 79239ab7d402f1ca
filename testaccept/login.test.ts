// POST /login: a token for a proven user, and nothing for anybody else.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { assertGetReturnJson, assertIsVersion, assertPostReturnError, assertPostReturnJson, test, testUser } from 'klue/testing'

test('a proven user gets a token that works', async () => {
  const { name, password } = await testUser()
  const { token, expires_in: expiresIn } = await assertPostReturnJson('/login', { username: name, password })
  assert.equal(typeof expiresIn, 'number')
  assertIsVersion(await assertGetReturnJson('/auth/version', { auth: `Bearer ${String(token)}` }))
})

test('a wrong password and an unknown user are told the same', async () => {
  const { name } = await testUser()
  const wrong = await assertPostReturnError('/login', { username: name, password: 'not the password' }, { status: 401, error: 'CREDENTIALS_INVALID' })
  const unknown = await assertPostReturnError('/login', { username: randomUUID(), password: 'not the password' }, { status: 401, error: 'CREDENTIALS_INVALID' })
  assert.equal(wrong['error_description'], unknown['error_description'])
})

test('attempts are limited, for users that do not exist as well', async () => {
  const username = randomUUID()
  const answers = await Promise.all(Array.from({ length: 12 }, () => tryLogin(username)))
  assert.ok(answers.filter((code) => code === 'CREDENTIALS_INVALID').length <= 5, answers.join(' '))
  assert.ok(answers.includes('TOO_MANY_ATTEMPTS'), answers.join(' '))
})

test('missing and unknown fields are named, all at once', async () => {
  const body = await assertPostReturnError('/login', { username: '', passwort: 'x' }, { status: 400, error: 'INVALID_PARAMETER' })
  const pointers = (body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer).sort()
  assert.deepEqual(pointers, ['/body/password', '/body/passwort', '/body/username'])
})

async function tryLogin(username: string): Promise<unknown> {
  const { send } = await import('klue/testing')
  const answer = await send('post', '/login', { data: { username, password: 'not the password' } })
  return (answer.body as { error?: unknown }).error
}
