// The last touches that every answer gets: CORS, size, compression, HEAD.
import { isSameOrigin } from '../../address/index.ts'
import type { Config } from '../../config/index.ts'
import { catalog } from '../../errors/index.ts'
import type { ApiRequest, ApiResponse } from '../exchange/message.ts'

/** Bodies below this size are not worth compressing. */
const gzipFromBytes = 500

const compressible = /^(text\/|application\/(json|javascript|xml|yaml|x-ndjson|x-www-form-urlencoded)|image\/svg\+xml)|\+(json|xml|yaml)\b/

/** Whether a request is a CORS preflight, in which a browser asks what it may send. */
export function isPreflight({ method, headers }: ApiRequest): boolean {
  return method === 'OPTIONS' && headers['origin'] !== undefined && headers['access-control-request-method'] !== undefined
}

/** Answers OPTIONS on a path with these methods. */
export function answerOptions(request: ApiRequest, allow: string[]): ApiResponse {
  const headers: Record<string, string> = { allow: allow.join(', ') }
  if (isPreflight(request)) {
    headers['access-control-allow-methods'] = allow.join(', ')
    headers['access-control-max-age'] = '600'
    const asked = request.headers['access-control-request-headers']
    if (asked !== undefined) headers['access-control-allow-headers'] = asked
  }
  return { status: 200, headers, cookies: [], body: '' }
}

/** Whether a media type is that of a text, which compressing makes smaller. */
export function isText(contentType: string): boolean {
  return compressible.test(contentType)
}

/** Throws RESPONSE_TOO_LARGE where the platform would drop the answer. */
export function checkSize(request: ApiRequest, response: ApiResponse, config: Config): void {
  const bytes = Buffer.byteLength(response.body)
  // Binary bodies travel as base64, four characters for three bytes.
  const travelling = typeof response.body === 'string' ? bytes : Math.ceil(bytes / 3) * 4
  if (travelling > config.responseLimitBytes) throw catalog.RESPONSE_TOO_LARGE(`The answer would be ${travelling} bytes, more than the ${config.responseLimitBytes} that can be delivered`)
  const { resultLimitBytes } = request
  // A character takes six bytes at most as JSON: a small answer needs no closer look.
  if (resultLimitBytes === undefined || bytes * 6 + envelopeBytes <= resultLimitBytes / 2) return
  const printed = envelopeBytes + Buffer.byteLength(JSON.stringify({ headers: response.headers, cookies: response.cookies })) + (typeof response.body === 'string' ? Buffer.byteLength(JSON.stringify(response.body)) : travelling)
  if (printed > resultLimitBytes) throw catalog.RESPONSE_TOO_LARGE(`The answer would be ${printed} bytes, more than the ${resultLimitBytes} that the sender of the request takes`)
}

// Room for everything in a result beside the body and the handler's headers: status, field names, headers that are always added.
const envelopeBytes = 1000

/** Adds CORS headers, compresses, and takes the body off an answer that must not have one. */
export function finish(request: ApiRequest, response: ApiResponse, config: Config): ApiResponse {
  const { status } = response
  const headers = cleanHeaders(response.headers)
  const cookies = response.cookies.map(clean)
  addCors(request, headers, config)
  if (status === 204 || status === 304) {
    delete headers['content-type']
    return { status, headers, cookies, body: '' }
  }
  const body = request.isTextOnly === true ? response.body : compress(request, headers, response.body)
  if (request.method !== 'HEAD') return { status, headers, cookies, body }
  headers['content-length'] = String(Buffer.byteLength(body))
  return { status, headers, cookies, body: '' }
}

// The platform sets these headers; a value of the handler could only contradict it.
const framing = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive'])

/** Whether a text may be the name of a header. */
export function isHeaderName(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name)
}

function cleanHeaders(headers: Record<string, string>): Record<string, string> {
  const cleaned: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const lower = name.toLowerCase()
    if (isHeaderName(name) && !framing.has(lower)) cleaned[lower] = clean(headers[name]!)
  }
  return cleaned
}

function addCors(request: ApiRequest, headers: Record<string, string>, config: Config): void {
  const { origin } = request.headers
  const isOpen = config.corsOrigins.includes('*')
  if (origin === undefined) {
    if (isOpen) headers['access-control-allow-origin'] = '*'
    return
  }
  addVary(headers, 'Origin')
  const isTrusted = isSameOrigin(origin, config.cookieOrigins)
  if (!isOpen && !isTrusted && !isSameOrigin(origin, config.corsOrigins)) return
  headers['access-control-allow-origin'] = clean(origin)
  // Sent only to origins that may use the token cookie: browsers refuse a wildcard together with credentials.
  if (isTrusted) headers['access-control-allow-credentials'] = 'true'
}

function compress(request: ApiRequest, headers: Record<string, string>, body: string | Uint8Array): string | Uint8Array {
  if (Buffer.byteLength(body) < gzipFromBytes || headers['content-encoding'] !== undefined || !compressible.test(headers['content-type'] ?? '')) return body
  addVary(headers, 'Accept-Encoding')
  if (!acceptsGzip(request.headers['accept-encoding'] ?? '')) return body
  headers['content-encoding'] = 'gzip'
  return process.getBuiltinModule('node:zlib').gzipSync(body)
}

/** Whether an Accept-Encoding header takes gzip. */
export function acceptsGzip(header: string): boolean {
  return header.split(',').some((part) => {
    const [coding, ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    return (coding === 'gzip' || coding === '*') && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })
}

function addVary(headers: Record<string, string>, name: string): void {
  const known = headers['vary']
  if (known === undefined) headers['vary'] = name
  else if (!known.toLowerCase().split(/,\s*/).includes(name.toLowerCase())) headers['vary'] = `${known}, ${name}`
}

// A line break in a header would start another header, and each edge sends characters beyond ASCII differently.
// Both are percent-encoded, as in URLs.
function clean(value: string): string {
  const text = String(value)
  if (/^[\t\x20-\x7e]*$/.test(text)) return text
  // Ranges, as names of Unicode would have V8 build their sets with every start.
  return text
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .replace(/[\ud800-\udfff]/gu, '?')
    // oxlint-disable-next-line no-control-regex -- what is beyond ASCII is looked for
    .replace(/[^\u0000-\u007f]+/gu, encodeURIComponent)
}
