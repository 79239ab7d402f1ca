// Tasks fired by a request with an idempotency key: however often the request comes again, each is accepted once.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Database } from '../../src/persist/index.ts'
import { loadIdempotency } from '../../src/runtime/idempotency/lazy-idempotency.ts'
import type { Context, FiredTask, FireOptions, Task } from '../../src/runtime/index.ts'
import { readTask } from '../../src/store/index.ts'
import { openTaskPort } from '../../src/tasks/fire-port.ts'
import { openTransfers, sent } from '../runtime/idempotent-service.ts'
import { apiDocument, compileApi, type Loose, type LooseHandlers, open, type Opened, operation } from '../runtime/service-fixture.ts'
import { type Engine, openEngine, task } from './engine.ts'
import { until } from './harness.ts'

const child = task('child', {}, () => undefined)
let work: (context: { fire(task: Task, input: unknown): Promise<unknown> }) => unknown = () => undefined
const job = task('job', { attempts: 5 }, (_input, context) => work(context as never))
const windowed = task('windowed', { key: { windowSeconds: 60 } }, () => undefined)
// As the worker has the task of an operation.
const order = { ...task('order', { attempts: 1 }, () => {
  throw new Error('no')
}), name: 'test.order' }

let engine: Engine
before(async () => {
  engine = await openEngine([job, child, windowed, order])
  engine.worker().parts.services().get('job')!.service.platform.tasks = () => engine.port
  await loadIdempotency()
})
after(() => engine.close())
beforeEach(() => {
  work = () => undefined
  engine.queue.messages.length = 0
})

let count = 0
const newKey = (): string => `fire-${(count += 1)}`
const never = new Promise<never>(() => undefined)
type Fires = Context & { fire(task: Task, input: unknown, options?: FireOptions): Promise<FiredTask>; fireAll(task: Task, inputs: unknown[]): Promise<FiredTask[]> }
type Handler = (context: Fires, input: Loose) => unknown

async function service(handler: Handler, database: Database = engine.database): Promise<Opened> {
  const run = (input: Loose, context: unknown): unknown => handler(context as Fires, input)
  const opened = await openTransfers({ database, now: engine.clock, close: async () => undefined }, { transfer: run, storm: run, quick: run, plain: run } as unknown as LooseHandlers)
  opened.platform.tasks = () => engine.port
  return opened
}

/** What tasks there are that were not before, by what they were given. */
async function firedSince(known: Set<string>): Promise<unknown[]> {
  const ids = await allIds()
  return Promise.all(ids.filter((id) => !known.has(id)).map(async (id) => JSON.parse((await readTask(engine.database, id))!.input!) as unknown))
}

async function allIds(): Promise<string[]> {
  const { Items } = await engine.database.run('Scan', { TableName: 'test-klue', ConsistentRead: true })
  return Items!.filter(({ sk }) => sk!.S === 'task').map(({ pk }) => pk!.S!.slice('task#'.length))
}

const seen = async (): Promise<Set<string>> => new Set(await allIds())

/** A request whose process is killed where its handler waits. */
async function killed(opened: Opened, key: string, isThere: () => boolean): Promise<void> {
  void opened.send('POST /storm', sent(key))
  while (!isThere()) await new Promise((resolve) => setImmediate(resolve))
  engine.clock.ms += 31_000
}

test('a request that is killed after it fired is taken over, and fires what was missing and nothing twice', async () => {
  const known = await seen()
  const given: FiredTask[][] = []
  let step = 0
  const opened = await service(async (context) => {
    const attempt = given.push([])
    given[attempt - 1]!.push(await context.fire(job, { n: 1, attempt }), await context.fire(job, { n: 2, attempt }))
    step += 1
    if (attempt === 1) await never
    given[attempt - 1]!.push(await context.fire(job, { n: 3, attempt }))
    return {}
  })
  const key = newKey()
  await killed(opened, key, () => step > 0)
  assert.equal((await opened.send('POST /storm', sent(key))).status, 200)
  // Handlers are told the same again, and what the first attempt gave is what counts.
  assert.deepEqual(given[1]!.slice(0, 2), given[0])
  assert.deepEqual((await firedSince(known)).sort(byN), [{ n: 1, attempt: 1 }, { n: 2, attempt: 1 }, { n: 3, attempt: 2 }])
  assert.equal(engine.queue.messages.length, 3)
  for (const { id } of given[1]!) assert.match(id, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
})

test('a kill between the rows of a task loses nothing', async () => {
  for (const lost of ['BatchWriteItem', 'PutItem']) {
    const known = await seen()
    let isLost = false
    const dying: Database = { ...engine.database, run: (name, input, options) => {
      const { Item } = input as { Item?: { sk?: { S?: string } } }
      if (name !== lost || (lost === 'PutItem' && Item?.sk?.S !== 'task')) return engine.database.run(name, input, options)
      isLost = true
      return never
    } }
    const handler: Handler = async (context) => ({ id: (await context.fire(job, { lost })).id })
    const dead = await service(handler)
    dead.platform.tasks = () => openTaskPort({ database: () => dying, queue: engine.queue, tasks: () => new Set(['job']), version: 'v1', now: engine.clock.now, fault: () => undefined })
    const key = newKey()
    await killed(dead, key, () => isLost)
    assert.deepEqual(await firedSince(known), [])
    const { send } = await service(handler)
    const { json } = await send('POST /storm', sent(key))
    assert.deepEqual(await firedSince(known), [{ lost }])
    assert.equal((await readTask(engine.database, String(json['id'])))!.state.status, 'queued')
  }
})

test('equal tasks of one request are as many as were fired; keys tell those apart that are fired at the same time', async () => {
  const known = await seen()
  const results: string[][] = []
  const { send } = await service(async (context) => {
    const attempt = results.push([])
    const all = (await context.fireAll(job, [{ n: 1 }, { n: 1 }])).map(({ id }) => id)
    // Another order each time.
    const names = attempt === 1 ? ['a', 'b'] : ['b', 'a']
    const keyed = Object.fromEntries(await Promise.all(names.map(async (key) => [key, (await context.fire(job, { key }, { key })).id] as const)))
    const once = [await context.fire(windowed, {}, { key: `w${count}` }), await context.fire(windowed, {}, { key: `w${count}` })]
    assert.equal(once[0]!.id, once[1]!.id)
    results[attempt - 1]!.push(...all, keyed['a']!, keyed['b']!, once[0]!.id)
    if (attempt < 3) throw new Error('after all of them')
    return {}
  })
  const key = newKey()
  assert.deepEqual([(await send('POST /transfers', sent(key))).status, (await send('POST /transfers', sent(key))).status, (await send('POST /transfers', sent(key))).status], [500, 500, 200])
  assert.deepEqual(results[1], results[0])
  assert.deepEqual(results[2], results[0])
  assert.equal((await firedSince(known)).length, 5)
  // Another request under the freed key, and another key, fire their own.
  const other = await service(async (context) => ({ id: (await context.fire(job, {})).id }))
  await other.send('POST /transfers', sent(newKey()))
  await other.send('POST /transfers', sent(newKey()))
  await other.send('POST /plain', sent(key))
  await other.send('POST /plain', sent(key))
  assert.equal((await firedSince(known)).length, 9)
})

test("when: 'answered' fires before the answer is kept: where that fails, the next attempt fires nothing twice", async () => {
  const known = await seen()
  const half: Database = { ...engine.database, run: (name, input, options) => (name === 'UpdateItem' && (input as { UpdateExpression?: string }).UpdateExpression?.includes('st = :done') === true ? Promise.reject(Object.assign(new Error('gone'), { name: 'DatabaseError' })) : engine.database.run(name, input, options)) }
  const handler: Handler = async (context) => ({ id: (await context.fire(job, { when: context.idempotency!.attempt }, { when: 'answered' })).id })
  const key = newKey()
  const first = await (await service(handler, half)).send('POST /transfers', sent(key))
  assert.deepEqual([first.status, first.json['error']], [503, 'IDEMPOTENCY_UNAVAILABLE'])
  assert.deepEqual(await firedSince(known), [{ when: 1 }])
  const { send } = await service(handler)
  assert.equal((await send('POST /transfers', sent(key))).json['error'], 'IDEMPOTENCY_IN_PROGRESS')
  engine.clock.ms += 32_000
  const second = await send('POST /transfers', sent(key))
  assert.equal(second.status, 200)
  assert.deepEqual(await firedSince(known), [{ when: 1 }])
  assert.deepEqual([await allIds().then((ids) => ids.includes(String(second.json['id']))), engine.queue.messages.length], [true, 1])
  assert.equal((await send('POST /transfers', sent(key))).headers['idempotent-replayed'], 'true')
  assert.deepEqual(await firedSince(known), [{ when: 1 }])
})

test("when: 'answered' of a handler that outlives its 504: fired with the answer that is kept, not where it fails", async () => {
  for (const fails of [false, true]) {
    const known = await seen()
    let end: () => void = () => undefined
    const { send } = await service(async (context) => {
      await context.fire(job, { late: true }, { when: 'answered' })
      await new Promise<void>((resolve) => (end = resolve))
      if (fails) throw new Error('after all')
      return { late: true }
    })
    const key = newKey()
    assert.equal((await send('POST /quick', sent(key))).status, 504)
    assert.deepEqual(await firedSince(known), [])
    end()
    if (fails) continue
    let answer = await send('POST /quick', sent(key))
    while (answer.status === 409) answer = await send('POST /quick', sent(key))
    assert.deepEqual([answer.status, answer.headers['idempotent-replayed']], [200, 'true'])
    assert.deepEqual(await firedSince(known), [{ late: true }])
  }
})

test('a task carries the key on: what it fires itself it fires once, however often it runs', async () => {
  for (const [path, children] of [['/transfers', 1], ['/plain', 2]] as const) {
    const known = await seen()
    let runs = 0
    work = async (context) => {
      await context.fire(child, { of: path })
      if ((runs += 1) === 1) throw new Error('after it fired')
    }
    const { send } = await service(async (context) => ({ id: (await context.fire(job, { path })).id }))
    const { json } = await send(`POST ${path}`, sent(newKey()))
    const { worker } = engine.worker()
    await worker.receive(String(json['id']))
    engine.clock.ms += 5_000
    await worker.receive(String(json['id']))
    assert.equal((await readTask(engine.database, String(json['id'])))!.state.status, 'succeeded')
    assert.equal((await firedSince(known)).filter((input) => (input as { of?: string }).of === path).length, children, path)
  }
})

test('an operation that runs as a task: taken over it finds its task, and one that has failed is followed by another', async () => {
  const document = apiDocument({ '/orders': { post: operation('order', { 'x-klue-task': true, 'x-klue-timeout': 4, 'x-klue-idempotency': 'required', security: [{ key: [] }] }) } }, { components: { securitySchemes: { key: { type: 'apiKey', name: 'X-Key', in: 'header' } } } })
  const spec = await compileApi(document)
  const opened = (database: Database): Opened => {
    const made = open({ spec, handlers: { order: () => ({}) } as never, security: { key: () => ({ id: 'ann' }) } }, { database: () => database, now: engine.clock.now })
    made.platform.tasks = () => engine.port
    return made
  }
  const known = await seen()
  const key = newKey()
  // Killed between the task and the record of its answer.
  let isThere = false
  const dying: Database = { ...engine.database, run: (name, input, options) => {
    if (name !== 'UpdateItem' || (input as { UpdateExpression?: string }).UpdateExpression?.includes('st = :done') !== true) return engine.database.run(name, input, options)
    isThere = true
    return never
  } }
  void opened(dying).send('POST /orders', sent(key))
  await until('the answer of the accepted task', () => isThere)
  engine.clock.ms += 31_000
  const { send } = opened(engine.database)
  const again = await send('POST /orders', sent(key))
  const [id] = (await allIds()).filter((one) => !known.has(one))
  assert.deepEqual([again.status, again.headers['location']?.endsWith(`/${id}`), (await firedSince(known)).length], [202, true, 1])
  // One that fails with 500 frees the key: whoever sends it again wants it tried again.
  const failing = newKey()
  const ended = async (): Promise<{ id: string; status: number }> => {
    const before = await seen()
    const answer = send('POST /orders', sent(failing, undefined, { prefer: 'wait=5' }))
    let ids: string[] = []
    while (ids.length === 0) ids = (await allIds()).filter((one) => !before.has(one))
    await engine.worker().worker.receive(ids[0]!)
    return { id: ids[0]!, status: (await answer).status }
  }
  const [one, two] = [await ended(), await ended()]
  assert.deepEqual([one.status, two.status, one.id === two.id], [500, 500, false])
})

function byN(one: unknown, other: unknown): number {
  return (one as { n: number }).n - (other as { n: number }).n
}
