// One request sent through each edge: over a socket as raw bytes of HTTP, as an HTTP API event, and in this process.
import { connect } from 'node:net'
import type { HttpApiEvent, HttpApiResult, LambdaHandler } from '../../src/lambda/index.ts'
import type { ApiRequest, ApiResponse } from '../../src/runtime/edge.ts'

/** A request as a caller writes it. */
export interface Wire {
  method: string
  /** Path and query as they stand in the request line. */
  target: string
  /** In order; names may repeat. */
  headers?: [name: string, value: string][]
  body?: string | Uint8Array
}

/** An answer with what differs by nature taken off. */
export interface Seen {
  status: number
  headers: Record<string, string>
  cookies: string[]
  /** Latin-1 text of the bytes. */
  body: string
}

/** What each way adds on its own; an edge's own length of a body is compared with the body instead. */
const transport = new Set(['date', 'connection', 'keep-alive', 'content-length'])

export function toSeen(status: number, headers: Record<string, string>, rest: { cookies: string[]; bytes: Uint8Array; isHead: boolean }): Seen {
  const kept = Object.entries(headers).filter(([name]) => !transport.has(name) || (rest.isHead && name === 'content-length')).sort(([left], [right]) => (left < right ? -1 : 1))
  const body = Buffer.from(rest.bytes).toString('latin1').replace(/"error_id":"[0-9a-f-]{36}"/, '"error_id":"..."')
  return { status, headers: Object.fromEntries(kept), cookies: rest.cookies, body }
}

/** Sends over a socket without any normalisation. */
export async function overSocket(port: number, wire: Wire): Promise<Seen> {
  const body = bytesOf(wire)
  const lines = [`${wire.method} ${wire.target} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close', ...(wire.headers ?? []).map(([name, value]) => `${name}: ${value}`), ...(body.length > 0 ? [`Content-Length: ${body.length}`] : [])]
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  const answer = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat([head, body])))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('end', () => resolve(Buffer.concat(chunks)))
    socket.on('error', reject)
  })
  return readAnswer(answer, wire.method === 'HEAD')
}

function readAnswer(answer: Buffer, isHead: boolean): Seen {
  const end = answer.indexOf('\r\n\r\n')
  const [first = '', ...lines] = answer.subarray(0, end).toString('latin1').split('\r\n')
  const headers: Record<string, string> = {}
  const cookies: string[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === 'set-cookie') cookies.push(value)
    else headers[name] = value
  }
  const bytes = answer.subarray(end + 4)
  const length = headers['content-length']
  if (!isHead && (length ?? '0') !== String(bytes.length)) throw new Error(`content-length says ${String(length)}, the body has ${bytes.length} bytes`)
  return toSeen(Number(first.split(' ')[1]), headers, { cookies, bytes, isHead })
}

/** Sends as the event that an HTTP API makes of the request. */
export async function overEvent(handler: LambdaHandler, wire: Wire): Promise<Seen> {
  const result = await handler(toEvent(wire), { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 30_000 })
  const seenHeaders = { ...result.headers }
  return toSeen(result.statusCode, seenHeaders, { cookies: result.cookies, bytes: bytesOfResult(result), isHead: wire.method === 'HEAD' })
}

/** The payload 2.0 event of a request: path decoded, names in lower case, cookies apart, repeated headers joined. */
export function toEvent(wire: Wire): HttpApiEvent {
  const [path = '', query = ''] = wire.target.split(/\?(.*)/s)
  const headers: Record<string, string> = { host: '127.0.0.1' }
  const cookies: string[] = []
  for (const [name, value] of wire.headers ?? []) {
    const lower = name.toLowerCase()
    if (lower === 'cookie') cookies.push(...value.split('; '))
    else headers[lower] = headers[lower] === undefined ? value : `${headers[lower]},${value}`
  }
  const body = bytesOf(wire)
  const isText = Buffer.from(body.toString('utf8'), 'utf8').equals(body)
  return {
    version: '2.0',
    rawPath: decodeURIComponent(path),
    rawQueryString: query,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers,
    ...(body.length > 0 ? { body: isText ? body.toString('utf8') : body.toString('base64') } : {}),
    isBase64Encoded: body.length > 0 && !isText,
    requestContext: { requestId: 'request-1', stage: '$default', domainName: 'abc.execute-api.eu-west-1.amazonaws.com', http: { method: wire.method, sourceIp: '127.0.0.1' } },
  }
}

function bytesOfResult({ body, isBase64Encoded }: HttpApiResult): Uint8Array {
  return Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')
}

/** Sends to the pipeline itself. */
export async function inProcess(answer: (request: ApiRequest) => Promise<ApiResponse>, wire: Wire): Promise<Seen> {
  const [path = '', query = ''] = wire.target.split(/\?(.*)/s)
  const headers: Record<string, string> = { host: '127.0.0.1' }
  for (const [name, value] of wire.headers ?? []) {
    const lower = name.toLowerCase()
    headers[lower] = headers[lower] === undefined ? value : `${headers[lower]}${lower === 'cookie' ? '; ' : ', '}${value}`
  }
  const body = bytesOf(wire)
  const response = await answer({ method: wire.method, path, query, headers, ...(body.length > 0 ? { body } : {}), sourceIp: '127.0.0.1' })
  return toSeen(response.status, { ...response.headers }, { cookies: response.cookies, bytes: Buffer.from(response.body), isHead: wire.method === 'HEAD' })
}

function bytesOf({ body }: Wire): Buffer {
  return body === undefined ? Buffer.alloc(0) : Buffer.from(body)
}
