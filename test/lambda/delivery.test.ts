// What each sender can deliver: compressed or not, bytes or text, how much, and below which path.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { type GatewayResult, type HttpApiResult, toLambda } from '../../src/lambda/index.ts'
import { pathInApi } from '../../src/lambda/path-in-api.ts'
import type { Platform } from '../../src/runtime/edge.ts'
import { defineService, reply } from '../../src/runtime/index.ts'
import { apiDocument, compileApi, operation, parameter, testPlatform } from '../runtime/service-fixture.ts'

const text = (type: string): Record<string, unknown> => ({ responses: { 200: { description: '', content: { [type]: {} } } } })
const spec = await compileApi(apiDocument({
  '/echo': { get: operation('echo') },
  '/echo/{id}': { get: operation('echoId', { parameters: [parameter('path id', { type: 'string' })] }) },
  '/large': { get: operation('large', { parameters: [parameter('query size', { type: 'integer' }), parameter('query of', { type: 'string' })], ...text('text/plain') }) },
  '/csv': { get: operation('csv', text('text/csv')) },
  '/image': { get: operation('image', text('image/png')) },
}))
const service = defineService({
  spec,
  handlers: {
    echo: () => ({ filler: 'x'.repeat(600) }),
    echoId: ({ path }) => ({ id: path['id'] }),
    large: ({ query }) => reply(200, String(query['of'] ?? 'x').repeat(Number(query['size']))),
    csv: () => reply(200, Buffer.from(`ü;${'1;'.repeat(400)}`), { headers: { 'content-type': 'text/csv' } }),
    image: () => reply(200, new Uint8Array([0, 255]), { headers: { 'content-type': 'image/png' } }),
  },
})
type Answer = (event: unknown, context: object) => Promise<HttpApiResult & GatewayResult>
const platform: Platform = { ...testPlatform(), document: async () => ({ contentType: 'text/html; charset=utf-8', gzipped: gzipSync('<p>'.repeat(300)) }) }
const answer = toLambda(service, { platform: () => platform }) as unknown as Answer
const eventOf = (name: string): Record<string, unknown> => JSON.parse(readFileSync(fileURLToPath(new URL(`events/${name}.json`, import.meta.url)), 'utf8')) as Record<string, unknown>

/** A GET of a path as a sender hands it over. */
function get(name: string, path: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const event = eventOf(name)
  const headers = { 'accept-encoding': 'gzip, deflate, br', host: 'example.com' }
  const [bare, query = ''] = path.split('?') as [string, string?]
  const values = Object.fromEntries(new URLSearchParams(query))
  const lists = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, [value]]))
  const common = { ...event, headers, body: null, isBase64Encoded: false, ...('multiValueHeaders' in event ? { multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, [value]])), multiValueQueryStringParameters: lists } : {}) }
  if ('rawPath' in event) return { ...common, rawPath: bare, rawQueryString: query, cookies: [], requestContext: { ...(event['requestContext'] as object), http: { method: 'GET' } }, ...more }
  return { ...common, httpMethod: 'GET', path: bare, queryStringParameters: values, ...('pathParameters' in event ? { pathParameters: { proxy: bare.slice(1) } } : {}), ...more }
}

const senders = ['http-api', 'http-api-version-1', 'function-url', 'rest-api', 'alb-multi-value', 'alb']

test('an answer is compressed for every sender but a REST API', async () => {
  for (const sender of senders) {
    const { body, isBase64Encoded, headers, multiValueHeaders } = await answer(get(sender, '/echo'), {})
    const encoding = headers?.['content-encoding'] ?? multiValueHeaders?.['content-encoding']?.[0]
    const isRest = sender === 'rest-api'
    assert.deepEqual([isBase64Encoded, encoding], isRest ? [false, undefined] : [true, 'gzip'], sender)
    const plain = isRest ? body : gunzipSync(Buffer.from(body, 'base64')).toString()
    assert.equal((JSON.parse(plain) as { filler: string }).filler.length, 600, sender)
  }
})

test('one that takes bytes gets them compressed', async () => {
  const taking = toLambda(service, { platform: () => platform, restApiTakesBytes: true }) as unknown as Answer
  const { body, isBase64Encoded, headers } = await taking(get('rest-api', '/echo'), {})
  assert.deepEqual([isBase64Encoded, headers?.['content-encoding']], [true, 'gzip'])
  assert.match(gunzipSync(Buffer.from(body, 'base64')).toString(), /^\{"filler"/)
})

test('what is text goes to a REST API as text, and no other bytes do', async () => {
  const csv = await answer(get('rest-api', '/csv'), {})
  assert.deepEqual([csv.isBase64Encoded, csv.body.slice(0, 4), csv.headers?.['content-encoding']], [false, 'ü;1;', undefined])
  assert.deepEqual(await answer(get('rest-api', '/image'), {}).then(({ body, isBase64Encoded }) => [body, isBase64Encoded]), ['AP8=', true])
  const page = await answer(get('rest-api', '/doc/test'), {})
  assert.deepEqual([page.isBase64Encoded, page.headers?.['content-encoding'], page.body.length], [false, undefined, 900])
})

test('a base path mapping finds its operation', async () => {
  const found = async (event: Record<string, unknown>): Promise<number> => (await answer(event, {})).statusCode
  const rest = (path: string, more: Record<string, unknown>): Record<string, unknown> => get('rest-api', path, more)
  assert.equal(await found(rest('/v1/echo', { resource: '/{proxy+}', pathParameters: { proxy: 'echo' } })), 200)
  assert.equal(await found(rest('/sales/v2/echo', { resource: '/{proxy+}', pathParameters: { proxy: 'echo' } })), 200)
  assert.equal(await found(rest('/v1/live/echo', { resource: '/echo', pathParameters: null })), 200)
  assert.equal(await found(rest('/echo/echo', { resource: '/echo', pathParameters: null })), 200, 'a mapping called like the operation')
  assert.equal(await found(rest('/v1/echo', { resource: undefined, pathParameters: null })), 404, 'nobody says what is in front')
  const { body } = await answer(rest('/v1/echo/a%20b', { resource: '/echo/{id}', pathParameters: { id: 'a%20b' } }), {})
  assert.equal(body, '{"id":"a b"}')
  const decoded = await answer(rest('/v1/echo/a%20b', { resource: '/echo/{id}', pathParameters: { id: 'a b' } }), {})
  assert.equal(decoded.body, '{"id":"a b"}')
  const first = get('http-api-version-1', '/v1/echo', { resource: '/{proxy+}', pathParameters: { proxy: 'echo' } })
  assert.equal(await found(first), 200)
  assert.equal(await found(get('http-api', '/v1/echo', { routeKey: 'GET /echo' })), 200)
  assert.equal(await found(get('http-api', '/v1/echo', { routeKey: 'ANY /{proxy+}', pathParameters: { proxy: 'echo' } })), 200)
})

test('the part of a path that is the API\'s own is its end, whatever stands in front', () => {
  const segment = fc.stringMatching(/^[a-z%&ü .-]{1,6}$/).map(encodeURIComponent)
  fc.assert(fc.property(fc.array(segment, { maxLength: 3 }), fc.array(segment, { minLength: 1, maxLength: 3 }), fc.boolean(), (front, own, isDecoded) => {
    const path = `/${own.join('/')}`
    const proxy = own.map((part) => (isDecoded ? decodeURIComponent(part) : part)).join('/')
    assert.equal(pathInApi(front.length === 0 ? path : `/${front.join('/')}${path}`, '/{proxy+}', { proxy }), path)
  }))
  for (const [template, parameters] of [[undefined, {}], ['', {}], [7, {}], ['/{proxy+}', null], ['/{proxy+}', { proxy: 7 }], ['/{__proto__}', {}], ['/other', {}]] as const) assert.equal(pathInApi('/v1/echo', template, parameters), undefined)
  assert.equal(pathInApi('/v1', '/', null), '/')
  assert.equal(pathInApi('/%E0%A4%A/x', '/x', null), '/x')
})

test('what a sender cannot deliver is RESPONSE_TOO_LARGE', async () => {
  const codeOf = async (sender: string, query: string): Promise<unknown> => {
    const { statusCode, body, isBase64Encoded } = await answer(get(sender, `/large?${query}`), {})
    return statusCode === 200 ? 200 : (JSON.parse(isBase64Encoded ? gunzipSync(Buffer.from(body, 'base64')).toString() : body) as { error: unknown }).error
  }
  for (const sender of ['alb', 'alb-multi-value']) {
    assert.equal(await codeOf(sender, 'size=990000'), 200, sender)
    for (const query of ['size=1000000', 'size=1048576', 'size=500000&of=%22', 'size=500000&of=%C3%BC', 'size=5000000']) assert.equal(await codeOf(sender, query), 'RESPONSE_TOO_LARGE', `${sender} ${query}`)
  }
  for (const sender of ['http-api', 'function-url', 'rest-api']) {
    assert.equal(await codeOf(sender, 'size=1048576'), 200, sender)
    assert.equal(await codeOf(sender, 'size=6000000'), 200, sender)
    // As JSON each of these takes two bytes.
    assert.equal(await codeOf(sender, 'size=4000000&of=%0A'), 'RESPONSE_TOO_LARGE', sender)
  }
})
