// The door of the embedded DynamoDB: only who holds the secret of this process is let in, and no page of a browser.
import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32 } from 'node:zlib'
import type { DynamoAnswer } from './call-dynamo.ts'
import type { Answer } from './calls/own-calls.ts'
import { type DynamoCredentials, isSignedBy } from './verify-signature.ts'

// DynamoDB takes 16 MB at most in one call.
const maxBytes = 16 * 1024 * 1024

/** Puts the door before what a server does with requests, and calls of our own beside it; gives what the server did, for who is inside already. */
export function guard(server: Server, { credentials, own }: { credentials: DynamoCredentials; own: Answer }): RequestListener {
  const [inner] = server.listeners('request') as [RequestListener]
  server.removeAllListeners('request')
  server.on('request', (message: IncomingMessage, response: ServerResponse) => {
    void admit(message, { server, credentials }).then(
      (body) => {
        if (typeof body === 'string') return refuse(response, body)
        const answered = own(String(message.headers['x-amz-target']), body)
        return answered === undefined ? handOn({ message, response, body }, inner) : answered.then((answer) => send(response, answer))
      },
      () => response.destroy(),
    )
  })
  return inner
}

// The body of who may come in, else the reason why not.
async function admit(message: IncomingMessage, { server, credentials }: { server: Server; credentials: DynamoCredentials }): Promise<Buffer | string> {
  const { headers, method, url } = message
  // A page of a browser sends it, and has no business here, whatever it signs with.
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) return 'pages of a browser may not call it'
  if (!isOwnHost(headers.host, (server.address() as AddressInfo).port)) return 'it answers to the address of this machine only'
  if (method !== 'POST' || url !== '/') return 'it takes calls of DynamoDB only'
  if (headers.authorization === undefined) return 'the call is not signed'
  const body = await readBody(message)
  if (body === undefined) return 'the call is too large'
  return isSignedBy({ method, headers, body }, credentials) ? body : 'the call is not signed with the credentials of the process that runs it, or too long ago'
}

// Another name for this address is one that a page of a browser was made to resolve to it.
function isOwnHost(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`
}

function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    message.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else resolve(undefined)
    })
    message.on('end', () => resolve(Buffer.concat(chunks)))
    message.on('error', reject)
    message.on('close', () => {
      if (!message.complete) reject(new Error('the caller went away'))
    })
  })
}

function refuse(response: ServerResponse, reason: string): void {
  const text = JSON.stringify({ __type: 'com.amazon.coral.service#UnrecognizedClientException', message: `This is the embedded DynamoDB of a klue project: ${reason}` })
  // What comes of the body is read and forgotten; the connection ends with the answer.
  response.writeHead(403, { 'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(text), connection: 'close' })
  response.end(text)
}

function send(response: ServerResponse, { status, text }: DynamoAnswer): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(text), 'x-amz-crc32': crc32(text), 'x-amzn-requestid': randomUUID() })
  response.end(text)
}

// The body was read here already: the handler gets it as if it came now.
function handOn({ message, response, body }: { message: IncomingMessage; response: ServerResponse; body: Buffer }, handler: RequestListener): void {
  const again = Object.assign(new EventEmitter(), { method: message.method, url: message.url, headers: message.headers })
  handler(again as unknown as IncomingMessage, response as never)
  again.emit('data', body)
  again.emit('end')
}
