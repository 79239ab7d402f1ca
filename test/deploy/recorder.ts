// Stands between the deployed functions and the emulator, and notes every request that a function sends to AWS.
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RecordedCall {
  /** Access key that signed the request: that of the function's role. */
  accessKey: string
  /** Service of the signature, for example `dynamodb`. */
  service: string
  method: string
  path: string
  /** Value of X-Amz-Target; empty where the service has none. */
  target: string
  /** The body as text. */
  body: string
  /** Status of the answer. */
  status: number
}

export interface Recorder {
  url: string
  calls: RecordedCall[]
  close(): Promise<void>
}

/** Starts a recorder that hands everything on to `port` of this machine. */
export async function startRecorder(port: () => number): Promise<Recorder> {
  const calls: RecordedCall[] = []
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      // The Host header is part of the signature, so that it has to arrive as it was sent.
      const onward = request({ host: '127.0.0.1', port: port(), method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
        const [accessKey = '', , , service = ''] = (/Credential=([^,]+)/.exec(incoming.headers.authorization ?? '')?.[1] ?? '').split('/')
        calls.push({ accessKey, service, method: incoming.method ?? '', path: incoming.url ?? '', target: String(incoming.headers['x-amz-target'] ?? ''), body: body.toString('utf8'), status: answer.statusCode ?? 0 })
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      onward.on('error', (error) => outgoing.writeHead(502).end(error.message))
      onward.end(body)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () => new Promise((done) => {
      server.close(() => done())
      server.closeAllConnections()
    }),
  }
}
