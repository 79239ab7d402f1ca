// What a handler is given besides its input: who calls, how long it has, and the doors to tables and other APIs.
import type { Client, ClientOptions, ClientSpec } from '../client/index.ts'
import type { Config } from '../config/index.ts'
import type { Table } from '../persist/index.ts'
import { lazyTable } from '../persist/start.ts'
import type { PersistDefinition } from '../spec/index.ts'
import type { Users } from '../store/index.ts'
import { lazyUsers } from '../store/lazy-store.ts'
import type { Interruption } from './interruption.ts'
import { generateToken, type TokenOptions, type User } from './jwt.ts'
import { isMuted, notingLogger, withLineParts } from './lazy-line-parts.ts'
import type { Logger } from './log.ts'
import type { ApiRequest } from './message.ts'
import { type Notes, slowLimit, type WithSlowLimit } from './notes.ts'
import { callApi, withBackendToken } from './outgoing.ts'
import type { Platform } from './platform.ts'
import type { MetricUnit, Origin, ReportDetails } from './report.ts'

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
  /**
   * Measures something of the service's own; at most 100 values a request.
   * @param unit as CloudWatch names it; default `Count`
   */
  metric(name: string, value: number, unit?: MetricUnit, dimensions?: Record<string, string>): void
}

/** Makes the context of one request. */
export function createContext(platform: Platform, request: ApiRequest, options: { service: string; interruption: Interruption; notes: Notes }): Context {
  const callId = incomingId(request.headers['kluecallid'])
  const incomingPath = request.headers['kluecallpath']
  const callPath = incomingPath !== undefined && isPath(incomingPath) ? `${incomingPath}.${options.service}` : options.service
  const { notes, interruption } = options
  const origin = (): Origin => ({ platform, context, notes, requestId: request.requestId })
  const made: Omit<Context, keyof typeof late> & WithSlowLimit & Behind = {
    [slowLimit]: (maxMs) => void (notes.slowMs = maxMs),
    [behind]: { platform, interruption, notes, request, log: undefined },
    operationId: '',
    callId,
    callPath,
    user: undefined,
    endsAt: request.endsAt ?? Number.POSITIVE_INFINITY,
    config: platform.config,
    table: (definition) => lazyTable(platform.database(), definition),
    client: (spec, clientOptions) => callApi({ platform, context, notes, spec, options: clientOptions ?? {} }),
    generateToken: (userId, tokenOptions) => generateToken(platform, userId, tokenOptions),
    backendToken: (tokenOptions, run) => withBackendToken(platform, tokenOptions, run),
    reportError: (title, details = {}) => {
      // Where it was called is known only now.
      const said = { ...details, title, place: new Error(title), isMuted: isMuted() }
      withLineParts({ notes }, (parts) => parts.report(origin(), said))
    },
    metric: (name, value, ...[unit = 'Count', dimensions = {}]) => withLineParts({ notes }, (parts) => parts.metric(origin(), { name, value, unit, dimensions })),
  }
  const context = Object.defineProperties(made, late) as unknown as Context
  return context
}

const behind: unique symbol = Symbol('what lies behind a context')

interface Behind {
  [behind]: { platform: Platform; interruption: Interruption; notes: Notes; request: ApiRequest; log: Logger | undefined }
}

// Made when they are asked for. The getters are those of all contexts: with functions of its own for them each would cost several times as much.
const late = {
  signal: lately(({ interruption }) => interruption.signal),
  log: lately((parts, context) => (parts.log ??= openLog(parts, context))),
  // Opened by a call: who copies a context reads all of it.
  users: lately(({ platform }) => lazyUsers(async () => platform.store().users)),
}

function openLog({ platform, notes, request }: Behind[typeof behind], context: Context): Logger {
  return notingLogger({ notes, config: platform.config, now: platform.now, write: (record) => platform.log({ ...record, operation: context.operationId || undefined, call_id: context.callId, call_path: context.callPath, request_id: request.requestId }) })
}

function lately(read: (parts: Behind[typeof behind], context: Context) => unknown): PropertyDescriptor & ThisType<Context & Behind> {
  return {
    get() {
      return read(this[behind], this)
    },
    enumerable: true,
    configurable: true,
  }
}

// Ids come from strangers and end up in logs: anything but a plain id is replaced.
function incomingId(header: string | undefined): string {
  return header !== undefined && /^[\w.:-]{1,128}$/.test(header) ? header : process.getBuiltinModule('node:crypto').randomUUID()
}

function isPath(text: string): boolean {
  return /^[\w.-]{1,512}$/.test(text)
}
