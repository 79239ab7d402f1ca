// Requests that were cut off, answered late or meet a table that fails; and the steps of those that come again.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Database } from '../../src/persist/index.ts'
import { claimKey, keyedHash } from '../../src/store/index.ts'
import { loadIdempotency } from '../../src/runtime/idempotency/lazy-idempotency.ts'
import { type KeyTable, openKeyTable, openTransfers, sent } from './idempotent-service.ts'

let table: KeyTable
before(async () => {
  table = await openKeyTable()
  // Loaded beforehand, so that short time limits begin with the work.
  await loadIdempotency()
})
after(() => table.close())

let count = 0
const newKey = (): string => `outcome-${(count += 1)}`
const never = new Promise<never>(() => undefined)

/** A database on which some calls fail or get no answer. */
function faulty(database: Database, fault: (name: string, input: { UpdateExpression?: string }) => 'refused' | 'lost' | undefined): Database {
  return { ...database, async run(name, input, options) {
    const how = fault(name, input as never)
    if (how === 'refused') throw Object.assign(new Error('the table is gone'), { name: 'DatabaseError', reason: 'ResourceNotFoundException' })
    const answer = await database.run(name, input, options)
    // What the SDK does when the answer to a write is lost: it writes again.
    return how === 'lost' ? database.run(name, input, options) : answer
  } }
}

test('a request that was cut off is taken over once its lease is over; the handler is told which attempt it is', async () => {
  const attempts: unknown[] = []
  let isKilled = true
  const { send } = await openTransfers(table, { transfer: (_input, { idempotency }) => {
    attempts.push(idempotency?.attempt)
    return isKilled ? never : { attempt: idempotency?.attempt }
  } })
  const key = newKey()
  // Its process is gone: it never answers.
  void send('POST /transfers', sent(key))
  while (attempts.length === 0) await new Promise((resolve) => setImmediate(resolve))
  isKilled = false
  table.now.ms += 29_000
  assert.equal((await send('POST /transfers', sent(key))).json['error'], 'IDEMPOTENCY_IN_PROGRESS')
  table.now.ms += 1_100
  const answers = await Promise.all([1, 2, 3].map(() => send('POST /transfers', sent(key))))
  // One of those that come at the same time takes over; the others wait or hear its answer.
  assert.deepEqual(attempts, [1, 2])
  for (const { status, json } of answers) assert.ok(status === 200 ? json['attempt'] === 2 : json['error'] === 'IDEMPOTENCY_IN_PROGRESS', JSON.stringify(json))
  assert.equal((await send('POST /transfers', sent(key))).headers['idempotent-replayed'], 'true')
})

test('with on_unknown: refuse it is not run again', async () => {
  const runs: number[] = []
  const { send } = await openTransfers(table, { pay: () => runs.push(1) && never })
  const key = newKey()
  void send('POST /payments/1', sent(key))
  while (runs.length === 0) await new Promise((resolve) => setImmediate(resolve))
  table.now.ms += 31_000
  const { status, json } = await send('POST /payments/1', sent(key))
  assert.deepEqual([status, json['error'], runs.length], [409, 'OUTCOME_UNKNOWN', 1])
  assert.equal((await send('POST /payments/2', sent(key))).status, 422)
})

test('a handler that outlives its 504 keeps the key until it ends; who asks then gets its answer', async () => {
  let runs = 0
  let end: (value: unknown) => void = () => undefined
  const { send } = await openTransfers(table, { quick: () => {
    runs += 1
    return new Promise((resolve) => (end = resolve))
  } }, { now: Date.now })
  const key = newKey()
  table.now.ms = Date.now()
  assert.equal((await send('POST /quick', sent(key))).status, 504)
  assert.equal((await send('POST /quick', sent(key))).json['error'], 'IDEMPOTENCY_IN_PROGRESS')
  end({ late: true })
  let answer = await send('POST /quick', sent(key))
  while (answer.status === 409) answer = await send('POST /quick', sent(key))
  assert.deepEqual([answer.status, answer.json, answer.headers['idempotent-replayed'], runs], [200, { late: true }, 'true', 1])
})

test('a table that cannot be reached is 503 before the handler, and after it, where the answer is not known to be kept', async () => {
  let runs = 0
  const handlers = { transfer: () => ({ run: (runs += 1) }) }
  const down = await openTransfers(table, handlers, { database: () => faulty(table.database, () => 'refused') })
  const first = await down.send('POST /transfers', sent(newKey()))
  assert.deepEqual([first.status, first.json['error'], first.json['error_description'], runs], [503, 'IDEMPOTENCY_UNAVAILABLE', 'What is kept of idempotency keys cannot be reached. The handler did not run', 0])
  const key = newKey()
  const half = await openTransfers(table, handlers, { database: () => faulty(table.database, (name) => (name === 'UpdateItem' ? 'refused' : undefined)) })
  const second = await half.send('POST /transfers', sent(key))
  assert.deepEqual([second.status, second.json['error_description'], runs], [503, 'What is kept of idempotency keys cannot be reached. The handler ran, and whether its answer was kept is not known', 1])
  const healthy = await openTransfers(table, handlers)
  assert.equal((await healthy.send('POST /transfers', sent(key))).json['error'], 'IDEMPOTENCY_IN_PROGRESS')
})

test('a write whose answer was lost, and that is made again, is known for what it is', async () => {
  let runs = 0
  const { send } = await openTransfers(table, { transfer: () => ({ run: (runs += 1) }) }, { database: () => faulty(table.database, (name) => (name === 'PutItem' || name === 'UpdateItem' ? 'lost' : undefined)) })
  const key = newKey()
  assert.deepEqual((await send('POST /transfers', sent(key))).json, { run: 1 })
  assert.deepEqual((await send('POST /transfers', sent(key))).json, { run: 1 })
})

test('who lost its claim gets the answer of who took it over, never one of its own', async () => {
  let end: (value: unknown) => void = () => undefined
  const runs: number[] = []
  const { send } = await openTransfers(table, { transfer: () => (runs.push(1) === 1 ? new Promise((resolve) => (end = resolve)) : { run: runs.length }) })
  const key = newKey()
  const paused = send('POST /transfers', sent(key))
  while (runs.length === 0) await new Promise((resolve) => setImmediate(resolve))
  table.now.ms += 31_000
  assert.deepEqual((await send('POST /transfers', sent(key))).json, { run: 2 })
  end({ run: 1 })
  const answer = await paused
  assert.deepEqual([answer.json, answer.headers['idempotent-replayed']], [{ run: 2 }, 'true'])
})

test('two writes and no read for a request, one read more for a repeated one', async () => {
  const calls: string[] = []
  const database = faulty(table.database, (name) => void calls.push(name))
  const { send } = await openTransfers(table, {}, { database: () => database })
  await send('POST /transfers', sent(newKey()))
  // The secret is read with the first key of a process.
  assert.deepEqual(calls, ['GetItem', 'PutItem', 'UpdateItem'])
  const key = newKey()
  calls.length = 0
  await send('POST /transfers', sent(key))
  assert.deepEqual(calls.splice(0), ['PutItem', 'UpdateItem'])
  await send('POST /transfers', sent(key))
  assert.deepEqual(calls, ['PutItem', 'GetItem'])
})

test('the item of a key holds neither key nor body nor caller as they were sent', async () => {
  const { send } = await openTransfers(table)
  await send('POST /transfers', sent('a-key-that-tells', { amount: 4711, note: 'a-note-that-tells' }, { 'x-key': 'a-caller-that-tells' }))
  const { Items } = await table.database.run('Scan', { TableName: 'test-klue' })
  const text = JSON.stringify(Items)
  for (const told of ['a-key-that-tells', 'a-note-that-tells', 'a-caller-that-tells', '4711']) assert.equal(text.includes(told), false, told)
})

test('a step that was recorded does not run again, and its result is what JSON makes of it, also the first time', async () => {
  const steps: string[] = []
  let fails = true
  const { send } = await openTransfers(table, { transfer: async (_input, { once }) => {
    const charge = await once('charge', () => (steps.push('charge'), { id: 7, at: new Date(0) }))
    const none = await once('none', () => void steps.push('none'))
    await assert.rejects(once('broken', () => {
      steps.push('broken')
      throw new Error('no')
    }))
    if (fails) throw new Error('cut off')
    return { charge, none: none === undefined }
  } })
  const key = newKey()
  assert.equal((await send('POST /transfers', sent(key))).status, 500)
  fails = false
  assert.deepEqual((await send('POST /transfers', sent(key))).json, { charge: { id: 7, at: '1970-01-01T00:00:00.000Z' }, none: true })
  assert.deepEqual(steps, ['charge', 'none', 'broken', 'broken'])
})

test('steps belong to the request: another body under a freed key runs its own', async () => {
  const amounts: number[] = []
  const { send } = await openTransfers(table, { transfer: async (input, { once }) => {
    const { amount } = input.body as { amount: number }
    await once('charge', () => void amounts.push(amount))
    throw new Error('after it')
  } })
  const key = newKey()
  for (const amount of [1, 2, 1, 2]) await send('POST /transfers', sent(key, { amount }))
  assert.deepEqual(amounts, [1, 2])
})

test('a step whose result cannot be recorded runs once; what asks for it again is told so', async () => {
  let runs = 0
  const { send } = await openTransfers(table, { transfer: async (_input, { once }) => {
    await once('odd', () => ({ run: (runs += 1), big: 1n }))
    throw new Error('after it')
  } })
  const key = newKey()
  assert.equal((await send('POST /transfers', sent(key))).status, 500)
  assert.deepEqual([(await send('POST /transfers', sent(key))).json['error'], runs], ['ANSWER_NOT_KEPT', 1])
})

test('steps asked for at the same time run once; names and operations without keys are told to developers', async () => {
  let runs = 0
  const seen: unknown[] = []
  const { send } = await openTransfers(table, {
    transfer: async (_input, { once }) => ({ both: await Promise.all([once('one', () => (runs += 1)), once('one', () => (runs += 1))]) }),
    maybe: async (_input, { once, idempotency }) => ({ runs: await once('one', () => (runs += 1)), idempotency: idempotency === undefined }),
    plain: async (_input, { once }) => once('one', () => (runs += 1)).catch((error: Error) => void seen.push(error.message)),
    pay: async (_input, { once }) => once('', () => (runs += 1)).catch((error: Error) => void seen.push(error.message)),
  })
  assert.deepEqual((await send('POST /transfers', sent(newKey()))).json, { both: [1, 1] })
  // Without a key each request is its own.
  assert.deepEqual([(await send('POST /maybe', sent(undefined))).json, (await send('POST /maybe', sent(undefined))).json], [{ runs: 2, idempotency: true }, { runs: 3, idempotency: true }])
  await send('POST /plain', sent(undefined))
  await send('POST /payments/1', sent(newKey()))
  assert.match(String(seen[0]), /The step "one" of plain belongs to no idempotency key/)
  assert.match(String(seen[1]), /A step is named ""/)
  assert.equal(runs, 3)
})

test('the secret is made once, whoever comes first, and stays', async () => {
  const hashes = await Promise.all(Array.from({ length: 8 }, () => keyedHash({ ...table.database }, 'text')))
  assert.equal(new Set(hashes).size, 1)
})

test('a claim never ends before its lease', async () => {
  const state = await claimKey(table.database, { id: 'long', fingerprint: 'f', leaseUntil: table.now.ms + 900_000, ttlSeconds: 60 })
  assert.ok(state.kind === 'claimed' && state.claim.expires * 1000 > table.now.ms + 900_000)
})
