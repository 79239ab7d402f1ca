// Tables and store that are loaded with their first call: they do what the ones loaded at once do.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isHttpError } from '../../src/errors/index.ts'
import { type Database, ensureTables, openDatabase } from '../../src/persist/index.ts'
import { lazyTable } from '../../src/persist/start.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import type { PersistDefinition } from '../../src/openapi/index.ts'
import { storeDefinition } from '../../src/store/index.ts'
import { lazyStore, lazyUsers } from '../../src/store/lazy-store.ts'

interface Note {
  id: string
  words: string[]
}

const notes: PersistDefinition<Note> = { name: 'Note', table: 'notes', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'S' }, properties: { id: { type: 'string' }, words: { type: 'array' } } }
const coded = (code: string) => (failure: unknown) => isHttpError(failure) && failure.code === code

let dynamo: LocalDynamo
let database: Database

before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
  database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'test-' })
  await ensureTables(database, [storeDefinition, notes])
})
after(async () => {
  database.close()
  await dynamo.close()
})

// First of all tests of this file: the working part is not loaded yet.
test('an item is saved as it is when it is handed over, also with the first call', async () => {
  const table = lazyTable(database, notes)
  const item = { id: 'a', words: ['one'] }
  const first = table.save(item)
  item.words.push('too late')
  await first
  assert.deepEqual(await table.load({ id: 'a' }), { id: 'a', words: ['one'] })
  const second = table.save(item)
  item.words.push('later still')
  await second
  assert.deepEqual((await table.load({ id: 'a' })).words, ['one', 'too late'])
})

test('finds, lists, deletes and refuses like any table', async () => {
  const table = lazyTable(database, notes)
  await table.save({ id: 'b', words: [] })
  assert.deepEqual((await table.query({ partition: 'b' } as never)).items, [{ id: 'b', words: [] }])
  assert.equal(await table.delete({ id: 'b' }), true)
  assert.equal(await table.find({ id: 'b' }), undefined)
  await assert.rejects(table.load({ id: 'b' }), coded('ITEM_NOT_FOUND'))
})

test('a log-in carries the address of the caller, unless it is given another', async () => {
  const seen: unknown[] = []
  const users = { verify: (...args: unknown[]) => Promise.resolve(seen.push(args)) }
  const opened = lazyUsers(() => Promise.resolve(users as never), '192.0.2.1')
  await opened.verify('ada', 'correct horse')
  await opened.verify('ada', 'correct horse', { address: '192.0.2.2' })
  await lazyUsers(() => Promise.resolve(users as never)).verify('ada', 'correct horse')
  assert.deepEqual(seen, [['ada', 'correct horse', { address: '192.0.2.1' }], ['ada', 'correct horse', { address: '192.0.2.2' }], ['ada', 'correct horse', {}]])
})

test('users are proved within the limits that the store was given', async () => {
  const { users } = lazyStore(database, { loginAttempts: 1 })
  await users.add('ada', 'correct horse')
  assert.equal((await users.verify('ada', 'correct horse')).id, 'ada')
  assert.deepEqual((await users.list()).map(({ id }) => id), ['ada'])
  await users.setPassword('ada', 'another horse')
  await assert.rejects(users.verify('ada', 'correct horse'), coded('CREDENTIALS_INVALID'))
  await assert.rejects(users.verify('ada', 'another horse'), coded('TOO_MANY_ATTEMPTS'))
  assert.equal(await users.remove('ada'), true)
})
