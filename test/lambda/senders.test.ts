// The events of every sender lead to the same answer; events/README.md names the public record that each follows key by key.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type AlbEvent, type GatewayResult, type HttpApiEvent, type HttpApiResult, toLambda } from '../../src/lambda/index.ts'
import { defineService, type FormFile, reply } from '../../src/runtime/index.ts'
import { apiDocument, compileApi, jsonBody, operation, parameter, testPlatform } from '../runtime/service-fixture.ts'

const strings = { type: 'array', items: { type: 'string' } }
const parameters = [parameter('path id', { type: 'string' }), parameter('path name', { type: 'string' }), parameter('query tag', strings), parameter('query empty', { type: 'string' }), parameter('query plus', { type: 'string' }), parameter('query space', { type: 'string' }), parameter('header x-list', { type: 'array', items: { type: 'integer' } }), parameter('cookie session', { type: 'string' }), parameter('cookie theme', { type: 'string' })]
const spec = await compileApi(apiDocument({
  '/things/{id}/{name}': { post: operation('thing', { parameters, requestBody: jsonBody({ type: 'object', properties: { n: { type: 'integer' } } }) }) },
  '/files/{name}': { post: operation('upload', { parameters: [parameter('path name', { type: 'string' })], requestBody: { content: { 'multipart/form-data': { schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } } } } } } }) },
  '/bytes': { get: operation('bytes', { responses: { 200: { description: '', content: { 'application/octet-stream': {} } } } }) },
}))
const service = defineService({
  spec,
  handlers: {
    thing: ({ path, query, headers, cookies, body, raw }, { callId }) => reply(200, { path, query, headers, cookies, body, sourceIp: raw.sourceIp, called: callId !== '' }, { cookies: ['a=1', 'b=2', 'c=3'] }),
    upload: ({ path, body }) => ({ name: path['name'], bytes: Buffer.from((body as { file: FormFile }).file.data).toString('hex') }),
    bytes: () => new Uint8Array([0, 255]),
  },
})
const handler = toLambda(service, { platform: () => testPlatform() })
const answer = handler as (event: unknown, context: object) => Promise<HttpApiResult & GatewayResult>
const eventOf = (name: string): unknown => JSON.parse(readFileSync(fileURLToPath(new URL(`events/${name}.json`, import.meta.url)), 'utf8'))

const seen = { path: { id: 'a b', name: 'ü' }, query: { tag: ['x&y', 'z'], empty: '', plus: 'a+b', space: 'a b' }, headers: { 'x-list': [1, 2] }, cookies: { session: 's1', theme: 'dark' }, body: { n: 1, text: 'λ' }, sourceIp: '192.0.2.7', called: true }

for (const name of ['http-api', 'http-api-version-1', 'function-url', 'rest-api', 'alb-multi-value', 'alb']) {
  test(`an event of ${name}`, async () => {
    const result = await answer(eventOf(name), {})
    assert.equal(result.statusCode, 200)
    // A load balancer without multi-value headers hands over only the last of repeated keys.
    assert.deepEqual(JSON.parse(result.body), name === 'alb' ? { ...seen, query: { ...seen.query, tag: ['z'] } } : seen)
  })
}

test('cookies travel as each sender takes several of them', async () => {
  assert.deepEqual((await answer(eventOf('http-api'), {})).cookies, ['a=1', 'b=2', 'c=3'])
  const rest = await answer(eventOf('rest-api'), {})
  assert.deepEqual([rest.multiValueHeaders, rest.headers?.['content-type']], [{ 'set-cookie': ['a=1', 'b=2', 'c=3'] }, 'application/json'])
  const multi = await answer(eventOf('alb-multi-value'), {})
  assert.deepEqual([multi.multiValueHeaders?.['set-cookie'], multi.multiValueHeaders?.['content-type'], multi.headers, multi.statusDescription], [['a=1', 'b=2', 'c=3'], ['application/json'], undefined, '200 OK'])
  const single = await answer(eventOf('alb'), {})
  const cookies = Object.entries(single.headers ?? {}).filter(([header]) => header.toLowerCase() === 'set-cookie')
  assert.deepEqual([cookies.map(([, value]) => value), single.multiValueHeaders], [['a=1', 'b=2', 'c=3'], undefined])
})

for (const name of ['http-api-upload', 'rest-api-upload']) {
  test(`a binary body of ${name}`, async () => {
    const result = await answer(eventOf(name), {})
    assert.deepEqual([result.statusCode, JSON.parse(result.body)], [200, { name: 'a b', bytes: '00ff' }])
  })
}

test('requests without query, cookies and body', async () => {
  for (const name of ['function-url-get', 'alb-get']) assert.equal((await answer(eventOf(name), {})).body, 'AP8=', name)
})

test('every event is in the list of its records', () => {
  const folder = fileURLToPath(new URL('events/', import.meta.url))
  const listed = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^\| `([\w-]+\.json)` \|/gm)].map(([, file]) => file!)
  assert.deepEqual(listed.sort(), readdirSync(folder).filter((file) => file.endsWith('.json')).sort())
})

test('bytes travel as base64 everywhere', async () => {
  const rest = { ...(eventOf('rest-api') as HttpApiEvent), path: '/bytes', httpMethod: 'GET', headers: {}, multiValueHeaders: null, body: null }
  const alb = { ...(eventOf('alb') as AlbEvent), path: '/bytes', httpMethod: 'GET', headers: {}, body: '' }
  for (const event of [rest, alb]) {
    const { body, isBase64Encoded } = await answer(event, {})
    assert.deepEqual([body, isBase64Encoded], ['AP8=', true])
  }
})

test('an event without headers, query and body is a request too', async () => {
  const { statusCode } = await answer({ httpMethod: 'get', path: '/bytes', headers: null, multiValueHeaders: null, queryStringParameters: null, multiValueQueryStringParameters: null, body: null, requestContext: {} }, {})
  assert.equal(statusCode, 200)
})
