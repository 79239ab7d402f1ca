// What tasks must bear: workers that stop or pause, clocks that jump, messages that come twice or never, poisonous input, a backlog.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { readTask, type TaskState } from '../../src/store/index.ts'
import { cancelled, changeTask, openWorker, redriven, sweep } from '../../src/tasks/index.ts'
import { type Engine, openEngine, task } from './engine.ts'

const runs: string[] = []
let hold: Promise<void> = Promise.resolve()
let during: (() => unknown) | undefined
const tasks = [
  task('plain', { attempts: 3 }, async (input: { n: string }, context) => {
    runs.push(`${input.n} ${context.task.attempt}`)
    await during?.()
    await hold
  }),
  task('slow', { attempts: 2 }, async (input: { n: string }, context) => {
    await context.once('effect', () => void runs.push(`effect ${input.n}`))
    context.progress(0.5)
    await hold
    runs.push(`end ${input.n} ${context.task.attempt}`)
  }),
]

let engine: Engine
before(async () => (engine = await openEngine(tasks)))
after(() => engine.close())
beforeEach(() => {
  runs.length = 0
  hold = Promise.resolve()
  during = undefined
  engine.queue.messages.length = 0
  engine.queue.isDown = false
})

const stateOf = async (id: string): Promise<TaskState> => (await readTask(engine.database, id))!.state

function held(): { open: () => void } {
  let open = (): void => undefined
  hold = new Promise<void>((resolve) => (open = resolve))
  return { open }
}

async function runAll(ids: readonly string[]): Promise<void> {
  const { worker } = engine.worker()
  for (const id of ids) await worker.receive(id)
}

test('a message that comes twice, late or in another order runs a task once', async () => {
  const ids = await Promise.all(['a', 'b', 'c', 'd'].map((n) => engine.fire('plain', { n })))
  const messages = [...ids, ...ids, ...ids].sort((left, right) => (left.slice(-2) < right.slice(-2) ? -1 : 1))
  const workers = [engine.worker(), engine.worker()]
  await Promise.all(messages.map((id, index) => workers[index % 2]!.worker.receive(id)))
  engine.clock.ms += 5 * 3_600_000
  await runAll(ids)
  assert.deepEqual([...runs].sort(), ['a 1', 'b 1', 'c 1', 'd 1'])
  assert.deepEqual(await Promise.all(ids.map(async (id) => (await stateOf(id)).status)), ['succeeded', 'succeeded', 'succeeded', 'succeeded'])
})

test('a message without a task is taken, and a task that was cancelled does not run', async () => {
  await engine.worker().worker.receive('00000000-0000-4000-8000-000000000000')
  const id = await engine.fire('plain', { n: 'x' })
  await changeTask({ database: engine.database }, (await readTask(engine.database, id))!, (seen) => cancelled(seen, engine.clock.ms))
  await runAll([id])
  assert.deepEqual([runs, (await stateOf(id)).status], [[], 'cancelled'])
  await changeTask({ database: engine.database }, (await readTask(engine.database, id))!, (seen) => redriven(seen, engine.clock.ms))
  await runAll([id])
  assert.deepEqual([runs, (await stateOf(id)).status], [['x 1'], 'succeeded'])
})

test('a worker that pauses beyond its lease has lost it: what it writes then does not count', async () => {
  const id = await engine.fire('slow', { n: 'p' })
  const first = held()
  const paused = engine.worker().worker.receive(id)
  while (runs.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  while ((await stateOf(id)).steps === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  engine.clock.ms += 61_000
  // Another worker finds the lease over: that run counts as failed, and the next one begins after its pause.
  await runAll([id])
  assert.deepEqual([(await stateOf(id)).status, (await stateOf(id)).attempt, (await stateOf(id)).error?.error], ['scheduled', 1, 'TASK_LOST'])
  engine.clock.ms += 2000
  const old = hold
  const second = held()
  const next = engine.worker().worker.receive(id)
  while ((await stateOf(id)).status !== 'running') await new Promise((resolve) => setTimeout(resolve, 5))
  first.open()
  await old
  await paused
  // The paused one has ended, and the task still belongs to the other.
  assert.deepEqual([(await stateOf(id)).status, (await stateOf(id)).lease], ['running', 2])
  second.open()
  await next
  assert.deepEqual([(await stateOf(id)).status, (await stateOf(id)).attempt, (await stateOf(id)).lease], ['succeeded', 1, 2])
  assert.equal(runs.filter((one) => one === 'effect p').length, 1, 'a recorded step is not repeated')
})

test('a run that is cancelled is aborted, and its end does not count', async () => {
  const id = await engine.fire('slow', { n: 'c' })
  const { open } = held()
  const run = engine.worker().worker.receive(id)
  while ((await stateOf(id)).steps === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  await changeTask({ database: engine.database }, (await readTask(engine.database, id))!, (seen) => cancelled(seen, engine.clock.ms))
  open()
  await run
  assert.equal((await stateOf(id)).status, 'cancelled')
})

test('an input that ends its worker each time is given up after its attempts, and reported', async () => {
  const id = await engine.fire('plain', { n: 'poison' })
  // Whoever runs it is gone at once: nothing of what it does reaches the table any more.
  const worker = { isDead: false }
  during = () => {
    worker.isDead = true
    return new Promise(() => undefined)
  }
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    worker.isDead = false
    const dying = engine.worker({ ...engine.database, run: (name, input) => (worker.isDead ? new Promise<never>(() => undefined) : engine.database.run(name, input)) })
    void dying.worker.receive(id)
    while (!worker.isDead) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal((await stateOf(id)).status, 'running')
    engine.clock.ms += 62_000
    await sweep(engine.worker().parts)
    engine.clock.ms += 10_000
  }
  assert.deepEqual(runs, ['poison 1', 'poison 2', 'poison 3'])
  assert.deepEqual([(await stateOf(id)).status, (await stateOf(id)).error?.error, (await stateOf(id)).attempt], ['failed', 'TASK_LOST', 3])
  const reports = engine.lines.filter((line) => line.kind === 'report' && (line['data'] as { task_id?: string }).task_id === id)
  assert.deepEqual(reports.map((line) => line['title']), ['the task plain failed after 3 runs: The worker that ran the task plain ended before the task did'])
})

test('while the queue is gone tasks are accepted, and run when it is back', async () => {
  engine.queue.isDown = true
  const id = await engine.fire('plain', { n: 'later' })
  assert.match(engine.faults.at(-1)!, /could not be sent, and is sent again within two minutes: the queue does not answer/)
  engine.clock.ms += 61_000
  await assert.rejects(sweep(engine.worker().parts), /the queue does not answer/)
  engine.queue.isDown = false
  engine.clock.ms += 60_000
  await sweep(engine.worker().parts)
  assert.deepEqual(engine.queue.messages.map((message) => message.id), [id])
  await runAll([id])
  assert.equal((await stateOf(id)).status, 'succeeded')
})

test('a message that the queue holds is not sent again, however often its task is looked at; one that it lost is', async () => {
  const id = await engine.fire('plain', { n: 'held' })
  const { parts } = engine.worker()
  const looks: number[] = []
  for (let minute = 0; minute < 40; minute += 1) {
    engine.clock.ms += 60_000
    if ((await sweep(parts)).looked > 0) looks.push(minute)
  }
  assert.equal(engine.queue.messages.length, 1)
  // With doubling pauses.
  assert.ok(looks.length >= 4 && looks.length <= 7, `looked at in the minutes ${looks.join(', ')}`)
  assert.ok(looks.at(-1)! - looks.at(-2)! > 2 * (looks[1]! - looks[0]!), looks.join(', '))
  // Another queue under another name does not have it.
  await sweep({ ...parts, queue: () => ({ ...engine.queue, name: 'another' }) }, { aheadMs: 3_600_000 })
  assert.deepEqual(engine.queue.messages.map((message) => message.id), [id, id])
})

test('a task of a year ahead is sent when it is due, and not before', async () => {
  const id = await engine.fire('plain', { n: 'year' }, { delaySeconds: 365 * 86_400 })
  assert.equal(engine.queue.messages.length, 0)
  const { parts } = engine.worker()
  engine.clock.ms += 364 * 86_400_000
  const ofIt = (): number[] => engine.queue.messages.flatMap((message) => (message.id === id ? [message.delayMs] : []))
  await sweep(parts)
  assert.deepEqual(ofIt(), [])
  engine.clock.ms += 86_400_000 - 30_000
  await sweep(parts)
  assert.deepEqual(ofIt(), [30_000])
  // It comes a little early: it is sent once more for the rest.
  await runAll([id])
  assert.deepEqual([runs, ofIt()], [[], [30_000, 30_000]])
  engine.clock.ms += 30_000
  await runAll([id])
  assert.deepEqual(runs, ['year 1'])
})

test('a clock that jumps an hour ahead and back loses nothing', async () => {
  const { parts } = engine.worker()
  engine.clock.ms += 3_600_000
  await sweep(parts)
  engine.clock.ms -= 3_600_000
  engine.queue.isDown = true
  const id = await engine.fire('plain', { n: 'jump' })
  engine.queue.isDown = false
  for (let minute = 0; minute < 3; minute += 1) {
    engine.clock.ms += 60_000
    await sweep(parts)
  }
  assert.deepEqual(engine.queue.messages.map((message) => message.id), [id])
  await runAll([id])
  assert.deepEqual(runs, ['jump 1'])
})

test('a task that this version does not know, or whose input it does not take, waits without losing an attempt', async () => {
  const id = await engine.fire('plain', { n: 'future' })
  const { parts } = engine.worker()
    const older = openWorker({ ...parts, services: () => new Map() })
  await older.receive(id)
  await older.receive(id)
  assert.deepEqual([(await stateOf(id)).status, (await stateOf(id)).waits, (await stateOf(id)).attempt], ['queued', 'version', 0])
  const known = parts.services().get('plain')!
  const refusing = Object.assign(() => false, { errors: [{ instancePath: '/n', keyword: 'type', params: {} }] })
  // A check leaves its faults on itself, and they are cleared after each look.
  const input = { file: 'narrower', spec: { value: () => ({ input: Object.assign((value: unknown) => refusing.call(value), { errors: refusing.errors }) }) } }
  const stricter = openWorker({ ...parts, services: () => new Map([['plain', { ...known, task: { ...known.task, options: { ...known.task.options, input: input as never } } }]]) })
  await stricter.receive(id)
  assert.deepEqual([(await stateOf(id)).waits, (await stateOf(id)).attempt], ['version', 0])
  await runAll([id])
  assert.deepEqual(runs, ['future 1'])
})

test('a sweep looks at so many tasks at most, and the next one goes on from there', async () => {
  engine.queue.isDown = true
  const ids = new Set<string>()
  for (let count = 0; count < 60; count += 1) ids.add(await engine.fire('plain', { n: `b${count}` }))
  engine.queue.isDown = false
  engine.clock.ms += 62_000
  const { parts } = engine.worker()
  const swept = [await sweep(parts, { most: 25 }), await sweep(parts, { most: 25 }), await sweep(parts, { most: 25 }), await sweep(parts, { most: 25 })]
  assert.deepEqual(swept.map(({ isFull }) => isFull), [true, true, false, false])
  assert.ok(swept.every(({ looked }) => looked <= 25), JSON.stringify(swept))
  const messages = engine.queue.messages.map(({ id }) => id).filter((id) => ids.has(id))
  assert.equal(messages.length, 60, 'each once')
  assert.equal(new Set(messages).size, 60)
})
