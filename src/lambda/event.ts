// Translates what invokes a function to requests, and answers to results: HTTP APIs and function URLs here, the rest by their own file.
import type { ApiRequest, ApiResponse } from '../runtime/edge.ts'
import { type AlbEvent, fromAlb, fromRestApi, type GatewayResult, type RestApiEvent, toAlb, toRestApi, withoutStage } from './gateway-event.ts'

/** The parts of a payload 2.0 event that are read. */
export interface HttpApiEvent {
  version: string
  rawPath: string
  rawQueryString?: string
  cookies?: string[]
  headers?: Record<string, string | undefined>
  body?: string
  isBase64Encoded?: boolean
  requestContext: {
    requestId?: string
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

/** The request that an event tells of. */
export function fromEvent(event: LambdaEvent, endsAt?: number): ApiRequest {
  const request = 'rawPath' in event ? fromHttpApi(event) : isAlb(event) ? fromAlb(event) : fromRestApi(event)
  return endsAt === undefined ? request : { ...request, endsAt }
}

/** The result that an answer becomes, in the form that the event's sender reads. */
export function toResult(response: ApiResponse): HttpApiResult
export function toResult(response: ApiResponse, event: LambdaEvent): HttpApiResult | GatewayResult
export function toResult(response: ApiResponse, event?: LambdaEvent): HttpApiResult | GatewayResult {
  if (event === undefined || 'rawPath' in event) return toHttpApi(response)
  return isAlb(event) ? toAlb(response, event) : toRestApi(response)
}

function isAlb(event: RestApiEvent | AlbEvent): event is AlbEvent {
  return event.requestContext.elb !== undefined
}

function fromHttpApi(event: HttpApiEvent): ApiRequest {
  const { requestContext } = event
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(event.headers ?? {})) if (value !== undefined) headers[name.toLowerCase()] = value
  if (event.cookies !== undefined && event.cookies.length > 0) headers['cookie'] = event.cookies.join('; ')
  const body = event.body === undefined || event.body === '' ? undefined : Buffer.from(event.body, event.isBase64Encoded === true ? 'base64' : 'utf8')
  return {
    method: requestContext.http.method.toUpperCase(),
    path: withoutStage(event.rawPath, requestContext.stage),
    // An HTTP API hands the path over decoded, a function URL as it came.
    pathIsDecoded: !(requestContext.domainName ?? '').includes('.lambda-url.'),
    query: event.rawQueryString ?? '',
    headers,
    ...(body === undefined ? {} : { body }),
    sourceIp: requestContext.http.sourceIp ?? '',
    ...(requestContext.requestId === undefined ? {} : { requestId: requestContext.requestId }),
  }
}

function toHttpApi({ status, headers, cookies, body }: ApiResponse): HttpApiResult {
  if (typeof body === 'string') return { statusCode: status, headers, cookies, body, isBase64Encoded: false }
  return { statusCode: status, headers, cookies, body: Buffer.from(body).toString('base64'), isBase64Encoded: true }
}
