// What Node says of a connection: refused in words where somebody can hear them, and never in the middle of another answer.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { answerParserErrors, type RefusedRequest } from '../../../src/platform/local/parser-errors.ts'

const told: RefusedRequest[] = []
let release: () => void = () => undefined
const server: Server = createServer((message, response) => {
  errors.note(message, response)
  if (message.url === '/begun') response.write('begun')
  release = () => response.end('done')
  if (message.url === '/now') release()
})
const errors = answerParserErrors(server, (request) => {
  told.push(request)
  return Promise.resolve({ status: request.refused.status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(request.refused.toBody()) })
})
await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
after(() => new Promise((done) => {
  server.close(done)
  server.closeAllConnections()
}))

interface Line {
  theirs: Socket
  ours: Socket
  ended: Promise<string>
}

async function open(text = ''): Promise<Line> {
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const theirs = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let got = ''
  const ended = new Promise<string>((resolve) => theirs.on('data', (chunk: Buffer) => (got += chunk.toString())).on('error', () => undefined).on('close', () => resolve(got)))
  const ours = await accepted
  if (text !== '') {
    const heard = new Promise((resolve) => server.once('request', resolve))
    theirs.write(text)
    await heard
  }
  return { theirs, ours, ended }
}

const fail = (ours: Socket, code: string): boolean => server.emit('clientError', Object.assign(new Error(code), { code }), ours)

test('what comes too slowly is 408, also where only its body does', async () => {
  told.length = 0
  const silent = await open()
  fail(silent.ours, 'ERR_HTTP_REQUEST_TIMEOUT')
  assert.match(await silent.ended, /^HTTP\/1\.1 408 [^]*connection: close[^]*"error":"REQUEST_TIMEOUT"/)
  const slow = await open('POST /slow?a=b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab')
  fail(slow.ours, 'ERR_HTTP_REQUEST_TIMEOUT')
  assert.match(await slow.ended, /^HTTP\/1\.1 408 /)
  assert.deepEqual(told.map(({ method, path, sourceIp }) => [method, path, sourceIp]), [['-', '-', '127.0.0.1'], ['POST', '/slow', '127.0.0.1']])
})

test('a connection that failed is not answered, and a refusal comes once', async () => {
  told.length = 0
  const gone = await open()
  fail(gone.ours, 'ECONNRESET')
  assert.equal(await gone.ended, '')
  const twice = await open()
  fail(twice.ours, 'HPE_INVALID_METHOD')
  fail(twice.ours, 'HPE_INVALID_METHOD')
  assert.equal((await twice.ended).match(/HTTP\/1\.1 /g)?.length, 1)
  assert.equal(told.length, 1)
})

test('an answer that has begun is not mixed with another one, and one that is due comes first', async () => {
  const begun = await open('POST /begun HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab')
  fail(begun.ours, 'HPE_INVALID_CHUNK_SIZE')
  release()
  assert.doesNotMatch(await begun.ended, /400|MALFORMED/)
  const due = await open('GET /due HTTP/1.1\r\nHost: localhost\r\n\r\n')
  fail(due.ours, 'HPE_INVALID_METHOD')
  release()
  assert.match(await due.ended, /^HTTP\/1\.1 200 [^]*done[^]*HTTP\/1\.1 400 [^]*MALFORMED_REQUEST/)
})
