// One HTTP exchange with AWS, with a limit of time and connections that stay open.
import type { Agent } from 'node:https'

export interface AwsRequest {
  method: string
  url: URL
  headers: Readonly<Record<string, string>>
  body: string | Uint8Array
}

export interface AwsAnswer {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  text: string
  /** The body as it came. */
  bytes?: Uint8Array
}

/** Sends a request; rejects where it has no answer within `limitMs`, and where `signal` ends it. */
export type SendToAws = (request: AwsRequest, limitMs: number, signal?: AbortSignal) => Promise<AwsAnswer>

/** A sender whose connections are used again; they keep no process alive. */
export function openSender(): SendToAws {
  return openConnections().send
}

export interface Connections {
  send: SendToAws
  /** Ends those that are open; a later request opens new ones. */
  close(): void
}

/** A host that takes no connection within these milliseconds will not in this attempt. */
export const connectMs = 3000

/** @param mostSockets of one host, at once; what finds none free waits for one */
export function openConnections(mostSockets: number = Number.POSITIVE_INFINITY): Connections {
  const agents = new Map<string, Agent>()
  return {
    send(request, limitMs, signal) {
      // Loaded with the first request: a function without secrets does not pay for it.
      const http = request.url.protocol === 'http:' ? process.getBuiltinModule('node:http') : process.getBuiltinModule('node:https')
      const agent = agents.get(request.url.protocol) ?? (new http.Agent({ keepAlive: true, maxSockets: mostSockets }) as Agent)
      agents.set(request.url.protocol, agent)
      return exchange({ http, agent, request, limitMs, signal })
    },
    close() {
      for (const agent of agents.values()) agent.destroy()
      agents.clear()
    },
  }
}

interface ExchangeParts {
  http: Pick<typeof import('node:https'), 'request'>
  agent: Agent
  request: AwsRequest
  limitMs: number
  signal: AbortSignal | undefined
}

function exchange({ http, agent, request: { method, url, headers, body }, limitMs, signal }: ExchangeParts): Promise<AwsAnswer> {
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) }, agent, ...(signal === undefined ? {} : { signal }) }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () => {
        const bytes = Buffer.concat(parts)
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: bytes.toString('utf8'), bytes })
      })
    })
    const endAfter = (milliseconds: number, what: string): NodeJS.Timeout => setTimeout(() => sent.destroy(lateError(what, milliseconds)), milliseconds)
    // Over the whole exchange: the socket's own time-out starts anew with every byte.
    const timer = endAfter(limitMs, 'no answer')
    sent.on('socket', (socket) => {
      if (!socket.connecting) return
      const connecting = endAfter(Math.min(limitMs, connectMs), 'no connection')
      for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(connecting))
    })
    sent.on('error', reject)
    sent.on('close', () => clearTimeout(timer))
    sent.end(body)
  })
}

/** Tells that something did not come in time. */
export function lateError(what: string, milliseconds: number): Error {
  return Object.assign(new Error(`${what} within ${milliseconds} ms`), { name: 'TimeoutError' })
}

/** Tells that a signal ended an exchange, as node:http tells it. */
export function endedBySignal(signal: AbortSignal): Error {
  return Object.assign(new Error('The operation was aborted', { cause: signal.reason }), { name: 'AbortError', code: 'ABORT_ERR' })
}
