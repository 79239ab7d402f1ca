// One attempt: sends the request, follows redirects that stay where they are, reads the body.
import { catalog, isHttpError, messageOf } from '../errors/index.ts'
import type { ClientOperation } from '../openapi/table.ts'
import type { Call } from './call.ts'
import type { Fetch, OutgoingRequest, Send } from './options.ts'

/** An answer whose body has been read. */
export interface Answer {
  status: number
  headers: Headers
  bytes: Uint8Array<ArrayBuffer>
}

/** Sends a request through its decorators' hands and reads the answer. Rejects with BACKEND_UNREACHABLE where the network fails. */
export async function sendOnce(call: Call, send: Send, request: OutgoingRequest): Promise<Answer> {
  const response = await send(request)
  if (response.type === 'opaqueredirect') throw catalog.BACKEND_RESPONSE_INVALID(`${nameOf(call.spec.api, call.operation)} answered with a redirect, which is not followed`)
  return { status: response.status, headers: response.headers, bytes: await readBytes(call, response) }
}

/** What decorators wrap: fetch, with its failures as klue errors. */
export function sender(call: Call): Send {
  const get: Fetch = call.options.fetch ?? ((url, init) => fetch(url, init))
  // A declared redirect is an answer of the API, not the way to it.
  const follows = isSafe(call.operation.method) && !call.operation.replies.some((reply) => reply.status.startsWith('3'))
  return async ({ url, method, headers, body, signal }) => {
    const init: RequestInit & { duplex?: 'half' } = { method, headers, signal, redirect: 'manual', ...(body === undefined ? {} : { body }), ...(body instanceof ReadableStream ? { duplex: 'half' } : {}) }
    let address = url
    for (let hops = 0; ; hops++) {
      const response = await get(address, init).catch((cause: unknown) => Promise.reject(unreachable(call, cause)))
      const next = follows && hops < mostHops ? redirectTarget(response, address) : undefined
      if (next === undefined) return response
      await response.body?.cancel()
      address = next
    }
  }
}

/** How an operation is called in messages. */
export function nameOf(api: string, operation: ClientOperation): string {
  return `${operation.id} of ${api}`
}

const mostHops = 5

const defaultMaxBodyBytes = 50_000_000

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

// To another origin nothing is sent: credentials, call ids and queries are meant for this one.
function redirectTarget(response: Response, from: string): string | undefined {
  const location = response.headers.get('location')
  if (![301, 302, 303, 307, 308].includes(response.status) || location === null || !URL.canParse(location, from)) return undefined
  const target = new URL(location, from)
  return target.origin === new URL(from).origin ? target.href : undefined
}

async function readBytes(call: Call, response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const limit = call.options.maxBodyBytes ?? defaultMaxBodyBytes
  if (response.body === null) return new Uint8Array(0)
  const tooLarge = (): Error => catalog.BACKEND_RESPONSE_INVALID(`${nameOf(call.spec.api, call.operation)} answered more than ${limit} bytes`, { fields: { backend_status: response.status } })
  const reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return joined(chunks, size)
      size += value.length
      if (size > limit) throw tooLarge()
      chunks.push(value)
    }
  } catch (cause) {
    reader.cancel().catch(() => undefined)
    throw isHttpError(cause) ? cause : unreachable(call, cause)
  }
}

function joined(chunks: Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.length
  }
  return all
}

function unreachable(call: Call, cause: unknown): Error {
  if (isHttpError(cause)) return cause
  // fetch itself says only "fetch failed"; why is in its cause.
  const inner = (cause as { cause?: unknown } | null | undefined)?.cause
  const code = (inner as { code?: unknown } | null | undefined)?.code
  const reason = inner === undefined ? messageOf(cause) : messageOf(inner)
  const text = typeof code === 'string' && !reason.includes(code) ? `${code} ${reason}` : reason
  return catalog.BACKEND_UNREACHABLE(`${nameOf(call.spec.api, call.operation)} could not be reached: ${text}`, { cause })
}
