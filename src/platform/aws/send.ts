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

/** Sends a request; rejects where it has no answer within `limitMs`. */
export type SendToAws = (request: AwsRequest, limitMs: number) => Promise<AwsAnswer>

/** A sender whose connections are used again; they keep no process alive. */
export function openSender(): SendToAws {
  const agents = new Map<string, Agent>()
  return (request, limitMs) => {
    // Loaded with the first request: a function without secrets does not pay for it.
    const http = request.url.protocol === 'http:' ? process.getBuiltinModule('node:http') : process.getBuiltinModule('node:https')
    const agent = agents.get(request.url.protocol) ?? (new http.Agent({ keepAlive: true }) as Agent)
    agents.set(request.url.protocol, agent)
    return exchange({ http, agent, request, limitMs })
  }
}

interface ExchangeParts {
  http: Pick<typeof import('node:https'), 'request'>
  agent: Agent
  request: AwsRequest
  limitMs: number
}

function exchange({ http, agent, request: { method, url, headers, body }, limitMs }: ExchangeParts): Promise<AwsAnswer> {
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) }, agent }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () => {
        const bytes = Buffer.concat(parts)
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: bytes.toString('utf8'), bytes })
      })
    })
    // Over the whole exchange: the socket's own time-out starts anew with every byte.
    const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${limitMs} ms`)), limitMs)
    sent.on('error', reject)
    sent.on('close', () => clearTimeout(timer))
    sent.end(body)
  })
}
