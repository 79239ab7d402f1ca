// Connections of the kit's own to DynamoDB: ingest makes so many small calls that node:http would be most of its work.
import type { Socket } from 'node:net'
import { AnswerReader } from './http-answer.ts'
import { type AwsAnswer, type AwsRequest, type Connections, connectMs, endedBySignal, lateError } from './send.ts'

/** Connections as `openConnections` has them, without node:http: one request after the other over each, one write for a request. */
export function openPlainConnections(mostSockets: number): Connections {
  const pools = new Map<string, Pool>()
  return {
    send: (request, limitMs, signal) => new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(endedBySignal(signal))
      const { origin } = request.url
      let pool = pools.get(origin)
      if (pool === undefined) pools.set(origin, (pool = new Pool(request.url, mostSockets)))
      pool.add(exchangeOf({ request, limitMs, signal, resolve, reject }))
    }),
    close() {
      for (const pool of pools.values()) pool.close()
      pools.clear()
    },
  }
}

interface Exchange {
  /** What is written: the head, and the body with it where that is text. */
  written: string
  bytes: Uint8Array | undefined
  limitMs: number
  /** Whether it was answered or given up; it is done once. */
  isDone: boolean
  /** Ends the connection that it is on. */
  drop: (() => void) | undefined
  resolve(answer: AwsAnswer): void
  reject(error: unknown): void
}

function exchangeOf({ request, limitMs, signal, resolve, reject }: { request: AwsRequest; limitMs: number; signal: AbortSignal | undefined; resolve(answer: AwsAnswer): void; reject(error: unknown): void }): Exchange {
  const { body } = request
  const written = typeof body === 'string' ? headOf(request) + body : headOf(request)
  const end = (): void => give(() => reject(endedBySignal(signal!)), true)
  const timer = setTimeout(() => give(() => reject(lateError('no answer', limitMs)), true), limitMs)
  const give = (settle: () => void, isLost: boolean): void => {
    if (exchange.isDone) return
    exchange.isDone = true
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
    settle()
    if (isLost) exchange.drop?.()
  }
  const exchange: Exchange = { written, bytes: typeof body === 'string' ? undefined : body, limitMs, isDone: false, drop: undefined, resolve: (answer) => give(() => resolve(answer), false), reject: (error) => give(() => reject(error), false) }
  signal?.addEventListener('abort', end, { once: true })
  return exchange
}

function headOf({ method, url, headers, body }: AwsRequest): string {
  let head = `${method} ${url.pathname}${url.search} HTTP/1.1\r\n`
  if (headers['host'] === undefined) head += `host: ${url.host}\r\n`
  for (const name of Object.keys(headers)) {
    const value = headers[name]!
    // Another line would be another header.
    if (/[\r\n]/.test(value)) throw new Error(`the header ${name} has more than one line`)
    head += `${name}: ${value}\r\n`
  }
  return `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n`
}

class Pool {
  readonly #url: URL
  readonly #most: number
  readonly #open = new Set<Connection>()
  readonly #idle: Connection[] = []
  readonly #waiting: Exchange[] = []
  #session: Buffer | undefined

  constructor(url: URL, most: number) {
    this.#url = url
    this.#most = most
  }

  add(exchange: Exchange): void {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) if (idle.take(exchange)) return
    if (this.#open.size >= this.#most) return void this.#waiting.push(exchange)
    const connection = new Connection(socketTo(this.#url, this.#session), { free: (own) => this.#free(own), ended: (own) => this.#ended(own), session: (session) => (this.#session = session) })
    this.#open.add(connection)
    connection.take(exchange)
  }

  close(): void {
    for (const connection of this.#open) connection.end()
  }

  #free(connection: Connection): void {
    this.#idle.push(connection)
    this.#next()
  }

  #ended(connection: Connection): void {
    this.#open.delete(connection)
    const place = this.#idle.indexOf(connection)
    if (place >= 0) this.#idle.splice(place, 1)
    this.#next()
  }

  #next(): void {
    for (let exchange = this.#waiting.shift(); exchange !== undefined; exchange = this.#waiting.shift()) if (!exchange.isDone) return this.add(exchange)
  }
}

interface Owner {
  free(connection: Connection): void
  ended(connection: Connection): void
  session(session: Buffer): void
}

class Connection {
  readonly #socket: Socket
  readonly #owner: Owner
  #exchange: Exchange | undefined
  #reader = new AnswerReader()
  #failure: Error | undefined
  /** Epoch milliseconds from which the other side may end it. */
  #goodUntil = Number.POSITIVE_INFINITY

  constructor(socket: Socket, owner: Owner) {
    this.#socket = socket
    this.#owner = owner
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
    socket.on('session', (session: Buffer) => owner.session(session))
    socket.on('error', (error) => (this.#failure ??= error))
    // Nobody writes to a half of a connection.
    socket.on('end', () => socket.destroy())
    socket.on('close', () => this.#closed())
  }

  /** Sends a request; false where the connection may not last for it. */
  take(exchange: Exchange): boolean {
    const socket = this.#socket
    if (socket.destroyed || Date.now() >= this.#goodUntil) return socket.destroy(), false
    this.#exchange = exchange
    this.#reader = new AnswerReader()
    exchange.drop = () => socket.destroy()
    socket.ref()
    if (socket.connecting) this.#awaitConnection(exchange)
    if (exchange.bytes === undefined) socket.write(exchange.written)
    else {
      socket.cork()
      socket.write(exchange.written)
      socket.write(exchange.bytes)
      socket.uncork()
    }
    return true
  }

  end(): void {
    this.#socket.destroy()
  }

  #awaitConnection({ limitMs }: Exchange): void {
    const most = Math.min(limitMs, connectMs)
    const timer = setTimeout(() => this.#socket.destroy(lateError('no connection', most)), most)
    for (const event of ['connect', 'close']) this.#socket.once(event, () => clearTimeout(timer))
  }

  #read(bytes: Buffer): void {
    const exchange = this.#exchange
    // Nobody asked for it.
    if (exchange === undefined) return void this.#socket.destroy()
    try {
      const answer = this.#reader.read(bytes)
      if (answer !== undefined) this.#done(exchange, answer)
    } catch (error) {
      this.#socket.destroy(error as Error)
    }
  }

  #done(exchange: Exchange, answer: AwsAnswer): void {
    this.#exchange = undefined
    exchange.drop = undefined
    exchange.resolve(answer)
    if (!this.#reader.isReusable) return void this.#socket.destroy()
    const seconds = /\btimeout=(\d+)/.exec(String(answer.headers['keep-alive'] ?? ''))?.[1]
    if (seconds !== undefined) this.#goodUntil = Date.now() + Number(seconds) * 1000 - 1000
    // What nobody waits for keeps no process alive.
    this.#socket.unref()
    this.#owner.free(this)
  }

  #closed(): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    const answer = exchange === undefined || this.#failure !== undefined ? undefined : this.#reader.end()
    if (answer === undefined) exchange?.reject(this.#failure ?? Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }))
    else exchange!.resolve(answer)
    this.#owner.ended(this)
  }
}

function socketTo(url: URL, session: Buffer | undefined): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.protocol === 'http:') return process.getBuiltinModule('node:net').connect({ host, port: Number(url.port || 80), noDelay: true })
  const { isIP } = process.getBuiltinModule('node:net')
  const socket = process.getBuiltinModule('node:tls').connect({ host, port: Number(url.port || 443), ALPNProtocols: ['http/1.1'], ...(isIP(host) === 0 ? { servername: host } : {}), ...(session === undefined ? {} : { session }) })
  return socket.setNoDelay(true)
}
