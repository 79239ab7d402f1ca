// Calls to other APIs: their address, and what of the incoming request travels along.
import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Client, ClientOptions, ClientSpec } from '../client/index.ts'
import { lazyClient } from '../client/lazy-client.ts'
import { UsageError } from '../errors/index.ts'
import type { Notes, OutgoingCall } from './exchange/notes.ts'
import type { Platform } from './exchange/platform.ts'
import type { TokenOptions, User } from './exchange/user.ts'
import { countCall, noteCall } from './line/take-notes.ts'
import { generateToken } from './security/jwt.ts'

// Carries the token of backendToken to calls made deep inside, and to no call of another request.
// Made with the first such token, because most functions never need one.
let backendTokens: AsyncLocalStorage<string> | undefined

/** Runs a function whose outgoing calls carry a token of the service itself. */
export async function withBackendToken<Result>(platform: Platform, options: TokenOptions & { userId?: string }, run: () => Promise<Result>): Promise<Result> {
  const userId = options.userId ?? platform.config.defaultUserId
  if (userId === undefined) throw new UsageError({ code: 'default-user-missing', file: 'klue-config.yaml', pointer: 'default_user_id', message: 'backendToken() was given no userId and there is no default', hint: 'set default_user_id or pass { userId }' })
  const token = await generateToken(platform, userId, options)
  backendTokens ??= new (process.getBuiltinModule('node:async_hooks').AsyncLocalStorage)<string>()
  return backendTokens.run(token, run)
}

interface ApiCall<Operations, Calls> {
  platform: Platform
  /** The parts of the incoming request that are passed on with the call. */
  context: { callId: string; callPath: string; endsAt: number; user: User | undefined }
  notes: Notes
  spec: ClientSpec<Operations, Calls>
  options: Partial<ClientOptions>
}

/** A client for an API that the configuration or this process knows. */
export function callApi<Operations, Calls>({ platform, context, notes, spec, options }: ApiCall<Operations, Calls>): Client<Operations, Calls> {
  const settings = platform.config.apis[spec.api]
  const local = platform.local.get(spec.api)
  const address = options.url ?? settings?.url
  if (address === undefined && local === undefined) {
    throw new UsageError({ code: 'api-address-missing', file: 'klue-config.yaml', pointer: `apis.${spec.api}.url`, message: `The address of the API ${spec.api} is not configured`, hint: `set apis: { ${spec.api}: { url: https://... } }` })
  }
  return lazyClient(spec, {
    // An API that this process serves is called through its whole pipeline, without a socket.
    ...(address === undefined ? { url: 'http://local.invalid', fetch: async (input, init) => (await import('./local-fetch.ts')).localFetch(local!)(input, init) } : { url: address }),
    ...(settings?.username === undefined ? {} : { username: settings.username, password: settings.password ?? '' }),
    ...(settings?.timeoutMs === undefined ? {} : { timeoutMs: settings.timeoutMs }),
    callId: context.callId,
    callPath: context.callPath,
    deadline: context.endsAt,
    token: () => backendTokens?.getStore() ?? context.user?.token ?? '',
    ...options,
    onCall: watch({ platform, notes, api: spec.api, isLocal: address === undefined }, options.onCall),
  })
}

interface Watched {
  platform: Platform
  notes: Notes
  api: string
  isLocal: boolean
}

// Each call leaves a trace in the line of the request that causes it.
function watch({ platform, notes, api, isLocal }: Watched, theirs: ClientOptions['onCall']): ClientOptions['onCall'] {
  return (started) => {
    const told = theirs?.(started)
    const begun = platform.now()
    const { hostname, host, pathname } = new URL(started.url)
    const call: OutgoingCall = { api, operation: started.operationId, method: started.method, host: isLocal && hostname === 'local.invalid' ? 'local' : host, path: pathname.slice(0, 300), at: begun - notes.startedAt }
    const hasRoom = noteCall(notes, call)
    return (outcome) => {
      told?.(outcome)
      notes.open.delete(call)
      call.ms = platform.now() - begun
      if (outcome.status !== undefined) call.status = outcome.status
      if (outcome.code !== undefined) call.error = outcome.code
      if (outcome.code === 'BACKEND_TIMEOUT') call.timeout = true
      if (!hasRoom) countCall(notes, call)
    }
  }
}
