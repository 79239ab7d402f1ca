// The life of a request: every step from its arrival to its one line in the log.
import { catalog, type Fault, isUsageError, UsageError } from '../errors/index.ts'
import { checkResponse } from './answer/check-response.ts'
import { collect } from './answer/collect.ts'
import { fail } from './answer/fail.ts'
import { answerOptions, checkSize, finish, isPreflight } from './answer/finish.ts'
import { checkAcceptable } from './answer/negotiate.ts'
import { declaredReply, render } from './answer/render.ts'
import { usedNames } from './api/api-spec.ts'
import { allowedMethods, toSegments } from './api/match.ts'
import { loadAccept } from './accept/lazy-accept.ts'
import { type BoundApi, bindApi, type CallStep } from './binding.ts'
import { builtInRoutes } from './built-ins.ts'
import { callInTime } from './call.ts'
import { createContext } from './context.ts'
import type { Exchange } from './exchange/exchange.ts'
import type { Failure } from './exchange/failure.ts'
import { Interruption } from './exchange/interruption.ts'
import type { ApiRequest, ApiResponse } from './exchange/message.ts'
import type { Platform } from './exchange/platform.ts'
import { within } from './exchange/running.ts'
import { loadIdempotency } from './idempotency/lazy-idempotency.ts'
import { requestRecord, unfinishedRecord } from './line/make-record.ts'
import { openNotes } from './line/take-notes.ts'
import { findRawRoute, type RawRoute, toRawRoutes } from './raw-routes.ts'
import { bearerUser } from './security/authenticate.ts'
import { loadRefusal, needsChallenge } from './security/lazy-refusal.ts'
import { tokenChallenge } from './security/token-challenge.ts'
import type { Service, ServiceApi } from './service.ts'

/** A service that an edge has started. */
export interface OpenService {
  readonly service: Service
  readonly platform: Platform
  readonly apis: readonly BoundApi[]
  /** The requests that are not answered yet. */
  readonly running: ReadonlySet<Exchange>
  /** Answers a request; never rejects. */
  answer(request: ApiRequest): Promise<ApiResponse>
  /** Writes a line for each request that is still running, for a process that is about to be ended. */
  sayRunning(): void
}

/**
 * Starts a service on a platform: binds its handlers, opens nothing else.
 * Throws a UsageError where a handler, decorator or security check is missing.
 */
export function openService(service: Service, platform: Platform): OpenService {
  const faults: Fault[] = []
  const apis = service.apis.flatMap((api) => gather(faults, () => [bindApi({ ...api, handlers: gather(faults, () => decorated(api)) ?? {} }, call)]) ?? [])
  const own = gather(faults, () => toRawRoutes(service.routes)) ?? []
  if (faults.length > 0) throw new UsageError(faults)
  let routes: RawRoute[] | undefined
  // The built-in routes are made with the first request that no operation answers.
  const opened: Opened = { service, platform, apis, routes: () => (routes ??= [...own, ...builtInRoutes(service, platform, apis)]), running: new Set(), isFirst: true }
  const sayRunning = (): void => {
    for (const exchange of opened.running) platform.log(unfinishedRecord(exchange))
  }
  return { service, platform, apis, running: opened.running, answer: (request) => answer(opened, request), sayRunning }
}

// All that is wrong is told at once.
function gather<Result>(faults: Fault[], step: () => Result): Result | undefined {
  try {
    return step()
  } catch (error) {
    if (!isUsageError(error)) throw error
    faults.push(...error.faults)
    return undefined
  }
}

interface Opened {
  service: Service
  platform: Platform
  apis: BoundApi[]
  routes(): RawRoute[]
  running: Set<Exchange>
  isFirst: boolean
}

async function answer(opened: Opened, request: ApiRequest): Promise<ApiResponse> {
  const { service, platform } = opened
  const exchange = begin(opened, request) //                              0 context
  opened.running.add(exchange)
  let response: ApiResponse
  let failure: Failure | undefined
  try {
    response = await respond(opened, exchange)
    checkSize(request, response, platform.config)
    if (response.status < 400) for (const step of exchange.notes.answered ?? []) await step()
  } catch (thrown) {
    failure = await fail(exchange, thrown, service.errorDecorator)
    response = failure.response
  }
  if (exchange.once?.settle !== undefined) ({ response, failure } = await exchange.once.settle({ response, failure }, (thrown) => fail(exchange, thrown, service.errorDecorator)))
  if (needsChallenge(response)) response.headers['www-authenticate'] = tokenChallenge(exchange, failure?.error) ?? (await loadRefusal()).challenge(exchange, failure?.error)
  const finished = finish(request, response, platform.config)
  const record = requestRecord(exchange, { response: finished, plain: response, failure })
  // Waits only where the record is a promise, because awaiting costs a turn of the loop.
  platform.log(record instanceof Promise ? await record : record)
  opened.running.delete(exchange)
  return finished
}

function begin(opened: Opened, request: ApiRequest): Exchange {
  const { service, platform, isFirst } = opened
  opened.isFirst = false

  const interruption = new Interruption()
  const { method, path, headers } = request
  const startedAt = platform.now()
  const notes = openNotes(startedAt)
  const context = createContext(platform, request, { service: service.name, interruption, notes })
  return { method, path, headers, request, platform, context, interruption, startedAt, notes, isFirst, match: { kind: 'none' } }
}

async function respond(opened: Opened, exchange: Exchange): Promise<ApiResponse> {
  if (exchange.request.refused !== undefined) throw exchange.request.refused
  const { api, raw, allow } = match(opened, exchange) //                  1 match
  if (allow !== undefined) return answerOptions(exchange.request, allow)
  const isOwn = isOfService(opened, exchange, raw)
  const { control } = exchange.platform
  const switched = isOwn && control !== undefined ? await control({ operation: exchange.context.operationId, method: exchange.method }) : undefined // 2 switch
  if (switched !== undefined) return switched
  const run = (): Promise<unknown> => settled(exchange, raw === undefined
    ? api.handle(exchange) // openapi-backend runs                        3 authenticate, 4 validate, 5 call
    : callRaw(exchange, raw))
  const ready = isOwn ? exchange.platform.ready : undefined
  const value = await callInTime(exchange, ready === undefined ? run : () => ready().then(run))
  if (exchange.answer !== undefined) return exchange.answer
  const rendered = render(exchange.operation, value, { accept: exchange.headers['accept'], api: exchange.api }) // 6 reply
  const checking = checkResponse(exchange, rendered)
  if (checking !== undefined) await checking
  return rendered.response
}

// Built-in routes that anybody may call, such as the health check, answer also where secrets cannot be read, whatever is switched.
function isOfService({ service }: Opened, { match: { kind } }: Exchange, raw: Matched['raw']): boolean {
  return raw === undefined ? kind === 'operation' : raw.route.isPrivate || Object.hasOwn(service.routes, raw.route.name)
}

interface Matched {
  /** The API whose binding answers, also with its 404 and 405. */
  api: BoundApi
  raw?: { route: RawRoute; path: Record<string, string> }
  /** The methods of the path, for a request with OPTIONS. */
  allow?: string[]
}

function match({ apis, routes }: Opened, exchange: Exchange): Matched {
  const { method, path, request, context } = exchange
  const segments = toSegments(path, request.pathIsDecoded === true)
  // A preflight asks about the method to come, even where the spec declares OPTIONS itself.
  if (!isPreflight(request)) {
    for (const api of apis) {
      const found = api.match(method, segments)
      if (found.kind === 'operation') {
        exchange.api = api
        exchange.match = found
        context.operationId = found.operation.id
        return { api }
      }
    }
    const raw = findRawRoute(routes(), method, segments)
    if (raw.kind === 'route') {
      context.operationId = raw.route.name
      return { api: apis[0]!, raw }
    }
  }
  const allow = new Set<string>()
  for (const found of [...apis.map((api) => api.match('', segments)), findRawRoute(routes(), '', segments)]) {
    if (found.kind === 'method-not-allowed') for (const name of found.allow) allow.add(name)
  }
  if (allow.size > 0 && method === 'OPTIONS') return { api: apis[0]!, allow: allowedMethods(allow) }
  if (allow.size > 0) exchange.match = { kind: 'method-not-allowed', allow: allowedMethods(allow) }
  return { api: apis[0]! }
}

// Reading a stream to its end counts as time of the handler that returned it.
function settled({ platform }: Exchange, answered: Promise<unknown>): Promise<unknown> {
  return answered.then((value) => collect(value, platform.config.responseLimitBytes))
}

const call: CallStep = async (exchange, handler) => {
  // A slow security check may end after the request was answered (504): the handler must not start then.
  exchange.interruption.throwIfEnded()
  // Checked before the handler runs: it must not do work whose result the caller then does not get.
  const { operation, headers } = exchange
  if (operation !== undefined && headers['accept'] !== undefined) checkAcceptable(operation, declaredReply(operation, operation.successStatus), headers['accept'])
  const run = operation?.settings.task === undefined ? (): unknown => within(exchange.context, () => handler(exchange.input as never, exchange.context)) : async (): Promise<unknown> => (await loadAccept()).acceptTask(exchange)
  return operation?.settings.idempotency === undefined ? run() : (await loadIdempotency()).runOnce(exchange, run)
}

async function callRaw(exchange: Exchange, { route, path }: NonNullable<Matched['raw']>): Promise<unknown> {
  const { request, context, platform } = exchange
  if (request.bodyTooLarge === true) throw catalog.PAYLOAD_TOO_LARGE(`The body of the request is larger than the ${platform.config.bodyLimitBytes} bytes that this service accepts`)
  if (route.isPrivate) context.user = await bearerUser(exchange)
  exchange.interruption.throwIfEnded()
  return route.answer === undefined ? within(context, () => route.handler({ path, raw: request }, context)) : route.answer(exchange, path)
}

function decorated({ spec, handlers, decorators }: ServiceApi): ServiceApi['handlers'] {
  const named = usedNames(spec).decorated.map((position) => spec.table.operations[position]!)
  if (named.length === 0) return handlers
  const wrapped = { ...handlers }
  const faults: Fault[] = []
  for (const { id, method, path, settings } of named) {
    const decorator = Object.hasOwn(decorators, settings.decorateServer!) ? decorators[settings.decorateServer!] : undefined
    const handler = Object.hasOwn(handlers, id) ? handlers[id] : undefined
    const pointer = `/paths/${path.slice(spec.table.basePath.length).replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}/x-decorate-server`
    if (decorator === undefined) faults.push({ code: 'decorator-missing', file: spec.table.document, pointer, message: `x-decorate-server of ${id} names ${settings.decorateServer!}, which the service does not have`, hint: `pass decorators: { ${settings.decorateServer!}: ... } to defineService` })
    else if (handler !== undefined) wrapped[id] = decorator(handler, id)
  }
  if (faults.length > 0) throw new UsageError(faults)
  return wrapped
}
