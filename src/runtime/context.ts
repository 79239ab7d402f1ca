// Makes what a handler is given besides its input.
import { lazyTable, transact, transactGet } from '../persist/start.ts'
import { lazyUsers } from '../store/lazy-store.ts'
import type { Context } from './exchange/handler-context.ts'
import type { Interruption } from './exchange/interruption.ts'
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
  const made: Omit<Context, 'signal'> & WithSlowLimit & Behind = {
    [slowLimit]: (maxMs) => void (notes.slowMs = maxMs),
    [behind]: interruption,
    operationId: '',
    callId,
    callPath,
    user: undefined,
    idempotency: undefined,
    fire: (...given: unknown[]) => import('./fire.ts').then(({ fire }): unknown => fire([{ platform, notes }, context], given)) as never,
    fireAll: (...given: unknown[]) => import('./fire.ts').then(({ fireAll }): unknown => fireAll([{ platform, notes }, context], given)) as never,
    once: async (name) => (await loadIdempotency()).refuseStep(context, name),
    endsAt: request.endsAt ?? Number.POSITIVE_INFINITY,
    config: platform.config,
    log: notingLogger({ notes, config: platform.config, now: platform.now, write: (record) => platform.log({ ...record, operation: context.operationId || undefined, call_id: context.callId, call_path: context.callPath, request_id: request.requestId }) }),
    // The store is opened by a call, not by reading this property: copying a context reads every property.
    users: lazyUsers(async () => platform.store().users, request.sourceIp),
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
  const context = Object.defineProperty(made, 'signal', signal) as unknown as Context
  return context
}

const behind: unique symbol = Symbol('what ends a context')

interface Behind {
  [behind]: Interruption
}

// Made when a handler asks for it. All contexts share this getter: one of its own would make a context several times as expensive,
// and each property that is defined so costs as much as all the closures above.
const signal: PropertyDescriptor & ThisType<Behind> = {
  get() {
    return this[behind].signal
  },
  enumerable: true,
  configurable: true,
}

// Ids come from strangers and end up in logs: anything but a plain id is replaced.
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function incomingId(header: string | undefined, invocation: string | undefined): string {
  if (header !== undefined && /^[\w.:-]{1,128}$/.test(header)) return header
  // An invocation's id is as new and as random, and the line has it already.
  return invocation !== undefined && uuid.test(invocation) ? invocation : process.getBuiltinModule('node:crypto').randomUUID()
}
