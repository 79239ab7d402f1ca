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
    void serve(message, response, options)
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

async function serve(message: IncomingMessage, response: ServerResponse, options: ServerOptions): Promise<void> {
  try {
    const request = await readRequest(message, options.bodyLimitBytes())
    const answer = await options.answer(request)
    response.writeHead(answer.status, toHeaders(answer))
    response.end(answer.body)
  } catch {
    // The caller went away while sending, or the answer cannot be written: nobody is left to tell.
    response.destroy()
  }
}

async function readRequest(message: IncomingMessage, limitBytes: number): Promise<ApiRequest> {
  const { path, query } = splitTarget(message.url ?? '/')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(message.headers)) if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  const { body, isTooLarge } = await readBody(message, limitBytes)
  return {
    method: message.method ?? 'GET',
    path,
    query,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(isTooLarge ? { bodyTooLarge: true } : {}),
    sourceIp: message.socket.remoteAddress ?? '',
  }
}

function splitTarget(target: string): { path: string; query: string } {
  // A proxy sends the absolute form.
  const relative = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '') || '/'
  const mark = relative.indexOf('?')
  return mark < 0 ? { path: relative, query: '' } : { path: relative.slice(0, mark), query: relative.slice(mark + 1) }
}

function readBody(message: IncomingMessage, limitBytes: number): Promise<{ body?: Buffer; isTooLarge: boolean }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    message.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limitBytes) chunks.push(chunk)
      // The rest is thrown away as it comes: a caller that is cut off while sending never sees the answer.
      else resolve({ isTooLarge: true })
    })
    message.on('end', () => resolve(size === 0 ? { isTooLarge: false } : { body: Buffer.concat(chunks), isTooLarge: false }))
    message.on('error', reject)
    message.on('aborted', () => reject(new Error('the caller went away')))
  })
}

function toHeaders({ status, headers, cookies, body }: ApiResponse): Record<string, string | string[]> {
  const all: Record<string, string | string[]> = { ...headers }
  // Answers without a body must not say how long it is.
  if (all['content-length'] === undefined && status !== 204 && status !== 304) all['content-length'] = String(Buffer.byteLength(body))
  if (cookies.length > 0) all['set-cookie'] = cookies
  return all
}
