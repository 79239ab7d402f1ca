// What Node's HTTP parser refuses, answered in the error model instead of with an empty body, and told to whoever keeps the log.
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import * as listenerCodes from '../../errors/listener-codes.ts'
import { catalog, type HttpError } from '../../errors/index.ts'

/** What of a refused request is known; `-` stands for what is not. */
export interface RefusedRequest {
  method: string
  path: string
  sourceIp: string
  refused: HttpError
}

/** Makes the answer to a refused request. */
export type Refused = (request: RefusedRequest) => Promise<{ status: number; headers: Record<string, string>; body: string | Uint8Array }>

// The caller may still be sending: a connection that is closed at once takes the answer with it.
const lingerMs = 500
const unknown = { method: '-', path: '-' }

interface Current {
  message: IncomingMessage
  response: ServerResponse
}

/** Answers them from now on; `note` has to hear of each request. */
export function answerParserErrors(server: Server, refuse: Refused): { note(message: IncomingMessage, response: ServerResponse): void } {
  const current = new WeakMap<object, Current>()
  const refused = new WeakSet<object>()
  server.on('clientError', (error: ParserError, socket: Socket) => {
    // What comes behind a refused request is refused with it.
    if (refused.has(socket)) return
    refused.add(socket)
    const reason = reasonOf(error)
    if (reason === undefined || !socket.writable) return void socket.destroy()
    void answer({ socket, error, reason, current: current.get(socket), refuse }).catch(() => socket.destroy())
  })
  server.on('connect', (message: IncomingMessage, socket: Socket) => {
    const reason = catalog.METHOD_NOT_ALLOWED('CONNECT opens a tunnel, which this server does not offer', { headers: { allow: 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT' } })
    void refuse({ method: 'CONNECT', path: (message.url ?? '-').slice(0, 1000), sourceIp: addressOf(socket), refused: reason }).then((answered) => write(socket, answered)).catch(() => socket.destroy())
    socket.on('error', () => socket.destroy())
  })
  return { note: (message, response) => void current.set(message.socket, { message, response }) }
}

type ParserError = NodeJS.ErrnoException & { rawPacket?: Buffer; reason?: string }

// Undefined where the connection failed, and nobody hears an answer.
function reasonOf({ code = '', reason }: ParserError): HttpError | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return listenerCodes.REQUEST_TIMEOUT()
  if (code === 'HPE_HEADER_OVERFLOW') return listenerCodes.HEADERS_TOO_LARGE()
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return catalog.PAYLOAD_TOO_LARGE('The extensions of a chunk of the body are larger than the server reads')
  return code.startsWith('HPE_') ? listenerCodes.MALFORMED_REQUEST(reason === undefined ? undefined : `The request is not valid HTTP: ${reason}`) : undefined
}

interface ToAnswer {
  socket: Socket
  error: ParserError
  reason: HttpError
  current: Current | undefined
  refuse: Refused
}

async function answer({ socket, error, reason, current, refuse }: ToAnswer): Promise<void> {
  const isOwnBody = current !== undefined && !current.message.complete
  // What was asked before is answered before; of a request whose answer has begun, no second one may come.
  if (current !== undefined && !current.response.closed && (!isOwnBody || current.response.headersSent)) await new Promise((resolve) => current.response.once('close', resolve))
  if (isOwnBody && current.response.headersSent) return void socket.destroy()
  const names = isOwnBody ? { method: current.message.method ?? '-', path: (current.message.url ?? '-').split('?', 1)[0]!.slice(0, 1000) } : current === undefined ? namesIn(error.rawPacket) : unknown
  write(socket, await refuse({ ...names, sourceIp: addressOf(socket), refused: reason }))
}

// The line of the request, where it is there: what follows it was refused.
function namesIn(packet: Buffer | undefined): { method: string; path: string } {
  const line = /^([A-Z]{1,20}) ([!-~]{1,1000}) HTTP\/\d\.\d\r?\n/.exec(packet?.subarray(0, 1100).toString('latin1') ?? '')
  return line === null ? unknown : { method: line[1]!, path: line[2]!.split('?', 1)[0]! }
}

function write(socket: Socket, { status, headers, body }: Awaited<ReturnType<Refused>>): void {
  if (!socket.writable) return void socket.destroy()
  const all = { ...headers, 'content-length': String(Buffer.byteLength(body)), date: new Date().toUTCString(), connection: 'close' }
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n${Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
  socket.end(body)
  socket.resume()
  socket.once('end', () => socket.destroy())
  setTimeout(() => socket.destroy(), lingerMs).unref()
}

function addressOf(socket: Socket): string {
  return socket.remoteAddress ?? ''
}
