// Tasks as functions fire them: rows in the table of the stage, ids in its queue. Loaded with the first of them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from '../config/index.ts'
import { awsJsonClient } from '../platform/aws/index.ts'
import type { Platform, TaskPort } from '../runtime/edge.ts'
import { awsTaskQueue, openTaskPort, type TaskQueue } from '../tasks/index.ts'
import { functionCredentials } from './credentials.ts'

/** The queues of a stage: that of what is live, and that of a candidate. */
export interface TaskQueues {
  live: TaskQueue
  candidate: TaskQueue
  /** Takes what is no message of a task. */
  dead: TaskQueue
}

/** Opens them; nothing is called before the first message. */
export function openTaskQueues(): TaskQueues {
  const endpoint = env('AWS_ENDPOINT_URL')
  const call = awsJsonClient({ service: 'sqs', jsonVersion: '1.0', region: env('AWS_REGION') ?? '', credentials: functionCredentials, ...(endpoint === undefined ? {} : { endpoint }) })
  const [url, candidateUrl] = [env('KLUE_TASK_QUEUE') ?? '', env('KLUE_CANDIDATE_TASK_QUEUE') ?? '']
  return { live: awsTaskQueue({ url, candidateUrl, call }), candidate: awsTaskQueue({ url: candidateUrl, call }), dead: awsTaskQueue({ url: env('KLUE_TASK_DEAD_LETTERS') ?? '', call }) }
}

export interface TaskPortParts {
  platform: Pick<Platform, 'database' | 'version' | 'log' | 'now'>
  queue: TaskQueue
  /** Names of the tasks that the worker runs. */
  names: ReadonlySet<string>
}

/** The port of one queue. */
export function openLambdaTasks({ platform, queue, names }: TaskPortParts): TaskPort {
  return openTaskPort({
    database: () => platform.database(),
    queue,
    tasks: () => names,
    version: platform.version,
    now: () => platform.now(),
    fault: (message) => platform.log({ kind: 'log', level: 'warn', time: new Date(platform.now()).toISOString(), message }),
  })
}

/** The ports of a function: that of what is live, and that of a candidate. The names of tasks lie beside its bundle. */
export function openFunctionTasks(platform: TaskPortParts['platform']): Record<'live' | 'candidate', TaskPort> {
  const names = new Set(JSON.parse(readFileSync(join(env('LAMBDA_TASK_ROOT') ?? '.', 'klue-tasks.json'), 'utf8')) as string[])
  const queues = openTaskQueues()
  return { live: openLambdaTasks({ platform, queue: queues.live, names }), candidate: openLambdaTasks({ platform, queue: queues.candidate, names }) }
}
