// What a handler is given besides its input: who calls, how long it has, and the doors to tables and other APIs.
import type { Client, ClientOptions, ClientSpec } from '../client/index.ts'
import type { Config } from '../config/index.ts'
import { openTable, type Table } from '../persist/index.ts'
import type { PersistDefinition } from '../spec/index.ts'
import type { Users } from '../store/index.ts'
import { generateToken, type TokenOptions, type User } from './jwt.ts'
import { createLogger, type Logger } from './log.ts'
import type { ApiRequest } from './message.ts'
import { callApi, withBackendToken } from './outgoing.ts'
import type { Platform } from './platform.ts'

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
  log: Logger
  /** The accounts that `klue user` keeps. */
  users: Users
  /** Opens a persisted definition. */
  table<Item>(definition: PersistDefinition<Item>): Table<Item>
  /**
   * A client for another API: its address comes from `apis.<name>.url` of the configuration, or the API is
   * served by this process. Call id, call path, the caller's token and the time left travel along.
   */
  client<Operations, Calls>(spec: ClientSpec<Operations, Calls>, options?: Partial<ClientOptions>): Client<Operations, Calls>
  /** Makes a token for a user whose identity is proved. */
  generateToken(userId: string, options?: TokenOptions): Promise<string>
  /** Runs a function whose outgoing calls carry a token of the service itself; `default_user_id` unless told otherwise. */
  backendToken<Result>(options: TokenOptions & { userId?: string }, run: () => Promise<Result>): Promise<Result>
  /** Tells the service's admins of a failure that the caller need not know of. */
  reportError(title: string, details?: ReportDetails): void
}

export interface ReportDetails {
  /** The exception or the error answer of another API. */
  caught?: unknown
  /** Anything that helps; printed as JSON. */
  data?: unknown
  /** Default false. */
  fatal?: boolean
}

/** Makes the context of one request. */
export function createContext(platform: Platform, request: ApiRequest, options: { service: string; signal: AbortSignal }): Context {
  const callId = incomingId(request.headers['kluecallid'])
  const incomingPath = request.headers['kluecallpath']
  const callPath = incomingPath !== undefined && isPath(incomingPath) ? `${incomingPath}.${options.service}` : options.service
  const context: Context = {
    operationId: '',
    callId,
    callPath,
    user: undefined,
    signal: options.signal,
    endsAt: request.endsAt ?? Number.POSITIVE_INFINITY,
    config: platform.config,
    log: createLogger((record) => platform.log(record), { call_id: callId, call_path: callPath }),
    get users() {
      return platform.store().users
    },
    table: (definition) => openTable(platform.database(), definition),
    client: (spec, clientOptions) => callApi({ platform, context, spec, options: clientOptions ?? {} }),
    generateToken: (userId, tokenOptions) => generateToken(platform, userId, tokenOptions),
    backendToken: (tokenOptions, run) => withBackendToken(platform, tokenOptions, run),
    reportError: (title, details = {}) => report(platform, context, { title, ...details }),
  }
  return context
}

// Ids come from strangers and end up in logs: anything but a plain id is replaced.
function incomingId(header: string | undefined): string {
  return header !== undefined && /^[\w.:-]{1,128}$/.test(header) ? header : process.getBuiltinModule('node:crypto').randomUUID()
}

function isPath(text: string): boolean {
  return /^[\w.-]{1,512}$/.test(text)
}

function report(platform: Platform, context: Context, { title, caught, data, fatal = false }: ReportDetails & { title: string }): void {
  platform.log({
    kind: 'report',
    level: fatal ? 'error' : 'warn',
    time: new Date(platform.now()).toISOString(),
    message: `${fatal ? 'FATAL' : 'NON-FATAL'} BACKEND ERROR ${context.config.name} ${context.operationId}(): ${title}`,
    operation: context.operationId,
    call_id: context.callId,
    call_path: context.callPath,
    ...(caught === undefined ? {} : { caught }),
    ...(data === undefined ? {} : { data }),
  })
}
