// The socket of a local service: node:http in, the pipeline, node:http out.
import type { IncomingMessage, Server } from 'node:http'
import { UsageError } from '../errors/index.ts'
import { type ListenerOptions, openListener, targetOf } from '../platform/local/index.ts'
import type { ApiRequest, ApiResponse } from '../runtime/edge.ts'

/** A listening server. */
export interface LocalServer {
  port: number
  /** Takes no more requests and waits for those that run, at most `graceMs`. */
  close(graceMs?: number): Promise<void>
}

export interface ServerOptions {
  /** 0 takes a free port. */
  port: number
  /** How many ports after `port` may stand in where it is taken; default 0. */
  fallbacks?: number
  /** Hosts by which the server may be called besides those of this machine. */
  hosts?(): readonly string[]
  /** Bodies above this size are not read to their end. */
  bodyLimitBytes(): number
  answer(request: ApiRequest): Promise<ApiResponse>
}

/** Listens on 127.0.0.1. Throws a UsageError where the port is taken. */
export async function startServer(options: ServerOptions): Promise<LocalServer> {
  const { port: wanted, fallbacks = 0, hosts } = options
  const opened = openListener({
    port: wanted,
    fallbacks,
    ...(hosts === undefined ? {} : { hosts }),
    serve: (exchange) => void serve(exchange, options),
    refuse: (request) => options.answer({ ...request, query: '', headers: {}, scheme: 'http' }),
  })
  const { server, port } = await opened.catch((error: NodeJS.ErrnoException) => {
    throw new UsageError({ code: 'port-unavailable', file: '', message: error.code === 'EADDRINUSE' ? `Port ${wanted} is taken by another process` : `Port ${wanted} cannot be used (${error.code ?? String(error)})`, hint: 'stop that process, or choose another port with --port N or PORT' })
  })
  return { port, close: (graceMs = 10_000) => close(server, graceMs) }
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(timer)
}

async function serve({ server, message, response, refused }: Parameters<ListenerOptions['serve']>[0], options: ServerOptions): Promise<void> {
  try {
    const body = refused === undefined && hasBody(message) ? await readBody(message, options.bodyLimitBytes()) : undefined
    const request = toRequest(message, body)
    const answer = await options.answer(refused === undefined ? request : { ...request, refused })
    // After the last answer of a server that closes nothing more comes on this connection: nobody has to wait for its time-out.
    if (!server.listening) response.shouldKeepAlive = false
    response.writeHead(answer.status, toHeaders(answer))
    response.end(answer.body)
  } catch {
    // The caller went away while sending, or the answer cannot be written: nobody is left to tell.
    response.destroy()
  }
}

function toRequest(message: IncomingMessage, body: Buffer | 'too large' | undefined): ApiRequest {
  const { path, query } = splitTarget(targetOf(message.url))
  const headers: Record<string, string> = {}
  const given = message.headers
  for (const name in given) {
    const value = given[name]
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ')
  }
  const request: ApiRequest = { method: message.method ?? 'GET', path, query, headers, scheme: 'http', sourceIp: message.socket.remoteAddress ?? '' }
  if (body === 'too large') request.bodyTooLarge = true
  else if (body !== undefined) request.body = body
  return request
}

// Nothing has to be waited for where nothing comes.
function hasBody({ headers }: IncomingMessage): boolean {
  return (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined
}

function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?')
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) }
}

function readBody(message: IncomingMessage, limitBytes: number): Promise<Buffer | 'too large' | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    message.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limitBytes) chunks.push(chunk)
      // The rest is thrown away as it comes: a caller that is cut off while sending never sees the answer.
      else resolve('too large')
    })
    message.on('end', () => resolve(chunks.length <= 1 ? chunks[0] : Buffer.concat(chunks)))
    // Comes at the end of every request; without a listener for errors that of a caller who goes away while sending is not one.
    message.on('close', () => {
      if (!message.complete) reject(new Error('the caller went away'))
    })
  })
}

function toHeaders({ status, headers, cookies, body }: ApiResponse): Record<string, string | string[]> {
  const all: Record<string, string | string[]> = { ...headers }
  // Answers without a body must not say how long it is.
  if (all['content-length'] === undefined && status !== 204 && status !== 304) all['content-length'] = String(typeof body === 'string' ? Buffer.byteLength(body) : body.length)
  if (cookies.length > 0) all['set-cookie'] = cookies
  return all
}
