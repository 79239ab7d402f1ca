// Translates events of REST APIs (payload 1.0) and load balancers to requests, and answers to their results.
import { type ApiRequest, type ApiResponse, isText } from '../runtime/edge.ts'
import { bytesOf, textOf, withoutStage } from './http-event.ts'
import { pathInApi } from './path-in-api.ts'

type Values = Record<string, string | undefined> | null
type Lists = Record<string, string[] | undefined> | null

/** The parts of a payload 1.0 event that are read; also of an HTTP API that is set to that version. */
export interface RestApiEvent {
  /** `1.0` from an HTTP API; a REST API sends none. */
  version?: string
  /** Path of the route, for example `/{proxy+}`. */
  resource?: string
  httpMethod: string
  /** Of a REST API as it came, without the stage; of an HTTP API decoded, with the stage. Behind a custom domain with what that maps. */
  path: string
  pathParameters?: Values
  headers?: Values
  multiValueHeaders?: Lists
  /** Decoded by the gateway. */
  queryStringParameters?: Values
  multiValueQueryStringParameters?: Lists
  body?: string | null
  isBase64Encoded?: boolean
  requestContext: { requestId?: string; stage?: string; identity?: { sourceIp?: string | null } | null; elb?: never }
}

/** The parts of a load balancer's event that are read; with multi-value headers switched on or off. */
export interface AlbEvent {
  httpMethod: string
  path: string
  headers?: Values
  multiValueHeaders?: Lists
  /** As they came, still encoded. */
  queryStringParameters?: Values
  multiValueQueryStringParameters?: Lists
  body?: string | null
  isBase64Encoded?: boolean
  requestContext: { elb: { targetGroupArn: string } }
}

/** The result for a REST API or a load balancer. */
export interface GatewayResult {
  statusCode: number
  /** Only for load balancers, which write it into the status line. */
  statusDescription?: string
  headers?: Record<string, string>
  multiValueHeaders?: Record<string, string[]>
  body: string
  isBase64Encoded: boolean
}

/** The request that a payload 1.0 event tells of. */
export function fromRestApi(event: RestApiEvent): ApiRequest {
  const query = pairsOf(event.queryStringParameters, event.multiValueQueryStringParameters).map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
  const { requestId, stage, identity } = event.requestContext
  const isHttpApi = event.version === '1.0'
  const path = pathInApi(event.path, event.resource, event.pathParameters) ?? (isHttpApi ? withoutStage(event.path, stage) : event.path)
  return { ...requestOf(event), path, pathIsDecoded: isHttpApi, ...(isHttpApi ? {} : { isTextOnly: true }), query, sourceIp: textOf(identity?.sourceIp), ...(typeof requestId === 'string' ? { requestId } : {}) }
}

// Of the whole result, as AWS says: 1 MB.
const albLimitBytes = 1_000_000

/** The request that a load balancer's event tells of. */
export function fromAlb(event: AlbEvent): ApiRequest {
  const query = pairsOf(event.queryStringParameters, event.multiValueQueryStringParameters).map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&')
  const request = requestOf(event)
  // The balancer appends the address that it saw; what stands before came from the caller.
  const sourceIp = request.headers['x-forwarded-for']?.split(',').at(-1)?.trim() ?? ''
  const requestId = request.headers['x-amzn-trace-id']
  // The balancer's own word: it replaces that of the caller.
  const isPlain = request.headers['x-forwarded-proto']?.trim().toLowerCase() === 'http'
  return { ...request, query, sourceIp, resultLimitBytes: albLimitBytes, ...(isPlain ? { scheme: 'http' as const } : {}), ...(requestId === undefined ? {} : { requestId }) }
}

/** The result of a REST API, or of an HTTP API that is set to payload 1.0, which take several values of a header side by side. */
export function toRestApi(response: ApiResponse, event: Pick<RestApiEvent, 'version'>): GatewayResult {
  const { headers, cookies } = response
  const body = event.version === '1.0' ? bodyOf(response) : (textBody(response) ?? bodyOf(response))
  return { statusCode: response.status, headers, ...(cookies.length > 0 ? { multiValueHeaders: { 'set-cookie': cookies } } : {}), ...body }
}

// A REST API without binary media types hands base64 on as it is: what is text goes as text, also where a handler gave its bytes.
function textBody({ headers, body }: ApiResponse): Pick<GatewayResult, 'body' | 'isBase64Encoded'> | undefined {
  if (typeof body === 'string' || headers['content-encoding'] !== undefined || !isText(headers['content-type'] ?? '')) return undefined
  return process.getBuiltinModule('node:buffer').isUtf8(body) ? { body: Buffer.from(body).toString(), isBase64Encoded: false } : undefined
}

/** The result of a load balancer: all headers as lists or none, as the event had them. */
export function toAlb(response: ApiResponse, event: AlbEvent): GatewayResult {
  const { status, headers, cookies } = response
  const line = { statusCode: status, statusDescription: `${status} ${process.getBuiltinModule('node:http').STATUS_CODES[status] ?? 'Unknown'}` }
  if (typeof event.multiValueHeaders === 'object' && event.multiValueHeaders !== null) {
    const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
    return { ...line, multiValueHeaders: { ...lists, ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}) }, ...bodyOf(response) }
  }
  return { ...line, headers: { ...headers, ...spelledApart(cookies) }, ...bodyOf(response) }
}

function requestOf({ httpMethod, path, headers, multiValueHeaders, body, isBase64Encoded }: RestApiEvent | AlbEvent): Pick<ApiRequest, 'method' | 'path' | 'pathIsDecoded' | 'headers' | 'body'> {
  const joined: Record<string, string> = {}
  for (const [name, value] of pairsOf(headers, multiValueHeaders)) {
    const lower = name.toLowerCase()
    joined[lower] = !Object.hasOwn(joined, lower) ? value : `${joined[lower]}${lower === 'cookie' ? '; ' : ', '}${value}`
  }
  const bytes = bytesOf({ body, isBase64Encoded })
  return { method: httpMethod.toUpperCase(), path, pathIsDecoded: false, headers: joined, ...(bytes === undefined ? {} : { body: bytes }) }
}

// Half of a pair of surrogates has no encoding.
function encode(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'))
  }
}

// Of a repeated name the single map holds the last value only.
function pairsOf(single: Values | undefined, multi: Lists | undefined): [string, string][] {
  const lists = multi ?? Object.fromEntries(Object.entries(single ?? {}).map(([name, value]) => [name, value === undefined ? undefined : [value]]))
  return Object.entries(lists).flatMap(([name, values]) => (Array.isArray(values) ? values : []).filter((value) => typeof value === 'string').map((value): [string, string] => [name, value]))
}

// A map holds a name once, but names differ by their letters' case, which HTTP ignores.
function spelledApart(cookies: string[]): Record<string, string> {
  return Object.fromEntries(cookies.map((cookie, index) => [[...'set-cookie'].map((letter, place) => (((index >> place) & 1) === 1 ? letter.toUpperCase() : letter)).join(''), cookie]))
}

function bodyOf({ body }: ApiResponse): Pick<GatewayResult, 'body' | 'isBase64Encoded'> {
  return typeof body === 'string' ? { body, isBase64Encoded: false } : { body: Buffer.from(body).toString('base64'), isBase64Encoded: true }
}
