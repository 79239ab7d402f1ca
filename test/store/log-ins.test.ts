// Limits of log-ins: by name and address, by name, by address; right ones at once, several processes, and a bound on hashing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isHttpError } from '../../src/errors/index.ts'
import { type Database, ensureTables, openDatabase } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import { addressGroup } from '../../src/store/address-group.ts'
import { boundedWork } from '../../src/store/bounded-work.ts'
import { openStore, type PasswordHasher, storeDefinition, type Users } from '../../src/store/index.ts'

let dynamo: LocalDynamo
let database: Database
let now = 1_700_000_000_000
let [verified, together, mostTogether, written] = [0, 0, 0, 0]

const hasher: PasswordHasher = {
  hash: async (password) => `plain ${password}`,
  async verify(password, hash) {
    verified += 1
    mostTogether = Math.max(mostTogether, ++together)
    await new Promise((resolve) => setTimeout(resolve, 5))
    together -= 1
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

// Each is what a process of its own would have: they share the table alone.
function open(loginAttempts: number = 5): Users {
  return openStore({ ...database, now: () => database.now(), run: ((name, input) => {
    if (name !== 'GetItem') written += 1
    return database.run(name, input)
  }) as Database['run'] }, { loginAttempts }, hasher).users
}

const codeOf = async (tried: Promise<unknown>): Promise<string> => tried.then(() => 'proven', (failure: unknown) => (isHttpError(failure) ? failure.code : String(failure)))

async function codesOf(tries: Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const code of await Promise.all(tries.map(codeOf))) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

test('twenty right log-ins at once all succeed, from one process and from four', async () => {
  const processes = [open(), open(), open(), open()]
  await processes[0]!.add('many', 'correct horse')
  verified = 0
  assert.deepEqual(await codesOf(Array.from({ length: 20 }, () => processes[0]!.verify('many', 'correct horse', { address: '192.0.2.1' }))), { proven: 20 })
  assert.equal(verified, 1, 'equal log-ins of one process are one piece of work')
  assert.deepEqual(await codesOf(Array.from({ length: 20 }, (_, index) => processes[index % 4]!.verify('many', 'correct horse', { address: '192.0.2.1' }))), { proven: 20 })
  assert.deepEqual(await codesOf(Array.from({ length: 4 }, (_, index) => processes[index]!.verify('many', 'correct horse'))), { proven: 4 }, 'also where no address is known')
})

test('guesses in parallel from several processes stay within the limit of name and address', async () => {
  const processes = [open(), open(), open()]
  verified = 0
  const counts = await codesOf(Array.from({ length: 30 }, (_, index) => processes[index % 3]!.verify('target', `wrong guess ${index}`, { address: '192.0.2.2' })))
  assert.deepEqual(counts, { CREDENTIALS_INVALID: 5, TOO_MANY_ATTEMPTS: 25 })
  assert.equal(verified, 5)
})

test('wrong tries from elsewhere do not lock the owner out; those from the same address do', async () => {
  const users = open()
  await users.add('owner', 'correct horse')
  for (let round = 0; round < 5; round++) assert.equal(await codeOf(users.verify('owner', `wrong ${round} horse`, { address: '192.0.2.3' })), 'CREDENTIALS_INVALID')
  for (const password of ['wrong again horse', 'correct horse']) assert.equal(await codeOf(users.verify('owner', password, { address: '192.0.2.3' })), 'TOO_MANY_ATTEMPTS')
  assert.equal(await codeOf(users.verify('owner', 'correct horse', { address: '192.0.2.4' })), 'proven')
  await users.setPassword('owner', 'another horse')
  assert.equal(await codeOf(users.verify('owner', 'another horse', { address: '192.0.2.3' })), 'proven', 'a new password forgets the failures')
})

test('a name that fails from everywhere is slowed down, and its owner gets in', async () => {
  const users = open(1)
  await users.add('famous', 'correct horse')
  for (let index = 0; index < 20; index++) assert.equal(await codeOf(users.verify('famous', 'wrong horse', { address: `198.51.100.${index}` })), 'CREDENTIALS_INVALID')
  const { setTimeout: real } = globalThis
  const waits: number[] = []
  globalThis.setTimeout = ((run: () => void, milliseconds: number) => {
    waits.push(milliseconds)
    return real(run, milliseconds === 1000 ? 1 : milliseconds)
  }) as typeof setTimeout
  try {
    assert.equal(await codeOf(users.verify('famous', 'correct horse', { address: '198.51.100.200' })), 'proven')
  } finally {
    globalThis.setTimeout = real
  }
  assert.ok(waits.includes(1000), `it waited ${waits.join(', ')} ms`)
  now += 901_000
  assert.equal(await codeOf(users.verify('famous', 'correct horse', { address: '198.51.100.201' })), 'proven')
})

test('an address is limited over all names, and no other one with it', async () => {
  const users = open(1)
  const guess = (index: number, address: string): Promise<string> => codeOf(users.verify(`name ${index}`, 'some password', { address }))
  for (let index = 0; index < 20; index++) assert.equal(await guess(index, `2001:db8:1:2::${index}`), 'CREDENTIALS_INVALID')
  verified = 0
  assert.equal(await guess(20, '2001:db8:1:2:ffff::1'), 'TOO_MANY_ATTEMPTS')
  assert.equal(verified, 0)
  assert.equal(await guess(20, '2001:db8:1:3::1'), 'CREDENTIALS_INVALID')
  now += 901_000
  assert.equal(await guess(20, '2001:db8:1:2::1'), 'CREDENTIALS_INVALID')
})

test('without an address strangers share no limit', async () => {
  const users = open(1)
  for (let index = 0; index < 25; index++) assert.equal(await codeOf(users.verify(`nobody ${index}`, 'some password')), 'CREDENTIALS_INVALID')
})

test('writes: two for a success, three for a failure, none for a refusal', async () => {
  const users = open(1)
  await users.add('cheap', 'correct horse')
  const writesOf = async (password: string): Promise<number> => {
    written = 0
    await codeOf(users.verify('cheap', password, { address: '203.0.113.9' }))
    return written
  }
  assert.equal(await writesOf('correct horse'), 2)
  await writesOf('wrong horse')
  now += 100
  assert.equal(await writesOf('wrong horse'), 0)
  now += 901_000
  await codeOf(users.verify('cheap', 'wrong horse', { address: '203.0.113.10' }))
  assert.equal(await writesOf('wrong horse'), 3)
})

test('hashes are made two at a time over all names; what finds no room is refused and counts for nothing', async () => {
  const users = open()
  ;[verified, mostTogether] = [0, 0]
  const counts = await codesOf(Array.from({ length: 60 }, (_, index) => users.verify(`crowd ${index}`, 'some password', { address: `203.0.113.${100 + index}` })))
  assert.equal(mostTogether, 2)
  assert.equal(counts['CREDENTIALS_INVALID'], verified)
  assert.equal((counts['CREDENTIALS_INVALID'] ?? 0) + (counts['TOO_MANY_ATTEMPTS'] ?? 0), 60)
})

test('a write that the SDK repeats because its answer was lost does not stand in its own way', async () => {
  let repeated = 0
  const twice: Database['run'] = async (name, input) => {
    const answer = await database.run(name, input)
    if (name !== 'UpdateItem') return answer
    repeated += 1
    return database.run(name, input)
  }
  const { users } = openStore({ ...database, run: twice }, { loginAttempts: 1 }, hasher)
  await users.add('lost', 'correct horse')
  assert.equal(await codeOf(users.verify('lost', 'correct horse', { address: '192.0.2.77' })), 'proven')
  assert.ok(repeated > 0)
})

test('bounded work: order, room, and failures that free their place', async () => {
  const work = boundedWork({ running: 1, waiting: 2 }, () => new Error('full'))
  const done: number[] = []
  const piece = (index: number) => work(async () => {
    await new Promise((resolve) => setImmediate(resolve))
    done.push(index)
    if (index === 0) throw new Error('broken')
  })
  const results = await Promise.allSettled([0, 1, 2, 3].map(piece))
  assert.deepEqual(results.map(({ status }) => status), ['rejected', 'fulfilled', 'fulfilled', 'rejected'])
  assert.equal(((results[3] as PromiseRejectedResult).reason as Error).message, 'full')
  await piece(4)
  assert.deepEqual(done, [0, 1, 2, 4])
})

test('addresses: IPv6 by /64, IPv4 in IPv6 as IPv4', () => {
  const cases: [string, string][] = [
    ['192.0.2.1', '192.0.2.1'], ['::ffff:192.0.2.1', '192.0.2.1'], ['::FFFF:c000:201', '192.0.2.1'], ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'], ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'], ['2001:db8::', '2001:db8:0:0::/64'], ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'], ['[2001:db8:1:2::1]', '2001:db8:1:2::/64'], ['::1', '0:0:0:0::/64'], ['::', '0:0:0:0::/64'], ['', ''], ['no address', 'no address'],
  ]
  for (const [address, group] of cases) assert.equal(addressGroup(address), group, address)
})
