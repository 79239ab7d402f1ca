// Sends one request to the target and checks the answer against the specification.
import { AssertionError } from 'node:assert'
import { addressBelow } from '../address/index.ts'
import { visibleText } from '../errors/index.ts'
import { recordExchange } from './record.ts'
import { session } from './session.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'head' | 'options'

export interface SendOptions {
  /** The whole Authorization header, for example `Bearer ${await testToken()}`; no header where it is empty. */
  auth?: string | undefined
  headers?: Record<string, string>
  /** Objects are sent as JSON, text and bytes as they are. */
  data?: unknown
  /** The API whose service is meant; default the main service. */
  api?: string
  /** Default 50 seconds. */
  timeoutMs?: number
}

export interface Answer {
  status: number
  headers: Headers
  text: string
  /** The body, parsed where it is JSON. */
  body: unknown
}

/** Sends a request. Throws an AssertionError where the answer does not match the specification. */
export async function send(method: Method, path: string, options: SendOptions = {}): Promise<Answer> {
  const { address, checker, target } = await session()
  const { url, fetch } = address(options.api)
  const upper = method.toUpperCase()
  const wanted = addressBelow(url, path)
  // Another host must get neither the request nor its token.
  if (wanted === undefined) throw new AssertionError({ message: `${upper} ${JSON.stringify(path)} is no path of ${url}: it must begin with a slash and stay below that address` })
  const response = await fetch(wanted, {
    method: upper,
    headers: requestHeaders(options),
    redirect: 'manual',
    signal: AbortSignal.timeout(options.timeoutMs ?? 50_000),
    ...(options.data === undefined ? {} : { body: toBody(options.data) }),
  })
  const text = await response.text()
  const contentType = response.headers.get('content-type') ?? ''
  const seen = { method: upper, path: path.split('?')[0]!, status: response.status, contentType }
  const body = text !== '' && checker.isJson(seen) ? (JSON.parse(text) as unknown) : text
  recordExchange(target.recordFolder, { method: upper, path, status: response.status, headers: response.headers, body })
  const faults = checker.check({ ...seen, headers: response.headers, body })
  if (faults.length > 0) throw new AssertionError({ message: visibleText(`${upper} ${path} does not answer as specified:\n  ${faults.join('\n  ')}\nThe answer was: ${response.status} ${text.slice(0, 1000)}`) })
  return { status: response.status, headers: response.headers, text, body }
}

function requestHeaders({ auth, headers = {}, data }: SendOptions): Record<string, string> {
  const isRaw = typeof data === 'string' || data instanceof Uint8Array || data instanceof FormData || data instanceof URLSearchParams
  return {
    ...(data !== undefined && !isRaw ? { 'content-type': 'application/json' } : {}),
    ...(auth === undefined || auth === '' ? {} : { authorization: auth }),
    ...headers,
  }
}

function toBody(data: unknown): RequestInit['body'] & {} {
  if (typeof data === 'string' || data instanceof FormData || data instanceof URLSearchParams) return data
  if (data instanceof Uint8Array) return new Uint8Array(data)
  return JSON.stringify(data)
}
