// Messages of consumers: run once, again where they fail, given up in the end; in batches, in order, with steps, and beside a model with kills.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Database } from '../../src/persist/index.ts'
import { defineError, type Message } from '../../src/runtime/index.ts'
import { consumer, type Consuming, incoming, openConsuming } from './consuming.ts'

const HOPELESS = defineError('HOPELESS', 422, 'It never will', { retry: false })
const nothing = { failed: [], errors: {}, dead: [] }

let consuming: Consuming
before(async () => (consuming = await openConsuming()))
after(() => consuming.close())

test('a message is run once, however often it comes', async () => {
  const seen: unknown[] = []
  const orders = consumer({ name: 'once' }, (message, context) => void seen.push({ ...(message as Message), consumer: context.consumer, of: context.message.id }))
  assert.deepEqual(await consuming.run(orders, [incoming('a', { n: 1 }, { attributes: { kind: 'new' } })]), nothing)
  assert.deepEqual(await consuming.run(orders, [incoming('a', { n: 1 }, { receipt: 'other' })]), nothing)
  assert.deepEqual(seen, [{ id: 'a', body: { n: 1 }, attempt: 1, sentAt: new Date('2027-03-01T11:00:00Z'), attributes: { kind: 'new' }, consumer: 'once', of: 'a' }])
  const line = consuming.lines.find(({ operation }) => operation === 'consumer:once')!
  assert.deepEqual([line['method'], line['path'], line['status'], line['message_attempt']], ['MESSAGE', '/once/a', 200, 1])
  assert.equal(typeof line['idempotency'], 'string')
})

test('without idempotency it is run as often as it comes, and has no steps', async () => {
  let runs = 0
  const orders = consumer({ name: 'often', idempotency: false }, async (_message, context) => {
    runs += 1
    await context.once('a', () => 1)
  })
  const first = await consuming.run(orders, [incoming('a')])
  await consuming.run(orders, [incoming('a')])
  assert.equal(runs, 2)
  assert.deepEqual(first.failed, ['r-a'])
  assert.match(first.errors['r-a']!.description, /nothing is kept of its messages/)
})

test('a message that fails comes again, and is given up after its attempts with one report', async () => {
  const attempts: number[] = []
  const orders = consumer({ name: 'failing', attempts: 3 }, (message) => {
    attempts.push((message as Message).attempt)
    throw new Error('not now')
  })
  for (const _ of [1, 2]) assert.deepEqual((await consuming.run(orders, [incoming('f')])).failed, ['r-f'])
  const last = await consuming.run(orders, [incoming('f')])
  assert.deepEqual(last.dead, [{ receipt: 'r-f', error: 'UNHANDLED_SERVER_ERROR', description: 'not now' }])
  assert.deepEqual(attempts, [1, 2, 3])
  const reports = consuming.lines.filter(({ kind, operation }) => kind === 'report' && operation === 'consumer:failing')
  assert.deepEqual(reports.map(({ title }) => title), ['the consumer failing gave up a message after 3 runs: not now'])
  // Out of the dead letters it begins anew.
  assert.deepEqual((await consuming.run(orders, [incoming('f')])).failed, ['r-f'])
  assert.deepEqual(attempts, [1, 2, 3, 1])
})

test('what no run can change is given up at once', async () => {
  const orders = consumer({ name: 'hopeless' }, () => {
    throw HOPELESS()
  })
  const { dead } = await consuming.run(orders, [incoming('h'), incoming('j', null, { content: { text: 'no json, password' } })])
  assert.deepEqual(dead.map(({ receipt, error }) => [receipt, error]).sort(), [['r-h', 'HOPELESS'], ['r-j', 'MESSAGE_INVALID']])
  assert.equal(consuming.lines.filter(({ kind, operation }) => kind === 'report' && operation === 'consumer:hopeless').length, 2)
})

test('one that is run elsewhere comes again, and one whose process was killed is taken over with its steps', async () => {
  const made: number[] = []
  const orders = consumer({ name: 'killed', timeoutSeconds: 10 }, async (message, context) => {
    await context.once('charge', () => made.push(made.length))
    if ((message as Message).attempt === 1) await new Promise(() => undefined)
  })
  let isDead = false
  const on: Database = { ...consuming.database, run: async (name, input) => (isDead ? new Promise<never>(() => undefined) : consuming.database.run(name, input)) }
  void consuming.run(orders, [incoming('k')], { on })
  while (made.length === 0) await new Promise(setImmediate)
  assert.deepEqual(await consuming.run(orders, [incoming('k')]), { ...nothing, failed: ['r-k'] })
  // Time for the record of the step.
  for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate)
  isDead = true
  consuming.clock.ms += 16_000
  assert.deepEqual(await consuming.run(orders, [incoming('k')]), nothing)
  assert.equal(made.length, 1)
})

test('within a group messages run in order, and none beyond one that fails', async () => {
  const seen: string[] = []
  let isBroken = true
  const orders = consumer({ name: 'grouped' }, (message) => {
    const { id } = message as Message
    seen.push(id)
    if (id === 'b' && isBroken) throw new Error('broken')
  })
  const messages = [incoming('a', {}, { group: 'x' }), incoming('b', {}, { group: 'x' }), incoming('c', {}, { group: 'x' }), incoming('d', {}, { group: 'y' })]
  assert.deepEqual((await consuming.run(orders, messages)).failed, ['r-b', 'r-c'])
  assert.deepEqual(seen.filter((id) => id !== 'd'), ['a', 'b'])
  isBroken = false
  assert.deepEqual(await consuming.run(orders, messages), nothing)
  assert.deepEqual(seen.filter((id) => id !== 'd'), ['a', 'b', 'b', 'c'])
})

test('a batch says which of its messages failed; what it throws is the failure of all', async () => {
  const seen: string[][] = []
  let fails: readonly string[] = ['b']
  const orders = consumer({ name: 'batched', batch: { size: 10 }, attempts: 2 }, async (messages, context) => {
    seen.push(messages.map(({ id }) => id))
    await context.onceFor(messages[0]!, 'step', () => 1)
    return { failed: fails }
  })
  const batch = [incoming('a'), incoming('b'), incoming('c', 0, { content: { text: '{' } })]
  const first = await consuming.run(orders, batch)
  assert.deepEqual([first.failed, first.errors['r-b']!.error, first.dead.map(({ receipt }) => receipt)], [['r-b'], 'MESSAGE_FAILED', ['r-c']])
  const second = await consuming.run(orders, batch.slice(0, 2))
  assert.deepEqual([second.failed, second.dead.map(({ receipt, error }) => [receipt, error])], [[], [['r-b', 'MESSAGE_FAILED']]])
  assert.deepEqual(seen, [['a', 'b'], ['b']])
  fails = ['stranger']
  const third = await consuming.run(orders, [incoming('d'), incoming('e')])
  assert.deepEqual([third.failed, third.errors['r-d']!.error], [['r-d', 'r-e'], 'BATCH_RESULT_INVALID'])
})

test('a storm of messages that come twice, in any order, to processes that are killed: each has its effect, and no step is recorded twice', async (context) => {
  const count = 40
  const effects = new Map<string, Set<string>>()
  const ends = new Map<string, number>()
  const orders = consumer({ name: 'storm', attempts: 100, timeoutSeconds: 1 }, async (message, within) => {
    const { id } = message as Message
    const made = await within.once('effect', () => globalThis.crypto.randomUUID())
    effects.set(id, (effects.get(id) ?? new Set()).add(made))
    if (Math.random() < 0.2) throw new Error('once more')
    ends.set(id, (ends.get(id) ?? 0) + 1)
  })
  // What the queue holds: it forgets a message only when whoever took it says so.
  const waiting = new Set(Array.from({ length: count }, (_, index) => `s${index}`))
  const acknowledged = new Map<string, number>()
  let [kills, rounds] = [0, 0]
  while (waiting.size > 0 && rounds < 2000) {
    rounds += 1
    const some = [...waiting].sort(() => Math.random() - 0.5).slice(0, 6)
    const messages = some.flatMap((id) => [incoming(id), ...(Math.random() < 0.3 ? [incoming(id, { id }, { receipt: `again-${id}` })] : [])])
    let left = Math.random() < 0.4 ? Math.floor(Math.random() * 25) : Infinity
    let kill = (): void => undefined
    const killed = new Promise<undefined>((resolve) => (kill = () => resolve(undefined)))
    const on: Database = {
      ...consuming.database,
      run: async (name, input) => {
        if ((left -= 1) < 0) {
          kill()
          return new Promise<never>(() => undefined)
        }
        return consuming.database.run(name, input)
      },
    }
    const outcome = await Promise.race([consuming.run(orders, messages, { on }), killed])
    consuming.clock.ms += 7000
    if (outcome === undefined) {
      kills += 1
      continue
    }
    assert.deepEqual(outcome.dead, [])
    const again = new Set(outcome.failed)
    for (const { receipt, id } of messages) if (!again.has(receipt) && waiting.delete(id)) acknowledged.set(id, ends.get(id) ?? 0)
  }
  context.diagnostic(`${rounds} rounds, ${kills} kills, ${[...ends.values()].filter((times) => times > 1).length} messages ran to their end again before that was noted`)
  assert.equal(waiting.size, 0, 'nothing is lost')
  assert.ok(kills > 0, 'the kills met runs')
  assert.ok([...acknowledged.values()].every((times) => times > 0), 'nothing is acknowledged that did not end')
  for (const [id, made] of effects) assert.equal(made.size, 1, `the step of ${id} has one recorded result`)
  // Done is done: whatever comes late runs no more.
  const before = new Map(ends)
  assert.deepEqual(await consuming.run(orders, Array.from({ length: count }, (_, index) => incoming(`s${index}`))), nothing)
  assert.deepEqual(ends, before)
})
