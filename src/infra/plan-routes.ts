// Which operations the gateway has to know by themselves: those with a function or a limit of their own. Everything else goes the one default way.
import { type Fault, UsageError } from '../errors/index.ts'
import type { ApiTable, CompiledOperation } from '../openapi/index.ts'

// Of one HTTP API; the number of integrations cannot be raised.
const routeLimit = 300

/** How many requests pass. */
export interface Throttle {
  /** Requests a second. */
  readonly rateLimit: number
  /** Requests at once beyond them. */
  readonly burstLimit: number
}

export interface RouteWish {
  apis: readonly Pick<ApiTable, 'document' | 'operations'>[]
  /** By operationId. */
  throttles: Readonly<Record<string, Throttle>>
  /** Routes that the gateway has anyway. */
  otherRoutes: number
}

/** A route of the gateway beside the default one. */
export interface PlannedRoute {
  /** Such as `GET /builds/{id}`. */
  key: string
  /** The operation that it leads to. */
  operationId: string
  /** Name of the function of its own; undefined: the function of the API. */
  function: string | undefined
  /** Its limit; undefined: that of the stage. */
  throttle: Throttle | undefined
}

/**
 * The routes of an API's gateway.
 * @throws UsageError with every operation that a gateway cannot hold, and the way out
 */
export function planRoutes({ apis, throttles, otherRoutes }: RouteWish): PlannedRoute[] {
  const faults: Fault[] = []
  const routes: PlannedRoute[] = []
  const known = new Set<string>()
  for (const { document, operations } of apis) {
    for (const operation of operations) {
      known.add(operation.id)
      const route: PlannedRoute = { key: `${operation.method} ${gatewayPath(operation.path)}`, operationId: operation.id, function: operation.settings.function, throttle: throttles[operation.id] }
      if (route.function === undefined && route.throttle === undefined) continue
      if (hasPartialSegment(operation.path)) faults.push(partialFault(document, operation, route))
      routes.push(route)
    }
  }
  for (const id of Object.keys(throttles)) if (!known.has(id)) faults.push({ code: 'throttle-unknown', file: 'klue-config.yaml', pointer: 'throttle_operations', message: `there is no operation ${id} to limit`, hint: 'write an operationId of a document in apis/' })
  faults.push(...limitFaults(routes, { otherRoutes, document: apis[0]?.document ?? 'apis' }))
  if (faults.length > 0) throw new UsageError(faults)
  return routes
}

// Names of path parameters matter to nobody behind the gateway, and it takes fewer characters in them.
function gatewayPath(path: string): string {
  return path.replace(/\{([^}]+)\}/g, (_, name: string) => `{${name.replace(/[^\w.-]/g, '_')}}`) || '/'
}

function hasPartialSegment(path: string): boolean {
  return path.split('/').some((segment) => segment.includes('{') && !/^\{[^{}]+\}$/.test(segment))
}

function partialFault(document: string, operation: CompiledOperation, route: PlannedRoute): Fault {
  const pointer = `/paths/${operation.path.replaceAll('~', '~0').replaceAll('/', '~1')}/${operation.method.toLowerCase()}`
  const wish = route.function === undefined ? `a limit of its own` : `the function ${route.function} of its own`
  return {
    code: 'route-impossible',
    file: document,
    pointer,
    message: `${operation.id} wants ${wish}, but a gateway has no routes for a segment that is a parameter only in part, as in ${operation.path}`,
    hint: route.function === undefined ? 'take it out of throttle_operations' : 'take x-klue-function away, so that the function of the API answers it',
  }
}

function limitFaults(routes: PlannedRoute[], { otherRoutes, document }: { otherRoutes: number; document: string }): Fault[] {
  const faults: Fault[] = []
  const total = routes.length + otherRoutes
  if (total > routeLimit) {
    faults.push({ code: 'too-many-routes', file: document, message: `${routes.length} operations want a route of their own, and with ${otherRoutes} others a gateway holds ${routeLimit}`, hint: 'give whole groups no x-klue-function, or move some operations into a document and an entry file of their own' })
  }
  const throttled = routes.filter((route) => route.throttle !== undefined).length
  if (throttled > 100) faults.push({ code: 'too-many-throttles', file: 'klue-config.yaml', pointer: 'throttle_operations', message: `${throttled} operations have a limit of their own, and a stage holds 100`, hint: 'limit the stage as a whole with throttle_rate' })
  const keys = new Map<string, string>()
  for (const { key, operationId } of routes) {
    const shape = key.replace(/\{[^}]+\}/g, '{}')
    const before = keys.get(shape)
    if (before !== undefined) faults.push({ code: 'route-twice', file: document, message: `${before} and ${operationId} would be one route of the gateway: ${key}`, hint: 'give only one of them x-klue-function or a limit' })
    keys.set(shape, operationId)
  }
  return faults
}
