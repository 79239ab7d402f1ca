// HTTP APIs and function URLs: their events become requests, answers their results. The rest is event.ts, loaded with the first event of another sender.
import type { ApiRequest, ApiResponse } from '../runtime/edge.ts'
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

/** Whether an event is whole and of an HTTP API or a function URL. What may invoke a function is decided by who may, not by its types: a test event of the console, a schedule, a queue. */
export function isHttpApiEvent(event: unknown): event is HttpApiEvent {
  if (typeof event !== 'object' || event === null) return false
  const { rawPath, requestContext } = event as Partial<HttpApiEvent>
  return typeof rawPath === 'string' && typeof requestContext === 'object' && requestContext !== null && typeof (requestContext as Partial<HttpApiEvent['requestContext']>).http?.method === 'string'
}

/** The request that an event of an HTTP API or a function URL tells of; parts of the wrong type count as absent. */
export function fromHttpApi(event: HttpApiEvent): ApiRequest {
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

/** The result that an answer becomes for an HTTP API or a function URL. */
export function toHttpApi({ status, headers, cookies, body }: ApiResponse): HttpApiResult {
  if (typeof body === 'string') return { statusCode: status, headers, cookies, body, isBase64Encoded: false }
  return { statusCode: status, headers, cookies, body: Buffer.from(body).toString('base64'), isBase64Encoded: true }
}

/** The path of an HTTP API's event: a stage other than $default is its first segment, though no part of the API's own paths. */
export function withoutStage(path: string, stage: string | undefined): string {
  if (typeof stage !== 'string' || stage === '$default') return path
  const prefix = `/${stage}`
  if (path === prefix) return '/'
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path
}

/** The bytes of an event's body; undefined where there is none. */
export function bytesOf({ body, isBase64Encoded }: { body?: string | null | undefined; isBase64Encoded?: boolean | undefined }): Buffer | undefined {
  return typeof body === 'string' && body !== '' ? Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8') : undefined
}

/** A text, empty where the event has something else in its place. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
