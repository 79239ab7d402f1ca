// Tasks over an SQS server and the embedded database: four workers as Lambda runs them, killed at random between any two calls.
import { setTimeout as sleep } from 'node:timers/promises'
import { directDatabase } from '../../src/dev/direct-database.ts'
import { openLambdaTasks, type TaskQueues } from '../../src/lambda/task-port.ts'
import { toWorker, type WorkerHandler } from '../../src/lambda/worker.ts'
import { type Database, ensureTables } from '../../src/persist/index.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import type { Platform, Service } from '../../src/runtime/edge.ts'
import { readTaskState, storeDefinition, type TaskState } from '../../src/store/index.ts'
import { awsTaskQueue } from '../../src/tasks/index.ts'
import { testPlatform } from '../runtime/service-fixture.ts'
import { task } from './engine.ts'
import { type SqsServer, startMapping, startSqs } from './sqs-server.ts'

export interface DrillWish {
  tasks: number
  kills: number
  /** Milliseconds that everything may take. */
  limitMs: number
}

export interface Drilled {
  states: TaskState[]
  /** Tasks that were not done in time. */
  open: number
  /** Results of each step, by task and step: more than one says that a recorded step ran again. */
  recorded: ReadonlyMap<string, ReadonlySet<string>>
  /** Steps that ran again between their effect and their record. */
  repeated: number
  /** Runs of one task that were valid at the same time. */
  doubled: number
  kills: number
}

const workers = 4
const parallel = 8
const leaseMs = 4000
// The clock of the tasks: a minute passes in a second and a half.
const speed = 40

export async function drillTasks({ tasks: count, kills: wanted, limitMs }: DrillWish): Promise<Drilled> {
  const started = Date.now()
  const now = (): number => started + (Date.now() - started) * speed
  const [sqs, dynamo] = await Promise.all([startSqs(), openLocalDynamo({ memory: true })])
  const database: Database = { ...directDatabase(dynamo, 'drill-'), now }
  await ensureTables(database, [storeDefinition])
  const seen = watched()
  const urls = await Promise.all(['tasks', 'candidate', 'dead'].map((name) => sqs.makeQueue(name, 3)))
  const stage: Stage = { sqs, database, urls, now, tasks: [seen.task] }
  try {
    const ids = await fireAll(stage, count)
    const drilled = await storm(stage, { ids, kills: wanted, until: Date.now() + limitMs })
    const states = await Promise.all(ids.map(async (id) => (await readTaskState(database, id))!.state))
    return { ...drilled, ...seen.result(), states }
  } finally {
    await Promise.all([sqs.close(), dynamo.close()])
  }
}

interface Stage {
  sqs: SqsServer
  database: Database
  urls: string[]
  now(): number
  tasks: ReturnType<typeof task>[]
}

// A task of two steps, every tenth of which fails once; what happens is noted.
function watched(): { task: ReturnType<typeof task>; result(): Pick<Drilled, 'recorded' | 'repeated' | 'doubled'> } {
  const effects = new Map<string, number>()
  const recorded = new Map<string, Set<string>>()
  const job = task('job', { attempts: 100, backoff: { firstSeconds: 1, maxSeconds: 5 } }, async (input: { n: number }, context) => {
    const { id } = context.task
    for (const step of ['one', 'two']) {
      const made = await context.once(step, async () => {
        effects.set(`${id} ${step}`, (effects.get(`${id} ${step}`) ?? 0) + 1)
        await sleep(1)
        return globalThis.crypto.randomUUID()
      })
      recorded.set(`${id} ${step}`, (recorded.get(`${id} ${step}`) ?? new Set()).add(made))
    }
    if (input.n % 10 === 0 && context.task.attempt === 1) throw new Error('once more')
  })
  return {
    task: job,
    result: () => ({ recorded, repeated: [...effects.values()].filter((times) => times > 1).length, doubled: [...recorded.values()].filter(({ size }) => size > 1).length }),
  }
}

function queuesOf({ sqs: { call }, urls: [live, candidate, dead] }: Stage): TaskQueues {
  return { live: awsTaskQueue({ url: live!, candidateUrl: candidate!, call }), candidate: awsTaskQueue({ url: candidate!, call }), dead: awsTaskQueue({ url: dead!, call }) }
}

async function fireAll(stage: Stage, count: number): Promise<string[]> {
  const platform = { ...testPlatform({ now: stage.now }), database: () => stage.database }
  const port = openLambdaTasks({ platform, queue: queuesOf(stage).live, names: new Set(['job']) })
  const ids: string[] = []
  for (let first = 0; first < count; first += 50) {
    const orders = Array.from({ length: Math.min(50, count - first) }, (_, index) => ({ id: globalThis.crypto.randomUUID(), task: stage.tasks[0]!, input: { n: first + index }, options: {} }))
    const beside: Promise<unknown>[] = []
    const fired = await (await port.prepare(orders, { callId: 'c', callPath: 'drill', operation: 'op', user: undefined })).accept((work) => void beside.push(work))
    await Promise.all(beside)
    ids.push(...fired.map(({ id }) => id))
  }
  return ids
}

interface Killable {
  handler: WorkerHandler
  /** From now on nothing that it does reaches anybody, and nothing reaches it. */
  kill(): void
  isDead(): boolean
}

function open(stage: Stage): Killable {
  let isDead = false
  const never = (): Promise<never> => new Promise(() => undefined)
  const cut = <Result>(work: () => Promise<Result>): Promise<Result> => (isDead ? never() : work().then((answer) => (isDead ? never() : answer)))
  const database: Database = { ...stage.database, run: (name, input) => cut(() => stage.database.run(name, input)) }
  const platform: Platform = { ...testPlatform({ now: stage.now }), log: () => undefined, database: () => database }
  const queues = queuesOf({ ...stage, sqs: { ...stage.sqs, call: (target, input) => cut(() => stage.sqs.call(target, input)) } })
  const service = { name: 'test', apis: [], routes: {}, errorDecorator: undefined, tasks: stage.tasks } as Service
  return { handler: toWorker(service, { platform: () => platform, queues: () => queues }), kill: () => void (isDead = true), isDead: () => isDead }
}

async function storm(stage: Stage, { ids, kills: wanted, until }: { ids: readonly string[]; kills: number; until: number }): Promise<Pick<Drilled, 'open' | 'kills'>> {
  const running = Array.from({ length: workers }, () => open(stage))
  const state = { kills: 0, isOver: false }
  const context = { getRemainingTimeInMillis: () => leaseMs * speed }
  const mappings = running.map((_, place) => startMapping(stage.sqs, {
    url: stage.urls[0]!, parallel,
    async handle({ body, messageId }) {
      const worker = running[place]!
      // An invocation whose worker is killed is given up when its time is over.
      const done = await Promise.race([worker.handler({ Records: [{ messageId, body }] }, context), sleep(leaseMs).then(() => undefined)])
      return !worker.isDead() && done?.batchItemFailures.length === 0
    },
  }))
  const killing = (async () => {
    while (state.kills < wanted && !state.isOver) {
      await sleep(40 + (Math.random() * ids.length * 12) / wanted)
      const place = Math.floor(Math.random() * workers)
      running[place]!.kill()
      running[place] = open(stage)
      state.kills += 1
    }
  })()
  const sweeping = (async () => {
    while (!state.isOver) {
      await open(stage).handler({ klue: 'sweep' }, context)
      await sleep(60_000 / speed)
    }
  })()
  const left = new Set(ids)
  while (left.size > 0 && Date.now() < until) {
    await sleep(200)
    for (const id of [...left].slice(0, 200)) if ((await readTaskState(stage.database, id))?.state.status === 'succeeded') left.delete(id)
  }
  state.isOver = true
  await Promise.all([killing, sweeping, ...mappings.map((mapping) => mapping.stop())])
  return { open: left.size, kills: state.kills }
}
