// Deployed operations that are tasks, and ticks of schedules: accepted by the API's function, run by the worker, seen by their caller.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import jsonwebtoken from 'jsonwebtoken'
import { bundleFunction } from '../../src/bundle/index.ts'
import { directDatabase } from '../../src/dev/direct-database.ts'
import { toLambda } from '../../src/lambda/index.ts'
import { openLambdaTasks, type TaskQueues } from '../../src/lambda/task-port.ts'
import { toWorker, type WorkerEvent } from '../../src/lambda/worker.ts'
import { generate } from '../../src/openapi/index.ts'
import { type Database, ensureTables } from '../../src/persist/index.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import { type Platform, type Service, taskTimes } from '../../src/runtime/edge.ts'
import { knownTasks, storeDefinition } from '../../src/store/index.ts'
import { awsTaskQueue } from '../../src/tasks/index.ts'
import { testPlatform } from '../runtime/service-fixture.ts'
import { makeReportsProject, reportsService } from '../tasks/operations-project.ts'
import { type SqsServer, startSqs } from '../tasks/sqs-server.ts'

const secret = 'a-secret-of-this-test-only'
const ran: unknown[] = []
const due = new Date().toISOString()

let [sqs, close]: [SqsServer, () => Promise<unknown>] = [undefined!, () => Promise.resolve()]
let database: Database
let [queue, dead] = ['', '']
let service: Service
let platform: Platform & { lines: { message?: string; level?: string }[] }

before(async () => {
  ;(globalThis as { reportHooks?: object }).reportHooks = { makeReport: (input: { path: unknown }) => void ran.push(input.path), digest: (input: unknown) => void ran.push(input) }
  const project = await makeReportsProject({ 'functions/reports.ts': reportsService.replace('import { defineError,', 'import { asyncTask, defineError,').replace('export const service = defineService({', "const digest = asyncTask((input) => void globalThis.reportHooks.digest(input), { name: 'digest' })\nexport const service = defineService({\n  tasks: [digest],") })
  await generate(project.root)
  const { file } = await bundleFunction({ root: project.root, entry: 'functions/reports.ts', folder: join(project.root, 'out') })
  ;({ service } = (await import(pathToFileURL(file).href)) as { service: Service })
  const [server, dynamo] = await Promise.all([startSqs(), openLocalDynamo({ memory: true })])
  sqs = server
  close = () => Promise.all([server.close(), dynamo.close(), project.remove()])
  database = directDatabase(dynamo, 'ops-')
  await ensureTables(database, [storeDefinition])
  ;[queue, dead] = (await Promise.all([sqs.makeQueue('tasks'), sqs.makeQueue('dead')])) as [string, string]
  const made = testPlatform()
  platform = { ...made, config: { ...made.config, jwtSecret: secret }, database: () => database, version: '1', tasks: () => openLambdaTasks({ platform, queue: queues().live, names: new Set(taskTimes(service).map(({ name }) => name)) }) }
})
after(() => close())

function queues(): TaskQueues {
  const [live, gone] = [awsTaskQueue({ url: queue, call: sqs.call }), awsTaskQueue({ url: dead, call: sqs.call })]
  return { live, candidate: live, dead: gone }
}

const schedules = { weekly: { task: 'digest', input: ['week'], when: 'cron(0 8 ? * MON *)', timezone: 'Europe/Berlin' }, gone: { task: 'removed', input: [], when: 'rate(1 day)', timezone: 'UTC' } }

async function call(method: string, path: string, options: { body?: string; sub?: string } = {}): Promise<{ statusCode: number; headers: Record<string, string>; body: string }> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${jsonwebtoken.sign({ sub: options.sub ?? 'ann' }, secret, { expiresIn: 600 })}` }
  const event = { version: '2.0', rawPath: path, headers, requestContext: { domainName: 'x.lambda-url.eu-west-1.on.aws', http: { method, sourceIp: '192.0.2.1' } }, ...(options.body === undefined ? {} : { body: options.body }) }
  return (await toLambda(service, { platform: () => platform })(event, {})) as { statusCode: number; headers: Record<string, string>; body: string }
}

async function invoke(event: WorkerEvent): Promise<unknown> {
  return toWorker(service, { platform: () => platform, queues, schedules: () => schedules })(event, { getRemainingTimeInMillis: () => 20_000 })
}

async function work(): Promise<number> {
  const bodies = await sqs.take(queue)
  for (const body of bodies) assert.deepEqual(await invoke({ Records: [{ messageId: 'm', body, eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:tasks' }] }), { batchItemFailures: [] })
  return bodies.length
}

test('an operation is answered with 202, run by the worker, and its result is there for its caller alone', async () => {
  ran.length = 0
  const accepted = await call('POST', '/reports/weekly', { body: '{"title":"A"}' })
  assert.equal(accepted.statusCode, 202, accepted.body)
  const location = accepted.headers['location']!
  assert.match((JSON.parse((await call('GET', location)).body) as { status: string }).status, /^(waiting|queued)$/)
  assert.equal(await work(), 1)
  assert.deepEqual(ran.map((path) => ({ ...(path as object) })), [{ kind: 'weekly' }])
  const done = JSON.parse((await call('GET', location)).body) as { status: string; result: unknown }
  assert.deepEqual([done.status, done.result], ['succeeded', { title: 'A', pages: 3, by: 'ann' }])
  assert.equal((await call('GET', location, { sub: 'bob' })).statusCode, 404)
})

test('one that waits is cancelled by its caller, and the worker then runs nothing', async () => {
  ran.length = 0
  const { headers } = await call('POST', '/reports/weekly', { body: '{"title":"B"}' })
  assert.ok((await call('DELETE', headers['location']!)).statusCode < 300)
  await work()
  assert.deepEqual(ran, [])
  assert.equal((JSON.parse((await call('GET', headers['location']!)).body) as { status: string }).status, 'cancelled')
})

test('a tick fires its task once, however often it comes', async () => {
  ran.length = 0
  for (let times = 0; times < 3; times++) await invoke({ klue: 'tick', schedule: 'weekly', time: due })
  await Promise.all([1, 2].map(() => invoke({ klue: 'tick', schedule: 'weekly', time: due })))
  while (await work() > 0);
  assert.deepEqual(ran, ['week'])
  await invoke({ klue: 'tick', schedule: 'weekly', time: new Date(Date.parse(due) + 60_000).toISOString() })
  while (await work() > 0);
  assert.deepEqual(ran, ['week', 'week'])
})

test('a tick that this version knows nothing of is told, and one without a time is refused', async () => {
  for (const schedule of ['gone', 'never-there', '__proto__']) {
    await invoke({ klue: 'tick', schedule, time: due })
    assert.match(String(platform.lines.at(-1)?.message), new RegExp(`^The tick of the schedule ${schedule} at .* is left out: this version has no such schedule$`))
  }
  for (const event of [{ klue: 'tick', schedule: 'weekly', time: 'soon' }, { klue: 'tick', time: due }, { klue: 'other' }]) await assert.rejects(invoke(event as never), /names no schedule, or no time|comes neither from a queue/)
})

test('the clock tells what the worker runs, for those who have its rows alone', async () => {
  await invoke({ klue: 'sweep' })
  const known = await knownTasks(database)
  assert.deepEqual(known?.schedules, schedules)
  assert.ok(known!.tasks['digest'] !== undefined && known!.tasks['reports.makeReport'] === 1)
})
