// The way to the candidate: its header is added, everything else passes as it is; and the addresses of stages and candidates.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, before, test } from 'node:test'
import { reachable, stageAddresses } from '../../../src/deploy/pipeline/addresses.ts'
import { startCandidateProxy } from '../../../src/deploy/pipeline/candidate-proxy.ts'

let got: { request: IncomingMessage; body: string } | undefined
const upstream = createServer((request, answer) => {
  let body = ''
  request.setEncoding('utf8').on('data', (text: string) => (body += text)).on('end', () => {
    got = { request, body }
    answer.writeHead(543, { 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] }).end('odd')
  })
})
let target = ''

before(async () => {
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done))
  target = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`
})
after(() => new Promise((done) => upstream.close(done)))

test('a request gets the token, and its answer comes back as it is', async () => {
  const proxy = await startCandidateProxy(`${target}/base/$default`, 'the-token')
  const answer = await fetch(`${proxy.url}/a%2Fb?c=d%20e`, { method: 'POST', body: 'text', headers: { authorization: 'Bearer x', 'content-type': 'text/plain' } })
  assert.deepEqual([answer.status, await answer.text(), answer.headers.getSetCookie()], [543, 'odd', ['a=1', 'b=2']])
  const { request, body } = got!
  assert.deepEqual([request.method, request.url, body], ['POST', '/base/$default/a%2Fb?c=d%20e', 'text'])
  const { 'x-klue-candidate': token, authorization, host } = request.headers
  assert.deepEqual([token, authorization, host], ['the-token', 'Bearer x', new URL(target).host])
  await proxy.close()
})

test('a foreign Host, a page of a browser and bad HTTP are refused, and never reach the candidate', async () => {
  const proxy = await startCandidateProxy(target, 'the-token')
  const { port } = new URL(proxy.url)
  got = undefined
  const raw = (text: string): Promise<string> => new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1')
    let answered = ''
    socket.on('data', (chunk) => (answered += chunk.toString())).on('error', () => undefined).on('close', () => resolve(answered))
    socket.write(text)
  })
  assert.match(await raw('GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n'), /^HTTP\/1\.1 421 [^]*"error":"MISDIRECTED_REQUEST"/)
  assert.match(await raw('GET / HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n'), /^HTTP\/1\.1 403 [^]*"error":"FORBIDDEN"/)
  assert.match(await raw('NONSENSE\r\n\r\n'), /^HTTP\/1\.1 400 [^]*"error":"MALFORMED_REQUEST"/)
  assert.equal(got, undefined)
  // A path in the form for proxies is a path, not a part of one.
  assert.match(await raw(`GET http://localhost:${port}/a?b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 543/)
  assert.equal((got as unknown as { request: IncomingMessage }).request.url, '/a?b')
  await proxy.close()
})

test('a candidate that is not there is a 502 without the token', async () => {
  const proxy = await startCandidateProxy('http://127.0.0.1:1', 'the-token')
  const answer = await fetch(proxy.url)
  const text = await answer.text()
  assert.equal(answer.status, 502)
  assert.match(text, /The candidate does not answer/)
  assert.doesNotMatch(text, /the-token/)
  await proxy.close()
})

test('addresses come from the outputs, each API by the entry file that answers for it', () => {
  const outputs = { Url: 'https://main.execute-api.eu-west-1.amazonaws.com', Urlmetricsbackend: 'https://other.execute-api.eu-west-1.amazonaws.com', CandidateUrl: 'https://next.execute-api.eu-west-1.amazonaws.com/' }
  const entries = new Map([['builds', ['builds', 'login']], ['metrics-backend', ['metrics-backend']]])
  assert.deepEqual(stageAddresses({ outputs, kind: 'Url', entries, endpoint: undefined }), { main: 'https://main.execute-api.eu-west-1.amazonaws.com', services: { 'metrics-backend': 'https://other.execute-api.eu-west-1.amazonaws.com' } })
  assert.deepEqual(stageAddresses({ outputs, kind: 'CandidateUrl', entries, endpoint: 'http://127.0.0.1:4566' }), { main: 'http://127.0.0.1:4566/_aws/execute-api/next/$default', services: {} })
  assert.equal(stageAddresses({ outputs: {}, kind: 'CandidateUrl', entries, endpoint: undefined }), undefined)
  assert.equal(reachable('https://api.example.com/', 'http://127.0.0.1:4566'), 'https://api.example.com')
})
