// Translates what invokes a function to requests, and answers to results: HTTP APIs and function URLs here, the rest by their own file.
import { UsageError } from '../errors/index.ts'
import type { ApiRequest, ApiResponse } from '../runtime/edge.ts'
import { type AlbEvent, bytesOf, fromAlb, fromRestApi, type GatewayResult, type RestApiEvent, textOf, toAlb, toRestApi, withoutStage } from './gateway-event.ts'
import { pathInApi } from './path-in-api.ts'

/** The parts of a payload 2.0 event that are read. */
export interface HttpApiEvent {
  version: string
  /** Method and path of the route, or `$default`. */
  routeKey?: string
  pathParameters?: Record<string, string | undefined>
  rawPath: string
  rawQueryString?: string
  cookies?: string[]
  headers?: Record<string, string | undefined>
  body?: string
  isBase64Encoded?: boolean
  requestContext: {
    requestId?: string
    /** When the request came to the gateway, epoch milliseconds. */
    timeEpoch?: number
    stage?: string
    domainName?: string
    http: { method: string; sourceIp?: string }
  }
}

/** A payload 2.0 result. */
export interface HttpApiResult {
  statusCode: number
  headers: Record<string, string>
  cookies: string[]
  body: string
  isBase64Encoded: boolean
}

/** What may invoke a function: an HTTP API, a function URL, a REST API, a load balancer. */
export type LambdaEvent = HttpApiEvent | RestApiEvent | AlbEvent

/**
 * The request that an event tells of; parts of the wrong type count as absent.
 * Throws a UsageError for an event that is no request.
 */
export function fromEvent(event: LambdaEvent, endsAt?: number): ApiRequest {
  if (!isRequest(event)) throw new UsageError({ code: 'event-unknown', file: '', message: 'The event that invoked the function is no request of an HTTP API, a function URL, a REST API or a load balancer', hint: 'let one of these invoke it, and give other events a function of their own' })
  const request = 'rawPath' in event ? fromHttpApi(event) : isAlb(event) ? fromAlb(event) : fromRestApi(event)
  if (endsAt !== undefined) request.endsAt = endsAt
  return request
}

/** The result that an answer becomes, in the form that the event's sender reads. */
export function toResult(response: ApiResponse): HttpApiResult
export function toResult(response: ApiResponse, event: LambdaEvent): HttpApiResult | GatewayResult
export function toResult(response: ApiResponse, event?: LambdaEvent): HttpApiResult | GatewayResult {
  if (event === undefined || 'rawPath' in event) return toHttpApi(response)
  return isAlb(event) ? toAlb(response, event) : toRestApi(response, event)
}

// What may invoke a function is decided by who may, not by its types: a test event of the console, a schedule, a queue.
function isRequest(event: unknown): boolean {
  if (typeof event !== 'object' || event === null) return false
  const { rawPath, requestContext, httpMethod, path } = event as Partial<HttpApiEvent> & Partial<RestApiEvent>
  if (typeof requestContext !== 'object' || requestContext === null) return false
  if ('rawPath' in event) return typeof rawPath === 'string' && typeof (requestContext as Partial<HttpApiEvent['requestContext']>).http?.method === 'string'
  return typeof httpMethod === 'string' && typeof path === 'string'
}

function isAlb(event: RestApiEvent | AlbEvent): event is AlbEvent {
  return event.requestContext.elb !== undefined && event.requestContext.elb !== null
}

function fromHttpApi(event: HttpApiEvent): ApiRequest {
  const { requestContext } = event
  const headers: Record<string, string> = {}
  const given = event.headers ?? {}
  for (const name of Object.keys(given)) {
    const value = given[name]
    if (typeof value === 'string') headers[name.toLowerCase()] = value
  }
  if (Array.isArray(event.cookies) && event.cookies.length > 0) headers['cookie'] = event.cookies.filter((cookie) => typeof cookie === 'string').join('; ')
  const { requestId, timeEpoch, http } = requestContext
  const request: ApiRequest = {
    method: http.method.toUpperCase(),
    path: pathInApi(event.rawPath, routePath(event.routeKey), event.pathParameters) ?? withoutStage(event.rawPath, requestContext.stage),
    // An HTTP API hands the path over decoded, a function URL as it came.
    pathIsDecoded: !textOf(requestContext.domainName).includes('.lambda-url.'),
    query: textOf(event.rawQueryString),
    headers,
    sourceIp: textOf(http.sourceIp),
  }
  const body = bytesOf(event)
  if (body !== undefined) {
    request.body = body
    // A text of as many characters as bytes is plain ASCII: what the bytes say, the text says too.
    if (event.isBase64Encoded !== true && body.length === event.body!.length) request.text = event.body!
  }
  if (typeof requestId === 'string') {
    request.requestId = requestId
    if (isTime(timeEpoch)) request.gateway = { id: requestId, time: timeEpoch! }
  }
  return request
}

// The default route stands for every path, with what a custom domain maps and without.
function routePath(routeKey: unknown): string | undefined {
  return typeof routeKey === 'string' && routeKey !== '$default' ? routeKey.slice(routeKey.indexOf(' ') + 1) : undefined
}

// What is no time of a Date cannot be printed as one.
function isTime(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < 8e15
}

function toHttpApi({ status, headers, cookies, body }: ApiResponse): HttpApiResult {
  if (typeof body === 'string') return { statusCode: status, headers, cookies, body, isBase64Encoded: false }
  return { statusCode: status, headers, cookies, body: Buffer.from(body).toString('base64'), isBase64Encoded: true }
}
