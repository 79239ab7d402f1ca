// Many tasks, four workers, twenty kills at random: each done, none lost, never two valid holders, no recorded step twice.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../src/persist/index.ts'
import { readTask } from '../../src/store/index.ts'
import { sweep, type Worker, type WorkerParts } from '../../src/tasks/index.ts'
import { type Engine, openEngine, task } from './engine.ts'

// A minute of the tasks passes in half a second of the test.
const speed = 120
const started = Date.now()
const now = (): number => Date.parse('2027-03-01T12:00:00Z') + (Date.now() - started) * speed

const count = 120
const effects = new Map<string, number>()
const recorded = new Map<string, Set<string>>()
const tasks = [
  task('job', { attempts: 100, backoff: { firstSeconds: 1, maxSeconds: 5 } }, async (input: { n: number }, context) => {
    const { id } = context.task
    for (const step of ['one', 'two']) {
      const made = await context.once(step, async () => {
        effects.set(`${id} ${step}`, (effects.get(`${id} ${step}`) ?? 0) + 1)
        await sleep(2)
        return globalThis.crypto.randomUUID()
      })
      const seen = recorded.get(`${id} ${step}`) ?? new Set()
      recorded.set(`${id} ${step}`, seen.add(made))
    }
    if (input.n % 10 === 0 && context.task.attempt === 1) throw new Error('once more')
  }),
]

let engine: Engine
before(async () => (engine = await openEngine(tasks, { now, leaseMs: 20_000 })))
after(() => engine.close())

/** A worker that can be killed: from then on nothing that it does reaches anybody, and nothing reaches it. */
function killable(): { worker: Worker; parts: WorkerParts; kill: () => void } {
  let isDead = false
  const never = (): Promise<never> => new Promise(() => undefined)
  const database: Database = { ...engine.database, run: async (name, input) => (isDead ? never() : engine.database.run(name, input).then((answer) => (isDead ? never() : answer))) }
  return { ...engine.worker(database), kill: () => void (isDead = true) }
}

test(`${count} tasks, 4 workers, 20 kills`, async (context) => {
  const ids: string[] = []
  for (let n = 0; n < count; n += 1) ids.push(await engine.fire('job', { n }))
  const workers = Array.from({ length: 4 }, killable)
  const inHand = workers.map(() => 0)
  const storm = { kills: 0, isOver: false }
  const hand = async (): Promise<void> => {
    while (!storm.isOver) {
      const place = Math.floor(Math.random() * 4)
      const message = inHand[place]! < 5 ? engine.queue.messages.shift() : undefined
      if (message === undefined) {
        await sleep(2)
        continue
      }
      // Now and then a message comes twice.
      if (Math.random() < 0.1) engine.queue.messages.push({ ...message })
      const worker = workers[place]!
      inHand[place]! += 1
      setTimeout(() => {
        // As a queue does: what nobody has acknowledged within its time comes again.
        const again = setTimeout(() => engine.queue.messages.push({ ...message, delayMs: 0 }), 400)
        void worker.worker.receive(message.id).then(() => clearTimeout(again), () => undefined).finally(() => workers[place] === worker && (inHand[place]! -= 1))
      }, message.delayMs / speed)
    }
  }
  const killing = (async () => {
    while (storm.kills < 20) {
      await sleep(25 + Math.random() * 50)
      const place = Math.floor(Math.random() * 4)
      workers[place]!.kill()
      workers[place] = killable()
      inHand[place] = 0
      storm.kills += 1
    }
  })()
  const sweeping = (async () => {
    while (!storm.isOver) {
      await sweep(killable().parts)
      await sleep(20)
    }
  })()
  const handing = hand()
  const open = new Set(ids)
  for (const end = performance.now() + 60_000; open.size > 0 && performance.now() < end; await sleep(50)) {
    for (const id of open) if ((await readTask(engine.database, id))!.state.status === 'succeeded') open.delete(id)
  }
  storm.isOver = true
  await Promise.all([killing, sweeping, handing])
  assert.equal(open.size, 0, `${open.size} tasks are not done`)
  assert.equal(storm.kills, 20)
  const states = await Promise.all(ids.map(async (id) => (await readTask(engine.database, id))!.state))
  // Every run that was begun ended well, failed, or was lost: nothing is counted twice, and nothing is left out.
  assert.deepEqual(states.filter(({ attempt, lease }) => attempt + 1 !== lease), [])
  assert.ok(states.filter((_, index) => index % 10 === 0).every(({ attempt }) => attempt >= 1))
  for (const [step, seen] of recorded) assert.equal(seen.size, 1, `the step ${step} has one recorded result`)
  assert.equal(recorded.size, count * 2)
  const repeated = [...effects.values()].filter((times) => times > 1).length
  const lost = states.filter(({ attempt }, index) => attempt > (index % 10 === 0 ? 1 : 0)).length
  context.diagnostic(`${lost} tasks lost a run, ${repeated} steps ran again between effect and record`)
  assert.ok(lost > 0, 'the kills met runs')
  assert.ok(repeated <= states.reduce((sum, { attempt }) => sum + attempt, 0))
})
