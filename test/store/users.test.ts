// Users against the embedded DynamoDB: proof, limits under parallel guesses, names and passwords that are refused.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isHttpError, isUsageError } from '../../src/errors/index.ts'
import { type Database, ensureTables, openDatabase } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import { openStore, type PasswordHasher, scryptHasher, storeDefinition } from '../../src/store/index.ts'

let dynamo: LocalDynamo
let database: Database
let now = 1_700_000_000_000
let verified = 0

// Counts, and costs nothing: what is tested here is how often it is asked.
const countingHasher: PasswordHasher = {
  hash: async (password) => `plain ${password}`,
  async verify(password, hash) {
    verified++
    await new Promise((resolve) => setImmediate(resolve))
    return hash === `plain ${password}`
  },
}

before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
  database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'test-', now: () => now })
  await ensureTables(database, [storeDefinition])
})

after(async () => {
  database.close()
  await dynamo.close()
})

const code = (expected: string) => (failure: unknown) => isHttpError(failure) && failure.code === expected

test('proves a user by the password', async () => {
  const { users } = openStore(database)
  await users.add('ada', 'correct horse', { claims: { role: 'admin' } })
  assert.deepEqual(await users.verify('ada', 'correct horse'), { id: 'ada', claims: { role: 'admin' } })
  await assert.rejects(users.verify('ada', 'wrong horse!'), code('CREDENTIALS_INVALID'))
  await assert.rejects(users.verify('nobody', 'correct horse'), code('CREDENTIALS_INVALID'))
  await users.setPassword('ada', 'another horse')
  await assert.rejects(users.verify('ada', 'correct horse'), code('CREDENTIALS_INVALID'))
  assert.equal((await users.verify('ada', 'another horse')).id, 'ada')
  assert.deepEqual(await users.list(), [{ id: 'ada', claims: { role: 'admin' } }])
  assert.equal(await users.remove('ada'), true)
  assert.equal(await users.remove('ada'), false)
  await assert.rejects(users.verify('ada', 'another horse'), code('CREDENTIALS_INVALID'))
})

test('stores a salted hash and no password', async () => {
  const first = await scryptHasher.hash('the same password')
  assert.match(first, /^\$scrypt\$ln=15,r=8,p=1\$[\w-]{22}\$[\w-]{43}$/)
  assert.notEqual(await scryptHasher.hash('the same password'), first)
  assert.equal(await scryptHasher.verify('the same password', first), true)
  for (const damaged of ['', first.slice(0, -1), first.replace('ln=15', 'ln=30'), `${first}x`, 'the same password']) assert.equal(await scryptHasher.verify('the same password', damaged), false)
  assert.equal(await scryptHasher.verify('pa\u0308ssword', await scryptHasher.hash('p\u00e4ssword')), true)
})

test('verifies at most five of many parallel guesses', async () => {
  const { users } = openStore(database, {}, countingHasher)
  await users.add('target', 'correct horse')
  verified = 0
  const results = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => users.verify('target', `wrong guess ${index}`)))
  const reasons = results.map((result) => (result.status === 'rejected' ? (result.reason as { code: string }).code : 'proven'))
  assert.equal(verified, 5)
  assert.equal(reasons.filter((reason) => reason === 'CREDENTIALS_INVALID').length, 5)
  assert.equal(reasons.filter((reason) => reason === 'TOO_MANY_ATTEMPTS').length, 45)
  await assert.rejects(users.verify('target', 'correct horse'), (failure: unknown) => code('TOO_MANY_ATTEMPTS')(failure) && (failure as { headers: Record<string, string> }).headers['retry-after'] === '900')
})

test('counts unknown names just the same, and works as hard for them', async () => {
  const { users } = openStore(database, {}, countingHasher)
  verified = 0
  for (let round = 0; round < 5; round++) await assert.rejects(users.verify('stranger', 'some password'), code('CREDENTIALS_INVALID'))
  assert.equal(verified, 5)
  await assert.rejects(users.verify('stranger', 'some password'), code('TOO_MANY_ATTEMPTS'))
})

test('lets failures run out one by one, and forgets them after a success', async () => {
  const { users } = openStore(database, { loginAttempts: 2, loginWindowSeconds: 60 }, countingHasher)
  await users.add('slow', 'correct horse')
  await assert.rejects(users.verify('slow', 'wrong horse'), code('CREDENTIALS_INVALID'))
  now += 40_000
  await assert.rejects(users.verify('slow', 'wrong horse'), code('CREDENTIALS_INVALID'))
  await assert.rejects(users.verify('slow', 'correct horse'), (failure: unknown) => code('TOO_MANY_ATTEMPTS')(failure) && (failure as { headers: Record<string, string> }).headers['retry-after'] === '20')
  now += 20_000
  await assert.rejects(users.verify('slow', 'wrong horse'), code('CREDENTIALS_INVALID'))
  await assert.rejects(users.verify('slow', 'correct horse'), code('TOO_MANY_ATTEMPTS'))
  now += 40_000
  await users.verify('slow', 'correct horse')
  for (let round = 0; round < 2; round++) await assert.rejects(users.verify('slow', 'wrong horse'), code('CREDENTIALS_INVALID'))
})

test('refuses names, passwords and claims that are none', async () => {
  const { users } = openStore(database, {}, countingHasher)
  const refused = (reason: RegExp) => (failure: unknown) => isUsageError(failure) && reason.test(failure.message)
  for (const name of ['', 'x'.repeat(129), ' ada', 'a\nb', '\ud800', 7 as never]) await assert.rejects(users.add(name, 'correct horse'), refused(/the user name must/))
  for (const password of ['short', 'x'.repeat(1025), undefined as never]) await assert.rejects(users.add('bob', password), refused(/the password must/))
  await assert.rejects(users.add('bob', 'correct horse', { claims: { sub: 'x' } }), refused(/the claim sub/))
  await users.add('bob', 'correct horse')
  await assert.rejects(users.add('bob', 'other password'), refused(/there is a user bob already/))
  await assert.rejects(users.setPassword('nobody', 'correct horse'), refused(/there is no user nobody/))
  verified = 0
  for (const name of ['', 'x'.repeat(129), null as never]) await assert.rejects(users.verify(name, 'correct horse'), code('CREDENTIALS_INVALID'))
  for (const password of ['', 'x'.repeat(2000), null as never]) await assert.rejects(users.verify('bob', password), code('CREDENTIALS_INVALID'))
  assert.equal(verified, 0)
})

test('takes one name in all its Unicode forms', async () => {
  const { users } = openStore(database, {}, countingHasher)
  await users.add('Ame\u0301lie', 'correct horse')
  assert.equal((await users.verify('Am\u00e9lie', 'correct horse')).id, 'Am\u00e9lie')
  await users.add('\u{1f600}'.repeat(128), 'correct horse')
})
