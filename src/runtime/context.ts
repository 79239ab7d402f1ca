// Makes what a handler is given besides its input.
import { lazyTable, transact, transactGet } from '../persist/start.ts'
import { lazyUsers } from '../store/lazy-store.ts'
import type { Context } from './exchange/handler-context.ts'
import type { Interruption } from './exchange/interruption.ts'
import type { Logger } from './exchange/log.ts'
import type { ApiRequest } from './exchange/message.ts'
import { type Notes, slowLimit, type WithSlowLimit } from './exchange/notes.ts'
import type { Platform } from './exchange/platform.ts'
import { loadIdempotency } from './idempotency/lazy-idempotency.ts'
import { isMuted, notingLogger, withLineParts } from './line/lazy-line-parts.ts'
import type { Origin } from './line/report.ts'
import { callApi, withBackendToken } from './outgoing.ts'
import { generateToken } from './security/jwt.ts'

/** Makes the context of one request. */
export function createContext(platform: Platform, request: ApiRequest, options: { service: string; interruption: Interruption; notes: Notes }): Context {
  const callId = incomingId(request.headers['kluecallid'], request.requestId)
  const incomingPath = request.headers['kluecallpath']
  const callPath = incomingPath !== undefined && /^[\w.-]{1,512}$/.test(incomingPath) ? `${incomingPath}.${options.service}` : options.service
  const { notes, interruption } = options
  const origin = (): Origin => ({ platform, context, notes, requestId: request.requestId })
  const made: Omit<Context, keyof typeof late> & WithSlowLimit & Behind = {
    [slowLimit]: (maxMs) => void (notes.slowMs = maxMs),
    [behind]: { platform, interruption, notes, request, log: undefined },
    operationId: '',
    callId,
    callPath,
    user: undefined,
    idempotency: undefined,
    once: async (name) => (await loadIdempotency()).refuseStep(context, name),
    endsAt: request.endsAt ?? Number.POSITIVE_INFINITY,
    config: platform.config,
    table: (definition) => lazyTable(platform.database(), definition, { by: () => context.user?.id, signal: () => context.signal, endsAt: context.endsAt }),
    transact,
    transactGet,
    client: (spec, clientOptions) => callApi({ platform, context, notes, spec, options: clientOptions ?? {} }),
    generateToken: (userId, tokenOptions) => generateToken(platform, userId, tokenOptions),
    backendToken: (tokenOptions, run) => withBackendToken(platform, tokenOptions, run),
    reportError: (title, details = {}) => {
      // The stack that leads here is known only now, so the place is taken now.
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

// These are made when a handler asks for them. All contexts share these getters: getters of its own would make a context several times as expensive.
const late = {
  signal: lately(({ interruption }) => interruption.signal),
  log: lately((parts, context) => (parts.log ??= openLog(parts, context))),
  fire: firing('fire'),
  fireAll: firing('fireAll'),
  // The store is opened by a call, not by reading this property: copying a context reads every property.
  users: lately(({ platform, request }) => lazyUsers(async () => platform.store().users, request.sourceIp)),
}

function firing(name: 'fire' | 'fireAll'): ReturnType<typeof lately> {
  return lately((...made) => (...given: unknown[]) => import('./fire.ts').then((parts): unknown => parts[name](made, given)))
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
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function incomingId(header: string | undefined, invocation: string | undefined): string {
  if (header !== undefined && /^[\w.:-]{1,128}$/.test(header)) return header
  // An invocation's id is as new and as random, and the line has it already.
  return invocation !== undefined && uuid.test(invocation) ? invocation : process.getBuiltinModule('node:crypto').randomUUID()
}
