// A service as a value: its APIs, handlers and hooks. Declaring one does no I/O.
import type { ApiSpec } from './api/api-spec.ts'
import type { Context } from './exchange/handler-context.ts'
import type { ApiRequest } from './exchange/message.ts'
import type { Consumer } from './exchange/consumer.ts'
import type { Schedule, Task } from './exchange/task.ts'
import type { ErrorDecorator, FormatSet, Handler, Handlers, NoFormats } from './exchange/types.ts'
import type { SecurityHandler } from './security/authenticate.ts'

/** Answers a path that no spec covers; gives a value, a reply or an error as handlers do. */
export type RawHandler = (input: RawInput, context: Context) => unknown

export interface RawInput {
  /** Values of the path template, decoded. */
  path: Record<string, string>
  raw: ApiRequest
}

/** Wraps a handler; named by x-decorate-server. */
export type HandlerDecorator = (handler: Handler<never>, operationId: string) => Handler<never>

export interface ServiceOptions<Operations, Set = NoFormats> {
  /** The API that this service answers; from generated code. */
  spec: ApiSpec<Operations>
  /** One handler for each operation. */
  handlers: Handlers<Operations, Set>
  /** Custom formats, made by `defineFormats`: handlers get the values that they parse, and return values that they print. */
  formats?: Set
  /** Checks for the security schemes of the spec, by scheme name. Bearer schemes are klue tokens unless given here. */
  security?: Record<string, SecurityHandler>
  /** Wrappers that x-decorate-server names. */
  decorators?: Record<string, HandlerDecorator>
  /** Further services that this one answers for as well; their operations keep their own security and decorators. */
  include?: Service[]
  /** Handlers on paths that no spec covers, by `METHOD /path`; path templates as in OpenAPI. */
  routes?: Record<string, RawHandler>
  /** The tasks that this service fires or runs, made by `defineTask`. */
  tasks?: readonly Task[]
  /** When tasks run by the clock, made by `defineSchedule`; `schedules` of the configuration are others. */
  schedules?: readonly Schedule[]
  /** What handles messages of queues, topics, buckets, buses and tables, made by `defineConsumer` and `onChange`. */
  consumers?: readonly Consumer[]
  /** Called on every error answer, refusals included. */
  errorDecorator?: ErrorDecorator
}

/** A declared service. */
export interface Service {
  /** The name of its first API. */
  readonly name: string
  readonly apis: readonly ServiceApi[]
  readonly routes: Readonly<Record<string, RawHandler>>
  readonly errorDecorator: ErrorDecorator | undefined
  readonly tasks?: readonly Task[]
  readonly schedules?: readonly Schedule[]
  readonly consumers?: readonly Consumer[]
}

export interface ServiceApi {
  readonly spec: ApiSpec
  readonly handlers: Readonly<Record<string, Handler<never> | undefined>>
  readonly security: Readonly<Record<string, SecurityHandler>>
  readonly decorators: Readonly<Record<string, HandlerDecorator>>
  readonly formats?: FormatSet | undefined
}

/**
 * Declares a service. Nothing is read or opened until an edge starts it.
 * @example
 * export const service = defineService({ spec: builds, handlers: { recordMeasurement, listMeasurements } })
 */
export function defineService<Operations, Set extends FormatSet | NoFormats = NoFormats>(options: ServiceOptions<Operations, Set>): Service {
  const own: ServiceApi = {
    spec: options.spec,
    handlers: options.handlers as unknown as Record<string, Handler<never> | undefined>,
    security: options.security ?? {},
    decorators: options.decorators ?? {},
    formats: options.formats as FormatSet | undefined,
  }
  const included = options.include ?? []
  return {
    get name() {
      return own.spec.table.api
    },
    apis: [own, ...included.flatMap((service) => service.apis)],
    routes: Object.assign({}, ...included.map((service) => service.routes), options.routes) as Record<string, RawHandler>,
    errorDecorator: options.errorDecorator,
    tasks: [options, ...included].flatMap((one) => one.tasks ?? []),
    schedules: [options, ...included].flatMap((one) => one.schedules ?? []),
    consumers: [options, ...included].flatMap((one) => one.consumers ?? []),
  }
}
