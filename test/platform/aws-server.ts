// A server that speaks the JSON protocol of AWS, as far as a test says.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface AwsRequestSeen {
  /** For example `secretsmanager.GetSecretValue`; the path where there is no such header. */
  target: string
  method: string
  input: Record<string, unknown>
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** An answer, or `hang up` for a connection that ends without one. */
export type AwsReply = { status?: number; body?: unknown; text?: string } | 'hang up'

export interface AwsServer {
  url: string
  seen: AwsRequestSeen[]
  close(): Promise<void>
}

/** Starts a server on a free port; `answer` decides on each request. */
export async function startAwsServer(answer: (request: AwsRequestSeen) => AwsReply): Promise<AwsServer> {
  const seen: AwsRequestSeen[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => (text += part))
    request.on('end', () => {
      const target = request.headers['x-amz-target']
      const entry = { target: typeof target === 'string' ? target : (request.url ?? ''), method: request.method ?? '', input: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}, headers: request.headers, text }
      seen.push(entry)
      const reply = answer(entry)
      if (reply === 'hang up') return void request.socket.destroy()
      response.writeHead(reply.status ?? 200, { 'content-type': 'application/x-amz-json-1.1' }).end(reply.text ?? JSON.stringify(reply.body ?? {}))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The answer of AWS to something that it refuses. */
export function refusal(code: string, message: string = 'no'): AwsReply {
  return { status: 400, body: { __type: `com.amazonaws.example#${code}`, message } }
}
