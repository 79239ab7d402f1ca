// What never reaches an operation is answered in the error model, with a line that is counted: bad HTTP, foreign hosts, expectations, time.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, beforeEach, test } from 'node:test'
import { startServer } from '../../src/dev/index.ts'
import { readLine } from '../../src/telemetry/read-line.ts'
import { toLine } from '../../src/runtime/edge.ts'
import { apiDocument, type LooseHandlers, openApi, operation } from '../runtime/service-fixture.ts'

const { answer, log } = await openApi(apiDocument({ '/echo': { post: operation('echo', { requestBody: { content: { 'text/plain': { schema: { type: 'string' } } } } }), get: operation('ask') } }), { handlers: { echo: ({ body }: { body: unknown }) => ({ body }), ask: () => ({ asked: true }) } as unknown as LooseHandlers })
const server = await startServer({ port: 0, bodyLimitBytes: () => 1000, answer, hosts: () => ['app.test', '*.dev.test'] })
after(() => server.close(0))
beforeEach(() => void (log.length = 0))

function send(text: string | Uint8Array): Promise<string> {
  const socket = connect(server.port, '127.0.0.1')
  let got = ''
  socket.on('data', (chunk: Buffer) => (got += chunk.toString('latin1'))).on('error', () => undefined)
  socket.write(text)
  return new Promise((resolve) => socket.on('close', () => resolve(got)))
}

interface Answered {
  status: number
  head: string
  body: Record<string, unknown>
}

function parse(text: string): Answered {
  const [head, body] = text.split('\r\n\r\n') as [string, string]
  return { status: Number(head.slice(9, 12)), head: head.toLowerCase(), body: JSON.parse(body) as Record<string, unknown> }
}

const host = 'Host: localhost\r\n'
const bad: [string, string, number, string][] = [
  ['no HTTP at all', 'NONSENSE\r\n\r\n', 400, 'MALFORMED_REQUEST'],
  ['another protocol', '\x16\x03\x01\x02\x00\x01\x00', 400, 'MALFORMED_REQUEST'],
  ['another version', `GET /echo HTTP/9.9\r\n${host}\r\n`, 400, 'MALFORMED_REQUEST'],
  ['no Host', 'GET /echo HTTP/1.1\r\n\r\n', 400, 'MALFORMED_REQUEST'],
  ['two Hosts', `GET /echo HTTP/1.1\r\n${host}HOST: evil.test\r\n\r\n`, 400, 'MALFORMED_REQUEST'],
  ['a bad header', `GET /echo HTTP/1.1\r\n${host}Bad Header: x\r\n\r\n`, 400, 'MALFORMED_REQUEST'],
  ['a header with a zero', `GET /echo HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`, 400, 'MALFORMED_REQUEST'],
  ['two lengths', `POST /echo HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`, 400, 'MALFORMED_REQUEST'],
  ['length and chunks', `POST /echo HTTP/1.1\r\n${host}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400, 'MALFORMED_REQUEST'],
  ['a bad chunk', `POST /echo?token=abc HTTP/1.1\r\n${host}Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`, 400, 'MALFORMED_REQUEST'],
  ['chunk extensions without end', `POST /echo HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\na\r\n0\r\n\r\n`, 413, 'PAYLOAD_TOO_LARGE'],
  ['headers without end', `GET /echo HTTP/1.1\r\n${host}X: ${'x'.repeat(300_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
  ['an expectation', `POST /echo HTTP/1.1\r\n${host}Expect: a-miracle\r\nContent-Length: 1\r\n\r\nx`, 417, 'EXPECTATION_FAILED'],
  ['a tunnel', `CONNECT localhost:1 HTTP/1.1\r\n${host}\r\n`, 405, 'METHOD_NOT_ALLOWED'],
  ['a foreign Host', 'GET /echo HTTP/1.1\r\nHost: evil.test\r\n\r\n', 421, 'MISDIRECTED_REQUEST'],
  ['a foreign host in the line', `GET http://evil.test/echo HTTP/1.1\r\n${host}\r\n`, 421, 'MISDIRECTED_REQUEST'],
  ['a Host that only looks like this machine', 'GET /echo HTTP/1.1\r\nHost: localhost@evil.test\r\n\r\n', 421, 'MISDIRECTED_REQUEST'],
  ['no Host in HTTP/1.0', 'GET /echo HTTP/1.0\r\n\r\n', 421, 'MISDIRECTED_REQUEST'],
]

for (const [title, text, status, code] of bad) {
  test(`${title} is ${status} ${code}, with one counted line`, async () => {
    const answered = parse(await send(Buffer.from(text, 'latin1')))
    assert.deepEqual([answered.status, answered.body['status'], answered.body['error']], [status, status, code])
    assert.equal(typeof answered.body['error_description'], 'string')
    assert.match(answered.head, /\r\nconnection: close/)
    assert.match(answered.head, /\r\ncontent-type: application\/json/)
    assert.deepEqual(log.map(({ kind, status: noted, error, error_id: id }) => [kind, noted, error, id]), [['request', status, code, answered.body['error_id']]])
    const read = readLine({ id: 'a', timestamp: 1, message: toLine(log[0]!) })
    assert.equal(read.kind === 'request' ? read.request.status : read.kind, status)
  })
}

test('a line names the request where it could be read, without its query', async () => {
  await send(`POST /echo?token=abc HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nzz\r\n`)
  await send(`GET /echo?token=abc HTTP/1.1\r\n${host}Bad Header: x\r\n\r\n`)
  await send('\0\0\0\0\r\n\r\n')
  assert.deepEqual(log.map(({ method, path, query }) => [method, path, query]), [['POST', '/echo', undefined], ['GET', '/echo', undefined], ['-', '-', undefined]])
})

test('what was asked before is answered before, and what comes behind a refusal is not', async () => {
  const text = await send(`GET /echo HTTP/1.1\r\n${host}\r\nGET /echo HTTP/1.1\r\n${host}\r\nNONSENSE\r\n\r\nGET /echo HTTP/1.1\r\n${host}\r\n`)
  assert.deepEqual([...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status), ['200', '200', '400'])
  assert.equal(log.length, 3)
})

test('hosts of this machine and configured ones are answered', async () => {
  for (const name of ['localhost', 'LOCALHOST:1', 'a.localhost', '127.0.0.1', '127.9.9.9:80', '[::1]:8080', 'app.test', 'x.dev.test:443']) {
    assert.match(await send(`GET /echo HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 200 /, name)
  }
  assert.match(await send('GET http://app.test/echo HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 200 /)
})
