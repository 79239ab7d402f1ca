// Tasks as they are defined and fired, and the port through which an edge takes them.
import type { ScheduleRule } from '../../schedule/index.ts'
import type { TaskState } from '../../store/index.ts'
import type { Schema } from '../api/api-spec.ts'
import type { User } from './user.ts'

/** How a task runs. */
export interface TaskOptions<Received = unknown, Given = Received, Result = void> {
  /** What it is given: a schema with `x-klue-schema: true`, as generated code exports it. */
  input: Schema<Received, Given, unknown>
  /** What it returns; without it nothing is kept. */
  result?: Schema<unknown, unknown, Result>
  /** Runs that may fail before it is given up, 1 to 100; default 3. */
  attempts?: number
  /** Seconds until the second run, doubled for each further one, up to `maxSeconds`; default 10 and 3600. */
  backoff?: { firstSeconds?: number; maxSeconds?: number }
  /** Seconds of a run, 1 to 900; default 60. */
  timeoutSeconds?: number
  /** Milliseconds after which a run is reported as slow; default half its time. */
  slowMs?: number
  /** Runs at the same time, over all instances, 1 to 100; default as many as there are. */
  concurrency?: number
  /** What tasks fired with the same key are to each other: run one at a time (default), or one in all within a window. */
  key?: 'one-at-a-time' | { windowSeconds: number }
  /** Seconds until it runs, where `fire` does not say; default 0. */
  delaySeconds?: number
  /** Days that it is kept after it succeeded (7) or failed (90), and its input after it succeeded (1). */
  retain?: { succeededDays?: number; failedDays?: number; inputDays?: number }
  /** What happens where the token of who fired it is over: it runs as the service (default), or fails. */
  identity?: 'service' | 'fail'
}

/** What one call of `fire` says. */
export interface FireOptions {
  /** Seconds until it runs, up to a year. */
  delaySeconds?: number
  /** When it runs, up to a year ahead. */
  runAt?: Date | string
  /** Tasks of one key run one at a time, or one in all within a window, as the task says. */
  key?: string
  /** `answered`: only if the request succeeds, before its answer is sent. */
  when?: 'answered'
}

/** A task that was accepted. */
export interface FiredTask {
  id: string
  /** False where a task with this key was fired within the window: `id` is that one's. */
  isNew: boolean
}

/** A defined task; give it to `context.fire`, and to `tasks` of `defineService`. */
export interface Task<Given = never, Result = unknown> {
  readonly kind: 'klue.Task'
  readonly name: string
  readonly options: Readonly<Required<Omit<TaskOptions<unknown, unknown, unknown>, 'result' | 'concurrency' | 'backoff' | 'retain' | 'slowMs'>>> & {
    readonly result?: Schema<unknown, unknown, unknown>
    readonly concurrency?: number
    readonly slowMs: number
    readonly backoff: { firstSeconds: number; maxSeconds: number }
    readonly retain: { succeededDays: number; failedDays: number; inputDays: number }
  }
  /** A TaskHandler. */
  readonly handler: (input: never, context: never) => unknown
  /** Carries the types; never set. */
  readonly types?: { given(input: Given): void; result: Result }
}

/** When a schedule is due, and what its task is given. */
export type ScheduleOptions<Given = unknown> = {
  /** Six fields as AWS has them (minutes hours day-of-month month day-of-week year), or five, which are translated. */
  cron?: string
  /** How often instead: minutes, hours or days, such as `15m`, `2h` or `1d`. */
  every?: string
  /** The zone whose clock counts, for example `Europe/Berlin`; default UTC. */
  timezone?: string
} & ({} extends Given ? { input?: Given } : { input: Given })

/** A defined schedule; give it to `schedules` of `defineService`. */
export interface Schedule {
  readonly kind: 'klue.Schedule'
  readonly name: string
  readonly rule: ScheduleRule
  readonly task: Task
  readonly input: unknown
}

/** One task to be accepted, with all that travels with it. */
export interface FireOrder {
  id: string
  task: Task
  input: unknown
  options: FireOptions
  /** Stands for whoever may see it from outside; only of operations that run as tasks. */
  owner?: string
  /** Its id is the same whenever what fires it comes again; it is accepted once. `isRepeated`: it may have been accepted before. */
  once?: { isRepeated: boolean }
  /** Of a tick: the schedule, and the time for which it was planned (epoch milliseconds). One tick is accepted once. */
  tick?: { schedule: string; time: number }
}

/** Who fires. */
export interface FiredFrom {
  callId: string
  callPath: string
  /** The operation or task. */
  operation: string
  user: User | undefined
}

/** Takes tasks; made by an edge. */
export interface TaskPort {
  /** Checks orders; throws INVALID_PARAMETER, INPUT_TOO_LARGE or a UsageError. Nothing is written. */
  prepare(orders: readonly FireOrder[], from: FiredFrom): Promise<PreparedTasks>
  /** Ends a task; gives it as it stands then, undefined where it is gone or over. */
  cancel(id: string): Promise<TaskState | undefined>
}

export interface PreparedTasks {
  /** Accepts them. `beside` is told of what goes on after that. */
  accept(beside: (work: Promise<unknown>) => void): Promise<FiredTask[]>
}
