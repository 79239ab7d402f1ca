// The socket of a local service: node:http in, the pipeline, node:http out.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UsageError } from '../errors/index.ts'
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
  /** Bodies above this size are not read to their end. */
  bodyLimitBytes(): number
  answer(request: ApiRequest): Promise<ApiResponse>
}

/** Listens on 127.0.0.1. Throws a UsageError where the port is taken. */
export async function startServer(options: ServerOptions): Promise<LocalServer> {
  const server = createServer((message, response) => {
    void serve(server, { message, response, options })
  })
  const port = await listen(server, options)
  return { port, close: (graceMs = 10_000) => close(server, graceMs) }
}

async function listen(server: Server, { port, fallbacks = 0 }: ServerOptions): Promise<number> {
  for (let candidate = port; ; candidate += 1) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(candidate, '127.0.0.1', () => {
          server.off('error', reject)
          resolve()
        })
      })
      return (server.address() as AddressInfo).port
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EADDRINUSE' && port !== 0 && candidate < port + fallbacks) continue
      throw new UsageError({ code: 'port-unavailable', file: '', message: code === 'EADDRINUSE' ? `Port ${port} is taken by another process` : `Port ${port} cannot be used (${code ?? String(error)})`, hint: 'stop that process, or choose another port with --port N or PORT' })
    }
  }
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(timer)
}

async function serve(server: Server, { message, response, options }: { message: IncomingMessage; response: ServerResponse; options: ServerOptions }): Promise<void> {
  try {
    const body = hasBody(message) ? await readBody(message, options.bodyLimitBytes()) : undefined
    const answer = await options.answer(toRequest(message, body))
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
  const { path, query } = splitTarget(message.url ?? '/')
  const headers: Record<string, string> = {}
  const given = message.headers
  for (const name in given) {
    const value = given[name]
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ')
  }
  const request: ApiRequest = { method: message.method ?? 'GET', path, query, headers, sourceIp: message.socket.remoteAddress ?? '' }
  if (body === 'too large') request.bodyTooLarge = true
  else if (body !== undefined) request.body = body
  return request
}

// Nothing has to be waited for where nothing comes.
function hasBody({ headers }: IncomingMessage): boolean {
  return (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined
}

function splitTarget(target: string): { path: string; query: string } {
  // A proxy sends the absolute form.
  const relative = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '') || '/'
  const mark = relative.indexOf('?')
  return mark < 0 ? { path: relative, query: '' } : { path: relative.slice(0, mark), query: relative.slice(mark + 1) }
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
