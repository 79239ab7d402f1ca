// What arrives at the local server over raw sockets, well-formed or not, leaves it answering.
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import * as fc from 'fast-check'
import { startServer } from '../../src/dev/index.ts'
import { apiDocument, type LooseHandlers, openApi, operation } from '../runtime/service-fixture.ts'

const { answer, log } = await openApi(apiDocument({ '/echo': { post: operation('echo', { requestBody: { content: { 'text/plain': { schema: { type: 'string' } } } } }), get: operation('ask') } }), { handlers: { echo: ({ body }: { body: unknown }) => ({ body }), ask: () => ({ asked: true }) } as unknown as LooseHandlers })
const server = await startServer({ port: 0, bodyLimitBytes: () => 1000, answer })
after(() => server.close(0))
// Node ends a connection whose caller has said its last word and is not answered at once: parts that load with the first request must be there.
await answer({ method: 'GET', path: '/echo', query: '', headers: {}, sourceIp: '' })
log.length = 0

interface Line {
  socket: Socket
  /** Everything that came, once the server has ended the connection. */
  ended: Promise<string>
  /** Waits until what came matches. */
  until(pattern: RegExp): Promise<string>
}

async function open(): Promise<Line> {
  const socket = connect(server.port, '127.0.0.1')
  let text = ''
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(text)))
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('connect', resolve))
  const until = (pattern: RegExp): Promise<string> => new Promise((resolve, reject) => {
    const look = (): void => {
      if (pattern.test(text)) resolve(text)
    }
    socket.on('data', look)
    socket.on('close', () => (pattern.test(text) ? resolve(text) : reject(new Error(`ended after ${JSON.stringify(text)}`))))
    look()
  })
  return { socket, ended, until }
}

async function whole(text: string | Uint8Array): Promise<string> {
  const { socket, ended } = await open()
  socket.end(text)
  return ended
}

const statusesOf = (text: string): number[] => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)).filter((status) => status >= 200)
const get = 'GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

async function assertAlive(): Promise<void> {
  assert.match(await whole(get), /^HTTP\/1\.1 200 [^]*\{"asked":true\}$/)
}

test('bad HTTP is refused with 400, 405 or 431, or ends the connection', async () => {
  const lines = ['\r\n\r\n', 'NONSENSE\r\n\r\n', 'GET\r\n\r\n', 'GET /echo HTTP/9.9\r\nHost: localhost\r\n\r\n', 'GET /echo HTTP/1.1\r\n\r\n', 'GET /echo HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n', 'GET /echo HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n', `GET /echo HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n', 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx', 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n', '\x16\x03\x01\x02\x00', `GET /${'\xff'.repeat(10)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`]
  for (const line of lines) {
    const statuses = statusesOf(await whole(Buffer.from(line, 'latin1')))
    assert.ok(statuses.every((status) => [400, 404, 405, 431].includes(status)), `${JSON.stringify(line.slice(0, 60))}: ${statuses.join()}`)
    await assertAlive()
  }
})

test('requests one behind the other on a connection are answered in their order', async () => {
  const post = (text: string): string => `POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`
  const text = await whole(`${post('one')}${post('two')}GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n${post('three')}${get}`)
  assert.deepEqual(statusesOf(text), [200, 200, 404, 200, 200])
  assert.deepEqual([...text.matchAll(/\{"body":"(\w+)"\}/g)].map(([, word]) => word), ['one', 'two', 'three'])
})

test('a body that comes slowly, in chunks or byte by byte, is read as one', async () => {
  const { socket, ended } = await open()
  for (const part of ['POST /ec', 'ho HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-', 'Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n', '3\r\nab', 'c\r\n1;x=y\r\nd\r\n', '0\r\n', 'Trailer: x\r\n\r\n']) {
    await new Promise<void>((resolve) => socket.write(part, () => setImmediate(resolve)))
  }
  assert.match(await ended, /\{"body":"abcd"\}/)
})

test('a body above the limit is 413, also where it never ends', async () => {
  const { socket, until } = await open()
  socket.write('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n')
  socket.write(`7d0\r\n${'x'.repeat(2000)}\r\n`)
  assert.match(await until(/PAYLOAD_TOO_LARGE/), /^HTTP\/1\.1 413 /)
  socket.destroy()
  await assertAlive()
})

test('callers that go away in the middle of anything take nothing with them', async () => {
  const request = 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n0123456789'
  for (let end = 1; end < request.length; end += 3) {
    const { socket, ended } = await open()
    await new Promise((resolve) => socket.write(request.slice(0, end), resolve))
    socket.destroy()
    await ended
  }
  await assertAlive()
})

test('an upgrade that nobody offers is an ordinary request, and so is one that expects a go-ahead', async () => {
  assert.deepEqual(statusesOf(await whole('GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nUpgrade: websocket\r\n\r\n')), [200])
  assert.deepEqual(statusesOf(await whole('POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx')), [200])
})

test('any bytes leave the server answering', async () => {
  const piece = fc.oneof(fc.constantFrom('GET ', 'POST ', '/echo', ' HTTP/1.1\r\n', '\r\n', '\r\n\r\n', 'Host: a', 'Content-Length: 5', 'Content-Length: 99999999999', 'Transfer-Encoding: chunked', 'Transfer-Encoding: gzip', 'Cookie: a=b', ':', '\n', '\0', '5\r\nabcde\r\n', '0\r\n\r\n', '%', '%E0', '?a=', 'Connection: keep-alive', 'Expect: 100-continue', 'Expect: x'), fc.string({ unit: 'binary' }))
  await fc.assert(fc.asyncProperty(fc.array(piece, { maxLength: 14 }), async (pieces) => {
    const text = await whole(Buffer.from(pieces.join(''), 'latin1'))
    for (const status of statusesOf(text)) assert.ok(status < 600)
    // Whatever was refused, it was refused in words.
    assert.equal(text.match(/"error":"[A-Z_]+"/g)?.length ?? 0, statusesOf(text).filter((status) => status >= 400).length, JSON.stringify(text))
    log.length = 0
  }), { numRuns: 500 })
  await assertAlive()
})
