// The function that runs tasks, over an SQS server and the embedded database: fire, delay, retry, a candidate's tasks, what is no message of a task.
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { directDatabase } from '../../src/dev/direct-database.ts'
import { toWorker, type WorkerEvent, type WorkerHandler } from '../../src/lambda/worker.ts'
import { openLambdaTasks, type TaskQueues } from '../../src/lambda/task-port.ts'
import { type Database, ensureTables } from '../../src/persist/index.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import type { Platform, Service } from '../../src/runtime/edge.ts'
import type { LogRecord, Task } from '../../src/runtime/index.ts'
import { readTask, storeDefinition, type TaskState } from '../../src/store/index.ts'
import { awsTaskQueue } from '../../src/tasks/index.ts'
import { testPlatform } from '../runtime/service-fixture.ts'
import { task } from '../tasks/engine.ts'
import { type SqsServer, startSqs } from '../tasks/sqs-server.ts'

let sqs: SqsServer
let dynamo: Awaited<ReturnType<typeof openLocalDynamo>>
let database: Database
let urls: { live: string; candidate: string; dead: string }
let [count, shift] = [0, 0]
const now = (): number => Date.now() + shift

const told: string[] = []
const job = task('job', { attempts: 2 }, (input: { say: string; fail?: boolean }, context) => {
  told.push(`${input.say} ${context.task.attempt}`)
  if (input.fail === true && context.task.attempt === 1) throw new Error('not yet')
})
const parent = task('parent', {}, (_input: unknown, context) => context.fire(job as never, { say: 'child' } as never))
const endless = task('endless', { attempts: 1, timeoutSeconds: 900 }, (_input: unknown, context) => sleep(60_000, undefined, { signal: context.signal }))
const tasks = [job, parent, endless]

before(async () => {
  ;[sqs, dynamo] = await Promise.all([startSqs(), openLocalDynamo({ memory: true })])
})
after(() => Promise.all([sqs.close(), dynamo.close()]))
afterEach(() => {
  told.length = shift = 0
})

// Of each test its own, and a table too.
async function newQueues(): Promise<void> {
  count += 1
  database = { ...directDatabase(dynamo, `test${count}-`), now }
  await ensureTables(database, [storeDefinition])
  const [live, candidate, dead] = await Promise.all(['tasks', 'candidate', 'dead'].map((name) => sqs.makeQueue(`${name}-${count}`)))
  urls = { live: live!, candidate: candidate!, dead: dead! }
}

function queues(): TaskQueues {
  const { call } = sqs
  return { live: awsTaskQueue({ url: urls.live, candidateUrl: urls.candidate, call }), candidate: awsTaskQueue({ url: urls.candidate, call }), dead: awsTaskQueue({ url: urls.dead, call }) }
}

interface Version {
  platform: Platform & { lines: LogRecord[] }
  handler: WorkerHandler
  fire(of: Task, input: unknown, options?: { delaySeconds?: number; on?: 'live' | 'candidate' }): Promise<string>
  /** Hands over what lies in a queue, as Lambda does. */
  work(of?: 'live' | 'candidate', remaining?: number): Promise<void>
  event(event: WorkerEvent, remaining?: number): ReturnType<WorkerHandler>
}

function version(name: string, known: readonly Task[]): Version {
  const platform = { ...testPlatform({ now }), database: () => database, version: name }
  const service = { name: 'test', apis: [], routes: {}, errorDecorator: undefined, tasks: known } as Service
  const handler = toWorker(service, { platform: () => platform, queues })
  const event: Version['event'] = (given, remaining = 20_000) => handler(given, { getRemainingTimeInMillis: () => remaining })
  return {
    platform, handler, event,
    async fire(of, input, { on = 'live', ...options } = {}) {
      const beside: Promise<unknown>[] = []
      const port = openLambdaTasks({ platform, queue: queues()[on], names: new Set(known.map((one) => one.name)) })
      const prepared = await port.prepare([{ id: globalThis.crypto.randomUUID(), task: of, input, options }], { callId: 'c', callPath: 'test', operation: 'op', user: undefined })
      const [fired] = await prepared.accept((work) => void beside.push(work))
      await Promise.all(beside)
      return fired!.id
    },
    async work(of = 'live', remaining) {
      const bodies = await sqs.take(urls[of])
      const eventSourceARN = `arn:aws:sqs:us-east-1:123456789012:${urls[of].split('/').at(-1)}`
      for (const body of bodies) assert.deepEqual(await event({ Records: [{ messageId: 'm', body, eventSourceARN }] }, remaining), { batchItemFailures: [] })
    },
  }
}

const stateOf = async (id: string): Promise<TaskState> => (await readTask(database, id))!.state

test('what is fired is in the queue as its id alone, runs once, and may fire on', async () => {
  await newQueues()
  const one = version('1', tasks)
  const id = await one.fire(parent, { secret: 'kept out of the queue' })
  assert.deepEqual((await stateOf(id)).sentTo, `tasks-${count}`)
  await one.work()
  assert.equal((await stateOf(id)).status, 'succeeded')
  await one.work()
  assert.deepEqual(told, ['child 1'])
  assert.deepEqual(one.platform.lines.map((line) => (line as { operation?: string }).operation), ['task:parent', 'task:job'])
})

test('a failed run comes again by the queue, after its pause', async () => {
  await newQueues()
  const one = version('1', tasks)
  const id = await one.fire(job, { say: 'a', fail: true })
  await one.work()
  assert.equal((await stateOf(id)).status, 'scheduled')
  for (const end = Date.now() + 20_000; told.length < 2 && Date.now() < end; await sleep(50)) await one.work()
  assert.deepEqual([told, (await stateOf(id)).status], [['a 1', 'a 2'], 'succeeded'])
})

test('what is due later than a queue delays is sent by the sweep when its time comes', async () => {
  await newQueues()
  const one = version('1', tasks)
  const id = await one.fire(job, { say: 'later' }, { delaySeconds: 3600 })
  const soon = await one.fire(job, { say: 'soon' }, { delaySeconds: 900 })
  assert.deepEqual([(await stateOf(id)).sentTo, (await stateOf(soon)).sentTo], [undefined, `tasks-${count}`])
  await one.event({ klue: 'sweep' })
  assert.deepEqual(await sqs.take(urls.live), [])
  shift = 3_600_000 + 5000
  await one.event({ klue: 'sweep' })
  await one.work()
  assert.ok(told.includes('later 1'))
})

test('a run ends before its invocation does, with a line of its own, and its lease lasts beyond', async () => {
  await newQueues()
  const one = version('1', tasks)
  const id = await one.fire(endless, {})
  const working = one.work('live', 4000)
  for (const end = Date.now() + 10_000; (await stateOf(id)).status !== 'running' && Date.now() < end; ) await sleep(10)
  const { leaseUntil } = await stateOf(id)
  assert.ok(leaseUntil! - now() > 10_000, 'nobody takes over before Lambda has ended the function')
  await working
  assert.deepEqual([(await stateOf(id)).status, (await stateOf(id)).error?.error], ['failed', 'DEADLINE_EXCEEDED'])
})

test('what is no message of a task is put aside, and tells of itself', async () => {
  await newQueues()
  const one = version('1', tasks)
  for (const body of ['{"not": "an id"}', globalThis.crypto.randomUUID()]) assert.deepEqual(await one.event({ Records: [{ messageId: 'm', body }] }), { batchItemFailures: [] })
  assert.equal((await sqs.take(urls.dead)).length, 2)
  assert.equal(one.platform.lines.filter(({ level }) => level === 'warn').length, 2)
  await assert.rejects(one.event({ klue: 'look' } as never), /^UsageError: The event that invoked the worker/)
})

test('what cannot be handled now comes again, and the others of its batch do not', async () => {
  await newQueues()
  const one = version('1', tasks)
  const [good, bad] = [await one.fire(job, { say: 'good' }), await one.fire(job, { say: 'bad' })]
  const real = database
  database = { ...real, run: (name, input) => (JSON.stringify(input).includes(bad) ? Promise.reject(new Error('the database is away')) : real.run(name, input)) }
  try {
    assert.deepEqual(await one.event({ Records: [{ messageId: 'first', body: bad }, { messageId: 'second', body: good }] }), { batchItemFailures: [{ itemIdentifier: 'first' }] })
  } finally {
    database = real
  }
  assert.deepEqual(told, ['good 1'])
})

test("a candidate's tasks go through its own queue and are left to it; what live has fired it hands back", async () => {
  await newQueues()
  const added = task('added', {}, () => void told.push('added'))
  const [live, candidate] = [version('1', tasks), version('2', [...tasks, added])]
  const id = await candidate.fire(added, {}, { on: 'candidate' })
  assert.deepEqual(await sqs.take(urls.live), [])
  shift = 120_000
  // The sweep of what is live sees the row, and that it is in other hands.
  await live.event({ klue: 'sweep' })
  assert.deepEqual(await sqs.take(urls.live), [])
  await candidate.work('candidate')
  assert.deepEqual([told, (await stateOf(id)).status], [['added'], 'succeeded'])
  // A slot that becomes free may wake a task of the other side.
  const other = await live.fire(job, { say: 'of live' })
  await sqs.take(urls.live)
  await queues().candidate.send([{ id: other, delayMs: 0 }])
  await candidate.work('candidate')
  assert.deepEqual(told, ['added'])
  await live.work()
  assert.deepEqual(told, ['added', 'of live 1'])
})

test('what a candidate has left behind is found an hour later', async () => {
  await newQueues()
  const [live, candidate] = [version('1', tasks), version('2', tasks)]
  await candidate.fire(job, { say: 'left' }, { on: 'candidate' })
  for (shift = 60_000; shift <= 2 * 3_600_000 + 600_000; shift += 600_000) {
    await live.event({ klue: 'sweep' })
    if (shift < 3_600_000) assert.deepEqual(await sqs.take(urls.live), [])
  }
  await live.work()
  assert.deepEqual(told, ['left 1'])
})

test('after a rollback a task of the newer version waits without losing an attempt, is told after an hour, and runs when it is back', async () => {
  await newQueues()
  const added = task('added', { attempts: 1 }, () => void told.push('added'))
  const [older, newer] = [version('1', tasks), version('2', [...tasks, added])]
  const id = await newer.fire(added, {})
  await older.work()
  assert.deepEqual([(await stateOf(id)).status, (await stateOf(id)).waits, (await stateOf(id)).attempt], ['queued', 'version', 0])
  const reports = (): unknown[] => older.platform.lines.filter((line) => JSON.stringify(line).includes('TASK_VERSION_MISSING'))
  assert.deepEqual(reports(), [])
  for (shift = 60_000; shift <= 3 * 3_600_000; shift += 60_000) {
    await older.event({ klue: 'sweep' })
    await older.work()
  }
  assert.ok(reports().length > 0 && reports().length < 10, `${reports().length} reports`)
  assert.match(JSON.stringify(reports()[0]), /the task added, fired by version 2, waits for a version that knows it/i)
  for (const end = shift + 2 * 3_600_000; told.length === 0 && shift < end; shift += 60_000) {
    await newer.event({ klue: 'sweep' })
    await newer.work()
  }
  assert.deepEqual([told, (await stateOf(id)).status, (await stateOf(id)).attempt], [['added'], 'succeeded', 0])
})

test('while the queue is away tasks are accepted all the same, and run once it is back', async () => {
  await newQueues()
  const one = version('1', tasks)
  const real = urls
  urls = { ...real, live: `${real.live}-missing` }
  const id = await one.fire(job, { say: 'kept' })
  assert.equal((await stateOf(id)).sentTo, undefined)
  assert.match(JSON.stringify(one.platform.lines), /A message of a task could not be sent/)
  urls = real
  shift = 130_000
  await version('1', tasks).event({ klue: 'sweep' })
  await one.work()
  assert.deepEqual(told, ['kept 1'])
})
