// Connections of the kit's own: whatever way an answer comes it is read, what is none is refused, and nothing waits for ever.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createSecureServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { openPlainConnections } from '../../src/platform/aws/plain-connections.ts'
import type { AwsAnswer } from '../../src/platform/aws/index.ts'
import { certificateOfLocalhost } from './certificate.ts'

interface Peer {
  url: URL
  /** The requests that came whole, each as text. */
  seen: string[]
  connections: number
}

// `answer` gets the socket of each whole request.
async function startPeer(context: TestContext, answer: (socket: Socket, request: string) => void): Promise<Peer> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    peer.connections += 1
    sockets.add(socket)
    let text = ''
    socket.on('error', () => undefined).on('data', (bytes) => {
      text += bytes.toString('latin1')
      const length = Number(/content-length: (\d+)/.exec(text)?.[1] ?? Number.NaN)
      const end = text.indexOf('\r\n\r\n') + 4 + length
      if (!(text.length >= end)) return
      const request = text.slice(0, end)
      text = text.slice(end)
      peer.seen.push(request)
      answer(socket, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const peer: Peer = { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a?b=c`), seen: [], connections: 0 }
  context.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return peer
}

function open(context: TestContext, most: number = 4): (url: URL, body?: string | Uint8Array, more?: { limitMs?: number; signal?: AbortSignal }) => Promise<AwsAnswer> {
  const connections = openPlainConnections(most)
  context.after(() => connections.close())
  return (url, body = '{}', { limitMs = 30_000, signal } = {}) => connections.send({ method: 'POST', url, headers: { 'x-what': 'ever' }, body }, limitMs, signal)
}

const whole = 'HTTP/1.1 200 OK\r\nX-Id: 7\r\nContent-Length: 8\r\n\r\n{"ä":1}'
const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;of=x\r\n{"a"\r\n3\r\n:1}\r\n0\r\nTrailer: 1\r\n\r\n'

test('an answer is read however it comes: in one piece, byte by byte, in chunks, after others, until the end', async (context) => {
  const cases: [bytes: string, text: string, isKept: boolean][] = [
    [whole, '{"ä":1}', true], [chunked, '{"a":1}', true], [`HTTP/1.1 100 Continue\r\n\r\n${whole}`, '{"ä":1}', true], ['HTTP/1.1 204 No Content\r\n\r\n', '', true],
    ['HTTP/1.1 200 OK\r\n\r\n{"until":1}', '{"until":1}', false], ['HTTP/1.1 400\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}', '{}', false], ['HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\n{}', '{}', false],
  ]
  for (const [bytes, text, isKept] of cases) {
    for (const isInPieces of [false, true]) {
      const peer = await startPeer(context, (socket) => {
        const all = Buffer.from(bytes)
        if (isInPieces) for (const byte of all) socket.write(Buffer.from([byte]))
        else socket.write(all)
        if (text.includes('until')) socket.end()
      })
      const send = open(context)
      for (let index = 0; index < 2; index++) {
        const answer = await send(peer.url)
        assert.deepEqual([answer.text, answer.bytes?.toString()], [text, text], bytes)
        assert.equal(answer.status, Number(bytes.match(/ ([24]0[04])/)![1]), bytes)
      }
      assert.equal(peer.connections, isKept ? 1 : 2, bytes)
    }
  }
})

test('a request goes out as HTTP has it, text and bytes, and names of headers are in small letters', async (context) => {
  const peer = await startPeer(context, (socket) => socket.write(whole))
  const send = open(context)
  assert.equal((await send(peer.url, '{"ü":1}')).headers['x-id'], '7')
  await send(peer.url, Buffer.from('bytes'))
  const head = (length: number): string => `POST /a?b=c HTTP/1.1\r\nhost: ${peer.url.host}\r\nx-what: ever\r\ncontent-length: ${length}\r\n\r\n`
  assert.deepEqual(peer.seen, [`${head(8)}${Buffer.from('{"ü":1}').toString('latin1')}`, `${head(5)}bytes`])
  await assert.rejects(openPlainConnections(1).send({ method: 'POST', url: peer.url, headers: { a: 'b\r\nc: d' }, body: '' }, 1000), /the header a has more than one line/)
})

test('what is no answer is refused, and its connection not used again', async (context) => {
  for (const bytes of ['hello\r\n\r\n', 'HTTP/1.1 2x0 OK\r\n\r\n', 'HTTP/1.1 200 OK\r\nno header\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n', `HTTP/1.1 200 OK\r\nA: ${'a'.repeat(70_000)}`, 'HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n' + 'a'.repeat(70_000_000)]) {
    const peer = await startPeer(context, (socket) => socket.write(bytes))
    const send = open(context)
    await assert.rejects(send(peer.url), /answer/, bytes.slice(0, 80))
    await assert.rejects(send(peer.url), /answer/)
    assert.equal(peer.connections, 2, bytes.slice(0, 80))
  }
})

test('what follows an answer unasked is no answer to the next request', async (context) => {
  const peer = await startPeer(context, (socket, request) => socket.write(request.endsWith('first') ? `${whole}${whole.replace('ä', 'ö')}` : whole))
  const send = open(context)
  await send(peer.url, 'first')
  assert.equal((await send(peer.url, 'second')).text, '{"ä":1}')
  assert.equal(peer.connections, 2)
})

test('no more connections are open than may be, and who waits for one is served, or ends in time', async (context) => {
  const held: Socket[] = []
  const peer = await startPeer(context, (socket, request) => (request.endsWith('held') ? void held.push(socket) : socket.write(whole)))
  const send = open(context, 2)
  const asked = [send(peer.url, 'held'), send(peer.url, 'held')]
  const waiting = send(peer.url, 'later')
  await assert.rejects(send(peer.url, 'in vain', { limitMs: 20 }), { name: 'TimeoutError', message: 'no answer within 20 ms' })
  while (held.length < 2) await new Promise(setImmediate)
  assert.deepEqual(peer.seen.filter((request) => !request.endsWith('held')), [])
  for (const socket of held) socket.write(whole)
  assert.deepEqual((await Promise.all([...asked, waiting])).map(({ status }) => status), [200, 200, 200])
  assert.equal(peer.connections, 2)
})

test('who gives no answer, hangs up or is not there is told of as node:http tells it; a signal ends a call at once', async (context) => {
  const peer = await startPeer(context, (socket, request) => (request.endsWith('up') ? socket.destroy() : undefined))
  const send = open(context)
  await assert.rejects(send(peer.url, 'no answer', { limitMs: 20 }), { name: 'TimeoutError' })
  await assert.rejects(send(peer.url, 'hang up'), { code: 'ECONNRESET' })
  const ending = new AbortController()
  const ended = send(peer.url, 'no answer', { signal: ending.signal })
  ending.abort()
  await assert.rejects(ended, { name: 'AbortError' })
  await assert.rejects(send(peer.url, 'too late', { signal: ending.signal }), { name: 'AbortError' })
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))
  await assert.rejects(send(new URL(`http://127.0.0.1:${port}`)), { code: 'ECONNREFUSED' })
})

test('over TLS a certificate that somebody trusts is asked for, by the name of the host', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'klue-tls-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const { key, certificate } = certificateOfLocalhost()
  writeFileSync(join(folder, 'ca.pem'), certificate)
  const names: unknown[] = []
  const server = createSecureServer({ key, cert: certificate }, (request, response) => {
    names.push((request.socket as unknown as { servername: unknown }).servername)
    request.resume().on('end', () => response.end('{"over":"tls"}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const script = `import { openPlainConnections } from ${JSON.stringify(new URL('../../src/platform/aws/plain-connections.ts', import.meta.url).href)}
const connections = openPlainConnections(1)
for (let index = 0; index < 2; index++) await connections.send({ method: 'POST', url: new URL(process.argv[1]), headers: {}, body: '{}' }, 10000).then(({ text }) => console.log(text), (error) => console.log(error.code))`
  const run = async (url: string, env: Record<string, string>): Promise<string> => (await promisify(execFile)(process.execPath, [...process.execArgv.filter((argument) => !argument.startsWith('--test')), '--input-type=module', '--eval', script, url], { env: { ...process.env, NODE_OPTIONS: '', ...env } })).stdout
  assert.equal(await run(`https://localhost:${port}`, { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }), '{"over":"tls"}\n{"over":"tls"}\n')
  assert.match(await run(`https://localhost:${port}`, {}), /^(?:DEPTH_ZERO_SELF_SIGNED_CERT\n){2}$/)
  assert.match(await run(`https://127.0.0.1:${port}`, { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }), /^(?:ERR_TLS_CERT_ALTNAME_INVALID\n){2}$/)
  assert.deepEqual(names, ['localhost', 'localhost'])
})
