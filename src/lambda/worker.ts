// The function that runs tasks: those whose ids its queue hands over, and each minute what is due and lies in no queue.
import { messageOf, UsageError } from '../errors/index.ts'
import { type OpenService, openService, operationTasks, type Platform, type Service, type TaskPort, taskTimes } from '../runtime/edge.ts'
import type { Consumer, Task } from '../runtime/index.ts'
import { type KnownTasks, noteTasks, readTaskState } from '../store/index.ts'
import { fireTick, openWorker, queueName, sweep, type TaskQueue, type Worker, type WorkerParts } from '../tasks/index.ts'
import { consume, type ConsumeParts, type StreamRecord } from './consume.ts'
import type { LambdaContext } from './handler.ts'
import { lambdaPlatform } from './platform.ts'
import type { QueueEvent, QueueResult } from './reporter.ts'
import { openSchedules, type TickEvent, tickOf } from './scheduled.ts'
import { openLambdaTasks, openTaskQueues, type TaskQueues } from './task-port.ts'

/** What invokes a worker: a queue, the stream of a table, its clock, or a schedule. */
export type WorkerEvent = QueueEvent | { Records: readonly StreamRecord[] } | { klue: 'sweep' } | TickEvent

/** Runs tasks. `services`: those whose tasks it runs. */
export interface WorkerHandler {
  (event: WorkerEvent, context: LambdaContext): Promise<QueueResult | undefined>
  readonly services: readonly Service[]
}

export interface WorkerOptions {
  /** Where the function runs; by default what Lambda's environment says. */
  platform?: () => Platform
  queues?: () => TaskQueues
  /** Calls SQS for dead letters of consumers; by default with the credentials of the function. */
  sqs?: ConsumeParts['sqs']
  /** What the deployment put beside the bundle, by default. */
  schedules?: () => KnownTasks['schedules']
}

// What recording the end of a run may take.
const recordMs = 3000
// A lease lasts beyond the end of its invocation: nobody takes over a run that may still write.
const leaseBeyondMs = 10_000
// Without Lambda's word on it.
const usualMs = 60_000

/**
 * Makes the handler of the function that runs the tasks of services. Without `functions/jobs.ts` the deployment makes one of all services.
 * @example
 * // functions/jobs.ts
 * export const handler = toWorker(service)
 */
export function toWorker(services: Service | readonly Service[], options: WorkerOptions = {}): WorkerHandler {
  const all = 'apis' in services ? [services] : services
  let opened: OpenedWorker | undefined
  const handler = async (event: WorkerEvent, context: LambdaContext): Promise<QueueResult | undefined> => {
    opened ??= open(all, options)
    opened.endsAt = opened.platform.now() + (context.getRemainingTimeInMillis?.() ?? usualMs)
    if ('Records' in event) return receiveRecords(opened, event.Records, options.sqs)
    if (event.klue === 'tick') return void (await fireScheduled(opened, event))
    if (event.klue !== 'sweep') throw new UsageError({ code: 'event-unknown', file: '', message: 'The event that invoked the worker comes neither from a queue of tasks nor from its clock or a schedule', hint: 'let no other event invoke it' })
    await Promise.all([sweepAll(opened), note(opened)])
    return undefined
  }
  return Object.assign(handler, { services: all })
}

interface OpenedWorker {
  platform: Platform
  queues: TaskQueues
  /** Runs tasks of one queue; opened with its first message. */
  lane(name: 'live' | 'candidate'): Lane
  /** When the running invocation ends. */
  endsAt: number
  schedules: KnownTasks['schedules']
  /** What it can run has been told. */
  isNoted: boolean
}

interface Lane {
  parts: WorkerParts
  port: TaskPort
  worker: Worker
  /** By name; of what is live alone. */
  consumers: ReadonlyMap<string, { consumer: Consumer; service: OpenService }>
}

function open(services: readonly Service[], options: WorkerOptions): OpenedWorker {
  const platform = (options.platform ?? lambdaPlatform)()
  const queues = (options.queues ?? openTaskQueues)()
  const names = new Set(services.flatMap((service) => taskTimes(service).map(({ name }) => name)))
  const lanes = new Map<string, Lane>()
  const openLane = (queue: TaskQueue): Lane => {
    const firing: Platform = { ...platform, tasks: () => openLambdaTasks({ platform, queue, names }) }
    const started = services.map((service) => {
      const running = openService(service, firing)
      // What exits, or is thrown where nobody catches it, ends runs that have no line yet.
      if (options.platform === undefined) process.once('exit', () => running.sayRunning())
      return running
    })
    const known = new Map(started.flatMap((service) => [...(service.service.tasks ?? []), ...operationTasks(service)].map((task): [string, { task: Task; service: OpenService }] => [task.name, { task, service }])))
    const consumers = new Map(started.flatMap((service) => (service.service.consumers ?? []).map((consumer): [string, { consumer: Consumer; service: OpenService }] => [consumer.name, { consumer, service }])))
    const port = firing.tasks!()
    const parts: WorkerParts = { database: () => platform.database(), queue: () => queue, services: () => known, now: () => platform.now(), lease: () => ({ leaseMs: opened.endsAt - platform.now() + leaseBeyondMs, renews: false, endsAt: opened.endsAt - recordMs }) }
    return { parts, port, worker: openWorker(parts), consumers }
  }
  const opened: OpenedWorker = {
    platform, queues, endsAt: 0, isNoted: false, schedules: (options.schedules ?? openSchedules)(),
    lane(name) {
      const lane = lanes.get(name) ?? openLane(queues[name])
      lanes.set(name, lane)
      return lane
    },
  }
  return opened
}

type Records = Extract<WorkerEvent, { Records: unknown }>['Records']

function receiveRecords(opened: OpenedWorker, records: Records, sqs: ConsumeParts['sqs']): Promise<QueueResult> {
  if (isOfTasks(opened, records)) return receiveAll(opened, records).then((batchItemFailures) => ({ batchItemFailures }))
  return consume({ platform: opened.platform, consumers: opened.lane('live').consumers, endsAt: opened.endsAt - recordMs, ...(sqs === undefined ? {} : { sqs }) }, records)
}

// Those of one event come from one source.
function isOfTasks({ queues }: OpenedWorker, records: Records): records is QueueEvent['Records'] {
  const source = records[0]?.eventSourceARN
  return source === undefined || [queues.live.name, queues.candidate.name].includes(queueName(source))
}

async function receiveAll(opened: OpenedWorker, records: QueueEvent['Records']): Promise<QueueResult['batchItemFailures']> {
  const { platform, queues } = opened
  const tried = await Promise.allSettled(records.map(({ body, eventSourceARN: source }) => receive(opened, body, source !== undefined && queueName(source) === queues.candidate.name)))
  return tried.flatMap((one, index) => {
    if (one.status === 'fulfilled') return []
    warn(platform, `The message ${records[index]!.messageId} comes again: ${messageOf(one.reason)}`)
    return [{ itemIdentifier: records[index]!.messageId }]
  })
}

async function receive(opened: OpenedWorker, body: string, isCandidate: boolean): Promise<void> {
  const { platform, queues } = opened
  const stored = isId(body) ? await readTaskState(platform.database(), body) : undefined
  // No row says what it is about: it is kept for people to see.
  if (stored === undefined) {
    warn(platform, 'A message of no task was put aside, into the dead letters of the queue')
    return queues.dead.send([{ id: body, delayMs: 0 }])
  }
  // What is live runs what it has fired: a candidate is only being tried.
  if (isCandidate && stored.state.version !== platform.version) return queues.live.send([{ id: body, delayMs: 0 }])
  await opened.lane(isCandidate ? 'candidate' : 'live').worker.receive(body)
}

// By its time, which is its id: one that comes again, or by two ways, fires once.
async function fireScheduled({ lane, platform, schedules }: OpenedWorker, event: TickEvent): Promise<void> {
  const { parts, port } = lane('live')
  const { name, time } = tickOf(event)
  const schedule = Object.hasOwn(schedules, name) ? schedules[name]! : undefined
  const task = schedule === undefined ? undefined : parts.services().get(schedule.task)?.task
  // After going back, say: what is live has no such schedule, and its next ticks come too.
  if (schedule === undefined || task === undefined) return warn(platform, `The tick of the schedule ${name} at ${new Date(time).toISOString()} is left out: this version has no such schedule`)
  await fireTick({ port, service: () => platform.config.name }, { name, task, input: schedule.input }, time)
}

// Who has the rows and not the code, such as klue tasks run, is told what there is.
async function note(opened: OpenedWorker): Promise<void> {
  if (opened.isNoted) return
  const tasks = [...opened.lane('live').parts.services().values()].map(({ task: { name, options } }): [string, number] => [name, options.attempts])
  await noteTasks(opened.platform.database(), { tasks: Object.fromEntries(tasks), schedules: opened.schedules })
  opened.isNoted = true
}

function isId(body: string): boolean {
  return /^[\w-]{1,100}$/.test(body)
}

// As long as there is more than one sweep looks at, and time for another one.
async function sweepAll({ lane, platform, endsAt }: OpenedWorker): Promise<void> {
  const { parts } = lane('live')
  const until = platform.now() + Math.min(50_000, (endsAt - platform.now()) / 2)
  for (let isFull = true; isFull && platform.now() < until; ) ({ isFull } = await sweep(parts))
}

function warn(platform: Platform, message: string): void {
  platform.log({ kind: 'log', level: 'warn', time: new Date(platform.now()).toISOString(), message })
}
