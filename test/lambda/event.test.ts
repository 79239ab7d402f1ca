// Events of an HTTP API and of a function URL become requests; answers become results.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromEvent, isPing, toResult } from '../../src/lambda/event.ts'
import type { HttpApiEvent } from '../../src/lambda/index.ts'

function event(part: Partial<HttpApiEvent> = {}, context: Partial<HttpApiEvent['requestContext']> = {}): HttpApiEvent {
  return { version: '2.0', rawPath: '/things', requestContext: { domainName: 'abc.execute-api.eu-west-1.amazonaws.com', stage: '$default', http: { method: 'GET' }, ...context }, ...part }
}

test('a request is read from its event', () => {
  const request = fromEvent(event({ rawQueryString: 'a=1&a=2', headers: { 'X-Upper': 'u', gone: undefined }, cookies: ['a=1', 'b=2'], body: '{"ü":1}' }, { requestId: 'id', http: { method: 'post', sourceIp: '10.0.0.1' } }), 5)
  assert.deepEqual(request, { method: 'POST', path: '/things', pathIsDecoded: true, query: 'a=1&a=2', headers: { 'x-upper': 'u', cookie: 'a=1; b=2' }, body: Buffer.from('{"ü":1}'), sourceIp: '10.0.0.1', requestId: 'id', endsAt: 5 })
})

test('what an event lacks, the request lacks', () => {
  assert.deepEqual(fromEvent(event({ cookies: [], body: '' })), { method: 'GET', path: '/things', pathIsDecoded: true, query: '', headers: {}, sourceIp: '' })
})

test('a body in base64 is bytes', () => {
  assert.deepEqual(fromEvent(event({ body: Buffer.from([0, 255]).toString('base64'), isBase64Encoded: true })).body, Buffer.from([0, 255]))
})

test('the stage is no part of the path, unless it is only the beginning of a name', () => {
  const pathOf = (rawPath: string, stage: string): string => fromEvent(event({ rawPath }, { stage })).path
  assert.equal(pathOf('/live/things', 'live'), '/things')
  assert.equal(pathOf('/live', 'live'), '/')
  assert.equal(pathOf('/live/', 'live'), '/')
  assert.equal(pathOf('/lively/things', 'live'), '/lively/things')
  assert.equal(pathOf('/things', 'live'), '/things', 'a custom domain leaves the stage out')
  assert.equal(pathOf('/$default/x', '$default'), '/$default/x')
})

test('a function URL hands its path over as it came', () => {
  assert.equal(fromEvent(event({}, { domainName: 'abc.lambda-url.eu-west-1.on.aws' })).pathIsDecoded, false)
})

test('an answer becomes a result; bytes travel as base64', () => {
  assert.deepEqual(toResult({ status: 201, headers: { a: 'b' }, cookies: ['c=d'], body: 'ü' }), { statusCode: 201, headers: { a: 'b' }, cookies: ['c=d'], body: 'ü', isBase64Encoded: false })
  const part = new Uint8Array([9, 0, 255, 9]).subarray(1, 3)
  assert.deepEqual(toResult({ status: 200, headers: {}, cookies: [], body: part }), { statusCode: 200, headers: {}, cookies: [], body: 'AP8=', isBase64Encoded: true })
})

test('to a REST API the bytes of a text go as text, whatever kind of text', () => {
  const event = { httpMethod: 'GET', path: '/', requestContext: {} }
  const isEncoded = (type: string): boolean => toResult({ status: 200, headers: { 'content-type': type }, cookies: [], body: Buffer.from('ü') }, event).isBase64Encoded
  for (const type of ['text/csv', 'application/json; charset=utf-8', 'application/problem+json', 'application/x-ndjson', 'image/svg+xml', 'application/openapi+yaml', 'application/x-www-form-urlencoded']) assert.equal(isEncoded(type), false, type)
  for (const type of ['image/png', 'application/pdf', 'application/octet-stream']) assert.equal(isEncoded(type), true, type)
})

test('what only keeps a function warm is no request, and a request is never such a ping', () => {
  const ticks = ['aws.events', 'aws.scheduler', 'serverless-plugin-warmup'].map((source) => ({ source }))
  for (const ping of [...ticks, { version: '0', 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} }, { warmup: true }, { warmer: true, concurrency: 3 }]) assert.equal(isPing(ping), true, JSON.stringify(ping))
  for (const other of [undefined, null, 'warmup', [], {}, { source: 'aws.s3' }, { source: ['aws.events'] }, { warmup: 'true' }, { Records: [{ messageId: 'a', body: '' }] }]) assert.equal(isPing(other), false, JSON.stringify(other))
  assert.equal(isPing({ ...event(), source: 'aws.events', warmup: true }), false)
  assert.equal(isPing({ httpMethod: 'GET', path: '/', requestContext: {}, warmup: true }), false)
})
