// Servers that take messages as the real ones do, with their limits, and keep what they got.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type { Surroundings } from '../../src/reports/index.ts'

export interface Got {
  path: string
  headers: IncomingHttpHeaders
  text: string
}

export interface Answer {
  status: number
  headers?: Record<string, string>
  text?: string
}

export interface Receiver {
  url: string
  got: Got[]
  close(): Promise<void>
}

/** Time that only passes where somebody waits. */
export interface Clock extends Surroundings {
  waits: number[]
}

export function stoppedClock(): Clock {
  let now = Date.parse('2026-03-01T12:00:02Z')
  const waits: number[] = []
  return {
    fetch: globalThis.fetch,
    waits,
    now: () => now,
    async pause(milliseconds) {
      waits.push(Math.round(milliseconds))
      now += milliseconds
    },
  }
}

/** A server that answers as it is told to, `hang up` for a connection that ends. */
export async function startReceiver(answer: (got: Got, index: number) => Answer | 'hang up' | Promise<Answer>): Promise<Receiver> {
  const got: Got[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => (text += part))
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, text }
      got.push(one)
      const reply = answer(one, got.length - 1)
      if (reply === 'hang up') return void request.socket.destroy()
      void Promise.resolve(reply).then(({ status, headers, text: body }) => response.writeHead(status, headers).end(body ?? ''))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    got,
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

/** Slack with its limits, on a clock: `/hook` is a webhook, `/api/chat.postMessage` wants a token and a channel. */
export async function startSlack(clock: Clock, taken: Record<string, unknown>[]): Promise<Receiver> {
  let last = Number.NEGATIVE_INFINITY
  return await startReceiver(({ path, headers, text }) => {
    if (clock.now() - last < 1000) return { status: 429, headers: { 'retry-after': '1' }, text: 'ratelimited' }
    last = clock.now()
    const isBot = path === '/api/chat.postMessage'
    const refuse = (error: string): Answer => (isBot ? { status: 200, text: JSON.stringify({ ok: false, error }) } : { status: 400, text: error })
    if (!isBot && path !== '/hook') return { status: 404, text: 'no_service' }
    if (isBot && headers.authorization !== 'Bearer xoxb-test') return refuse('invalid_auth')
    if (headers['content-type']?.startsWith('application/json') !== true) return refuse('invalid_payload')
    const message = JSON.parse(text) as Record<string, unknown>
    if (isBot && message['channel'] !== '#errors') return refuse('channel_not_found')
    const fault = slackFault(message)
    if (fault !== undefined) return refuse(fault)
    taken.push(message)
    return { status: 200, text: isBot ? '{"ok":true}' : 'ok' }
  })
}

/** What Slack's reference of blocks and of chat.postMessage says: the fault of a message, or undefined. */
export function slackFault({ text, blocks }: Record<string, unknown>): string | undefined {
  if (typeof text !== 'string' || text === '' || text.length > 40_000) return 'no_text'
  if (!Array.isArray(blocks) || blocks.length === 0 || blocks.length > 50) return 'invalid_blocks'
  const isText = (value: unknown, limit: number): boolean => {
    const part = value as { type?: unknown; text?: unknown } | undefined
    return part?.type === 'mrkdwn' && typeof part.text === 'string' && part.text.length > 0 && part.text.length <= limit
  }
  for (const block of blocks as Record<string, unknown>[]) {
    const [fields, elements] = [block['fields'] as unknown[] | undefined, block['elements'] as unknown[] | undefined]
    if (block['type'] === 'context' && elements !== undefined && elements.length >= 1 && elements.length <= 10 && elements.every((one) => isText(one, 3000))) continue
    if (block['type'] === 'section' && block['text'] !== undefined && isText(block['text'], 3000)) continue
    if (block['type'] === 'section' && fields !== undefined && fields.length >= 1 && fields.length <= 10 && fields.every((one) => isText(one, 2000))) continue
    return 'invalid_blocks'
  }
  return undefined
}

export interface Mailbox {
  url: string
  /** Messages as they came: headers and parts. */
  mails: string[]
  close(): Promise<void>
}

/** An SMTP server that wants a log-in; `refuse` may turn a message away. */
export async function startSmtp(refuse: (index: number) => { code: number; text: string } | undefined = () => undefined): Promise<Mailbox> {
  const mails: string[] = []
  let tries = 0
  const server = new SMTPServer({
    authOptional: false,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) => (username === 'klue' && password === 'correct horse' ? done(null, { user: username }) : done(Object.assign(new Error('no'), { responseCode: 535 }))),
    onData(stream, _session, done) {
      let text = ''
      stream.setEncoding('utf8').on('data', (part: string) => (text += part))
      stream.on('end', () => {
        const refusal = refuse((tries += 1))
        if (refusal !== undefined) return done(Object.assign(new Error(refusal.text), { responseCode: refusal.code }))
        mails.push(text)
        done()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.server.address() as AddressInfo
  return { url: `smtp://klue:${encodeURIComponent('correct horse')}@127.0.0.1:${port}`, mails, close: () => new Promise((resolve) => server.close(() => resolve())) }
}
