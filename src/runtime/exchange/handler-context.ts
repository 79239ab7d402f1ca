// What a handler is given besides its input: who calls, how long it has, and the doors to tables and other APIs.
import type { Client, ClientOptions, ClientSpec } from '../../client/index.ts'
import type { Config } from '../../config/index.ts'
import type { PersistDefinition, TableShape } from '../../openapi/index.ts'
import type { ReadAction, Results, Table, TransactOptions, WriteAction } from '../../persist/index.ts'
import type { Users } from '../../store/index.ts'
import type { Logger } from './log.ts'
import type { Idempotency } from './once.ts'
import type { FiredTask, FireOptions, Task } from './task.ts'
import type { TokenOptions, User } from './user.ts'

/** The second argument of every handler. */
export interface Context {
  /** The operation that runs; a raw route's `METHOD /path`. */
  operationId: string
  /** One id for everything that a first call causes, across services. */
  callId: string
  /** The APIs on the way here, joined by dots. */
  callPath: string
  /** Who calls; undefined where the operation is open or its security is optional. */
  user: User | undefined
  /** Aborts when the time is up or the request is interrupted. */
  signal: AbortSignal
  /** Epoch milliseconds at which the operation is answered with 504. */
  endsAt: number
  config: Config
  /** Notes what happens in the line of the request. */
  log: Logger
  /** The accounts that `klue user` keeps. */
  users: Users
  /** The key that the request brings; undefined where it brings none, or the operation asks for none (`x-klue-idempotency`). */
  idempotency: Idempotency | undefined
  /**
   * Runs a step of the request. Once its result was recorded it never runs again under the same idempotency key: later
   * attempts get that result, as JSON holds it. Without a key it runs each time; an operation that asks for none cannot have steps.
   * @example const payment = await context.once('charge', () => bank.charge(input.body.amount))
   */
  once<Result>(name: string, run: () => Result | Promise<Result>): Promise<Result>
  /** Opens a persisted definition. */
  table<Item, Shape extends TableShape>(definition: PersistDefinition<Item, Shape>): Table<Item, Shape>
  /**
   * Does all writes or none; at most 100. Throws 409 with the place of the action that failed, as `action`.
   * @example
   * await context.transact([accounts.action.update(from, { add: { balance: -5 } }, { if: { balance: { atLeast: 5 } } }), accounts.action.update(to, { add: { balance: 5 } })])
   */
  transact<const Actions extends readonly WriteAction[]>(actions: Actions, options?: TransactOptions): Promise<Results<Actions>>
  /** Reads items of any tables as they are at one moment; at most 100. */
  transactGet<const Actions extends readonly ReadAction[]>(actions: Actions, options?: { signal?: AbortSignal }): Promise<Results<Actions>>
  /**
   * A client for another API: its address comes from `apis.<name>.url` of the configuration, or the API is
   * served by this process. Call id, call path, the caller's token and the time left travel along.
   */
  client<Operations, Calls>(spec: ClientSpec<Operations, Calls>, options?: Partial<ClientOptions>): Client<Operations, Calls>
  /**
   * Has a task run later, by a worker; resolves once it is accepted. Throws 400 INVALID_PARAMETER where the input does not fit its schema.
   * @example await context.fire(sendApproval, { id }, { delaySeconds: 30, key: id })
   */
  fire<Given>(task: Task<Given>, input: NoInfer<Given>, options?: FireOptions): Promise<FiredTask>
  /** Has a task run once for each input. */
  fireAll<Given>(task: Task<Given>, inputs: readonly NoInfer<Given>[], options?: Omit<FireOptions, 'key'>): Promise<FiredTask[]>
  /** Makes a token for a user whose identity is proved. */
  generateToken(userId: string, options?: TokenOptions): Promise<string>
  /** Runs a function whose outgoing calls carry a token of the service itself; `default_user_id` unless told otherwise. */
  backendToken<Result>(options: TokenOptions & { userId?: string }, run: () => Promise<Result>): Promise<Result>
  /** Tells the service's admins of a failure that the caller need not know of. */
  reportError(title: string, details?: ReportDetails): void
  /**
   * Measures something of the service's own; at most 100 values a request.
   * @param unit as CloudWatch names it; default `Count`
   */
  metric(name: string, value: number, unit?: MetricUnit, dimensions?: Record<string, string>): void
}

export interface ReportDetails {
  /** The exception or the error answer of another API. */
  caught?: unknown
  /** Anything that helps; printed as JSON, secrets masked. */
  data?: unknown
  /** Default false. */
  fatal?: boolean
}

/** What a metric counts in, as CloudWatch names it. */
export type MetricUnit = 'None' | 'Count' | 'Percent' | 'Bytes' | 'Kilobytes' | 'Megabytes' | 'Seconds' | 'Milliseconds' | 'Microseconds' | 'Count/Second' | 'Bytes/Second'
