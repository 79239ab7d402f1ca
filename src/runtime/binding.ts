// Binds an API to its handlers through openapi-backend, fed with the compiled router and validators.
import { OpenAPIBackend } from 'openapi-backend'
import { catalog, UsageError } from '../errors/index.ts'
import type { CompiledOperation } from '../openapi/index.ts'
import { type ApiSpec, usedNames } from './api/api-spec.ts'
import { findOperation, type Match } from './api/match.ts'
import type { Exchange } from './exchange/exchange.ts'
import type { FormatSet, Handler } from './exchange/types.ts'
import { withForms } from './input/lazy-forms.ts'
import { validateRequest } from './input/validate.ts'
import { chooseUser, schemeCheck, type SecurityHandler } from './security/authenticate.ts'
import { loadRefusal } from './security/lazy-refusal.ts'

/** One API of a service with what answers it. */
export interface BoundApi {
  readonly spec: ApiSpec
  readonly handlers: Readonly<Record<string, Handler<never> | undefined>>
  readonly formats?: FormatSet | undefined
  match(method: string, segments: string[]): Match
  /** What the check of a security scheme says: a user, or its refusal, thrown or rejected with. */
  check(scheme: string, exchange: Exchange): unknown
  /** Runs the steps authenticate, validate and call, or refuses; gives what the handler gave. */
  handle(exchange: Exchange): Promise<unknown>
}

/** The step call: runs a handler. */
export type CallStep = (exchange: Exchange, handler: Handler<never>) => Promise<unknown>

export interface BindingOptions {
  spec: ApiSpec
  handlers: Record<string, Handler<never> | undefined>
  security: Record<string, SecurityHandler>
  formats?: FormatSet | undefined
}

/** Binds handlers to an API. Throws a UsageError for a scheme without a check, and for a format without a text. */
export function bindApi(options: BindingOptions, call: CallStep): BoundApi {
  const { spec, handlers, security, formats } = options
  checkSchemes(spec, security)
  formats?.check(spec)
  const backend = new CompiledBackend(options, call)
  return {
    spec,
    handlers,
    formats,
    match: (method, segments) => findOperation(spec.table, method, segments),
    check: (scheme, exchange) => schemeCheck(scheme, spec.table.securitySchemes[scheme]!, own(security, scheme))(exchange),
    handle: (exchange) => withForms(exchange, () => backend.handleRequest(exchange as never, exchange) as Promise<unknown>),
  }
}

// openapi-backend calls hooks with its own context, whose parts are `any`, and then with our exchange.
type Hook = (context: { security?: Record<string, unknown>; validation?: { errors?: unknown } }, exchange: Exchange) => unknown

/**
 * openapi-backend, with the compiled router and validators in place of its own, which would build an Ajv and a list
 * of regular expressions from the whole document. Handlers, security and the order of the steps are still its own.
 */
class CompiledBackend extends OpenAPIBackend {
  constructor({ spec, handlers, security }: BindingOptions, call: CallStep) {
    // Every refusing hook is registered and strict is on: without either openapi-backend calls the handler anyway.
    super({ definition: {} as never, strict: true, validate: true, handlers: refusingHooks() as never, securityHandlers: securityHooks(spec, security) as never })
    // These maps have no prototype, so that a name such as `constructor` finds nothing that nobody registered.
    const hooks = Object.assign(Object.create(null) as Record<string, Hook>, this.handlers)
    this.handlers = hooks as never
    this.securityHandlers = Object.assign(Object.create(null) as Record<string, never>, this.securityHandlers)
    this.router = compiledRouter(spec, operationHooks(handlers, call, hooks)) as never
    this.validator = compiledValidator(spec) as never
    this.initialized = true
  }
}

/** What openapi-backend reads of an operation. */
interface MatchedOperation {
  operationId: string
  security: CompiledOperation['security']
}

// An operation's part is made with its first request, so that a start costs the same for any number of operations.
function operationHooks(handlers: BindingOptions['handlers'], call: CallStep, hooks: Record<string, Hook>): (operation: CompiledOperation) => MatchedOperation {
  const known = new Map<CompiledOperation, MatchedOperation>()
  return (operation) => {
    const found = known.get(operation)
    if (found !== undefined) return found
    // openapi-backend keeps handlers and hooks in one map. Without the prefix, an operation called `notFound` or
    // `postResponseHandler` would be taken for a hook and run for all other operations.
    const matched = { operationId: `operation ${operation.id}`, security: operation.security }
    const handler = own(handlers, operation.id)
    if (handler !== undefined) hooks[matched.operationId] = (_context, exchange) => call(exchange, handler)
    known.set(operation, matched)
    return matched
  }
}

function refusingHooks(): Record<string, Hook> {
  return {
    notFound: (_context, exchange) => refuse(catalog.NOT_FOUND(`No operation answers at ${shownPath(exchange)}`)),
    methodNotAllowed: (_context, exchange) => {
      const allow = exchange.match.kind === 'method-not-allowed' ? exchange.match.allow.join(', ') : ''
      return refuse(catalog.METHOD_NOT_ALLOWED(`${shownPath(exchange)} does not answer to ${exchange.method}, only to ${allow}`, { headers: { allow } }))
    },
    unauthorizedHandler: (context, exchange) => {
      // One error needs no choice.
      const results = context.security ?? {}
      const [error, ...others] = Object.values(results).flatMap((result) => (result as { error?: Error } | undefined)?.error ?? [])
      return error !== undefined && others.length === 0 ? refuse(error) : loadRefusal().then(({ chooseRefusal }) => refuse(chooseRefusal(results, exchange)))
    },
    validationFail: (context) => refuse(invalidParameter(context.validation?.errors)),
    notImplemented: (_context, exchange) => refuse(catalog.NOT_IMPLEMENTED(`No handler is bound to ${exchange.operation?.id ?? 'this operation'}`)),
    postSecurityHandler: (context, exchange) => {
      if (context.security?.['authorized'] !== true) return undefined
      const user = chooseUser(exchange.operation!.security, context.security, exchange.api!.spec.table.securitySchemes)
      // openapi-backend waits for a promise, which here is a refusal.
      if (user instanceof Promise) return user
      exchange.context.user = user
      return undefined
    },
  }
}

// Some event sources decode the path and some do not; this text is always decoded. A path that cannot be decoded was refused earlier.
function shownPath({ path, request }: Exchange): string {
  return request.pathIsDecoded === true ? path : decodeURIComponent(path)
}

function invalidParameter(errors: unknown): Error {
  const faults = errors as { pointer: string; message: string }[]
  const first = faults[0]!
  const rest = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  const description = first.message.startsWith('Cannot parse') ? first.message : `${first.pointer} ${first.message}${rest}`
  return catalog.INVALID_PARAMETER(description, { errors: faults })
}

function refuse(error: Error): never {
  throw error
}

function securityHooks(spec: ApiSpec, security: BindingOptions['security']): Record<string, Hook> {
  const hooks: Record<string, Hook> = {}
  for (const [name, scheme] of Object.entries(spec.table.securitySchemes)) {
    const check = schemeCheck(name, scheme, own(security, name))
    hooks[name] = (_context, exchange) => check(exchange)
  }
  return hooks
}

function compiledRouter(spec: ApiSpec, matched: (operation: CompiledOperation) => MatchedOperation): object {
  return {
    parseRequest: (request: unknown) => request,
    matchOperation(exchange: Exchange) {
      if (exchange.match.kind === 'operation') {
        exchange.operation = exchange.match.operation
        return matched(exchange.operation)
      }
      // openapi-backend tells a 405 from a 404 by the first characters of the text.
      throw new Error(exchange.match.kind === 'method-not-allowed' ? '405-methodNotAllowed' : '404-notFound')
    },
    getOperation: (operationId: string) => spec.table.operations.find(({ id }) => id === operationId),
    getOperations: () => spec.table.operations,
  }
}

function compiledValidator(spec: ApiSpec): object {
  return {
    coerceTypes: false,
    validateRequest(exchange: Exchange) {
      const { input, faults } = validateRequest(spec, exchange.operation!, exchange)
      exchange.input = input
      return { valid: faults.length === 0, errors: faults.length === 0 ? null : faults }
    },
  }
}

function checkSchemes(spec: ApiSpec, security: Record<string, SecurityHandler>): void {
  const { table } = spec
  const faults = usedNames(spec).schemes
    .filter((name) => own(table.securitySchemes, name)?.kind !== 'bearer' && own(security, name) === undefined)
    .map((name) => ({ code: 'security-handler-missing', file: table.document, pointer: `/components/securitySchemes/${name}`, message: `Nothing checks the security scheme ${name} of the API ${table.api}`, hint: `pass security: { ${name}: ... } to defineService` }))
  if (faults.length > 0) throw new UsageError(faults)
}

// Names come from documents: a name such as `toString` must not find what every object inherits.
function own<Value>(map: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined
}
