// Tasks on the deployed reference service: each measurement is told to a webhook, which answers as a step wants it.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Receiver } from '../reports/receivers.ts'
import { callAws, invoke } from './aws.ts'
import type { Cloud } from './cloud.ts'
import { klue } from './commands.ts'
import { stage } from './project.ts'
import { physicalNames } from './stack.ts'

export interface TaskSteps {
  cloud: Cloud
  project: string
  /** Address of the service. */
  url: string
  token: string
  /** What is told of measurements. */
  webhook: Receiver
  /** What it answers. */
  answers: { status: number }
  /** Logical names of the stacks. */
  stacks: readonly string[]
}

interface Shown {
  id: string
  name: string
  status: string
  failed_runs: number
  run_at: string
  input?: { series: string; id: string }
}

/** Fired, tried again, failed for good and run again, cancelled; and a message without a task. */
export async function tryTasks(given: TaskSteps): Promise<void> {
  const { answers, webhook } = given
  answers.status = 204
  const first = await record(given, 'fired')
  const done = await until('the first to be done', given, (task) => task.input?.id === first && task.status === 'succeeded')
  const [call] = webhook.got.filter(({ text }) => text.includes(first))
  assert.equal((JSON.parse(call!.text) as { id: string }).id, first)
  assert.equal(done.failed_runs, 0)

  answers.status = 503
  const second = await record(given, 'retried')
  await until('the first run to fail', given, (task) => task.input?.id === second && task.status === 'scheduled' && task.failed_runs === 1)
  answers.status = 204
  const retried = await until('the second run', given, (task) => task.input?.id === second && task.status === 'succeeded')
  assert.equal(retried.failed_runs, 1)
  const keys = webhook.got.filter(({ text }) => text.includes(second)).map(({ headers }) => headers['idempotency-key'])
  assert.deepEqual([keys.length, new Set(keys).size], [2, 1])

  answers.status = 410
  const third = await record(given, 'failed')
  const failed = await until('the end for good', given, (task) => task.input?.id === third && task.status === 'failed')
  answers.status = 204
  assert.match(await command(given, ['redrive', failed.id]), /runs again/)
  await sweep(given)
  await until('the run after it was redriven', given, (task) => task.id === failed.id && task.status === 'succeeded')

  answers.status = 503
  const fourth = await record(given, 'cancelled')
  const waiting = await until('the pause after the first run', given, (task) => task.input?.id === fourth && task.status === 'scheduled')
  assert.match(await command(given, ['cancel', waiting.id]), /is cancelled/)
  // A run that was under way is aborted; none begins when the pause is over.
  await sleep(2000)
  const calls = (): number => webhook.got.filter(({ text }) => text.includes(fourth)).length
  const [before, cancelled] = [calls(), JSON.parse(await command(given, ['show', waiting.id, '--json'])) as Shown]
  answers.status = 204
  await sleep(Math.max(0, Date.parse(cancelled.run_at) - Date.now()) + 10_000)
  assert.deepEqual([cancelled.status, calls()], ['cancelled', before])

  await schedule(given)
  await deadLetter(given)
}

// A tick that comes twice runs once; by hand the same task runs at once.
async function schedule(given: TaskSteps): Promise<void> {
  const names = Object.entries(await physicalNames(given.cloud, [...given.stacks]))
  assert.ok(names.some(([id]) => id.startsWith('ServiceTasksScheduleweeklyDigest')), 'the stack has no schedule')
  const worker = names.find(([id]) => /TasksWorkerFunction/.test(id))![1]
  const time = new Date().toISOString()
  for (let times = 0; times < 2; times++) await invoke(given.cloud.endpoint, worker, { klue: 'tick', schedule: 'weeklyDigest', time })
  const digests = async (): Promise<Shown[]> => JSON.parse(await command(given, ['list', '--task', 'makeDigest', '--since', '10m', '--json'])) as Shown[]
  const done = async (count: number): Promise<void> => {
    for (const end = Date.now() + 120_000; Date.now() < end; await sleep(500)) if ((await digests()).filter(({ status }) => status === 'succeeded').length >= count) return
    assert.fail(`${count} digests did not come`)
  }
  await done(1)
  assert.equal((await digests()).length, 1)
  await sweep(given)
  assert.match(await command(given, ['run', 'weeklyDigest']), /is accepted/)
  await sweep(given)
  await done(2)
}

async function record({ url, token }: TaskSteps, metric: string): Promise<string> {
  const answer = await fetch(`${url}/jobs/tasks/metrics/${metric}/measurements`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ value: 1 }) })
  assert.equal(answer.status, 201)
  return ((await answer.json()) as { id: string }).id
}

function command({ cloud, project }: TaskSteps, words: readonly string[]): Promise<string> {
  return klue(['tasks', ...words, '--stage', stage], { cloud, project })
}

async function until(what: string, given: TaskSteps, isIt: (task: Shown) => boolean): Promise<Shown> {
  for (const end = Date.now() + 180_000; Date.now() < end; await sleep(500)) {
    const listed = JSON.parse(await command(given, ['list', '--task', 'postMeasurement', '--since', '10m', '--limit', '4', '--json'])) as Shown[]
    for (const { id } of listed) {
      const task = JSON.parse(await command(given, ['show', id, '--json'])) as Shown
      if (isIt(task)) return task
    }
  }
  return assert.fail(`${what} did not come`)
}

// What the clock of the stage does every minute.
async function sweep({ cloud, stacks }: TaskSteps): Promise<void> {
  const names = await physicalNames(cloud, [...stacks])
  await invoke(cloud.endpoint, Object.entries(names).find(([id]) => /TasksWorkerFunction/.test(id))![1], { klue: 'sweep' })
}

async function deadLetter({ cloud, stacks }: TaskSteps): Promise<void> {
  const names = Object.entries(await physicalNames(cloud, [...stacks]))
  const addressOf = (pattern: RegExp): string => names.find(([id]) => pattern.test(id))![1]
  const call = (target: string, input: Record<string, unknown>): Promise<Record<string, unknown>> => callAws({ endpoint: cloud.endpoint, service: 'sqs', target: `AmazonSQS.${target}`, input })
  await call('SendMessage', { QueueUrl: addressOf(/^ServiceTasksQueue[0-9A-F]{8}$/), MessageBody: 'nothing that a task is called' })
  for (const end = Date.now() + 120_000; Date.now() < end; await sleep(500)) {
    const { Messages = [] } = (await call('ReceiveMessage', { QueueUrl: addressOf(/^ServiceTasksDeadLetters[0-9A-F]{8}$/), MaxNumberOfMessages: 10 })) as { Messages?: { Body: string }[] }
    if (Messages.some(({ Body }) => Body === 'nothing that a task is called')) return
  }
  assert.fail('the dead letter did not come')
}
