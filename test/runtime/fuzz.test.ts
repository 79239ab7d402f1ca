// Whatever arrives is answered: a valid status, the one error shape, no stack, and never a rejection.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isError } from '../../src/errors/index.ts'
import type { ApiRequest, ApiResponse } from '../../src/runtime/edge.ts'
import { reply } from '../../src/runtime/index.ts'
import { apiDocument, compileApi, jsonBody, type Loose, type LooseHandlers, open, operation, parameter } from './service-fixture.ts'

const tree = { type: 'object', properties: { child: { $ref: '#/components/schemas/Tree' }, list: { type: 'array', items: { $ref: '#/components/schemas/Tree' } }, n: { type: 'integer' } } }
const integers = { type: 'array', items: { type: 'integer' } }
const object = { type: 'object', properties: { a: { type: 'integer' } } }
const bodies = (media: Record<string, unknown>): Record<string, unknown> => ({ requestBody: { content: Object.fromEntries(Object.entries(media).map(([type, schema]) => [type, { schema }])) } })
const spec = await compileApi(apiDocument({
  '/things/{id}': { get: operation('get', { parameters: [parameter('path id', { type: 'integer' }), parameter('query list', integers, { explode: false }), parameter('query deep', object, { style: 'deepObject' }), parameter('query open', { type: 'object', additionalProperties: true }), parameter('query json', {}, { content: { 'application/json': { schema: object } } }), parameter('header x-list', integers), parameter('cookie c', object)] }), put: operation('put', { parameters: [parameter('path id', { type: 'integer' })], requestBody: jsonBody({ $ref: '#/components/schemas/Tree' }) }) },
  '/files/{base}...{head}': { get: operation('compare', { parameters: [parameter('path base', { type: 'string' }), parameter('path head', { type: 'string' })] }) },
  '/any': { post: operation('any', bodies({ 'application/json': {}, 'application/x-www-form-urlencoded': object, 'multipart/form-data': object, 'text/*': { type: 'string' }, '*/*': {} })) },
  '/closed': { get: operation('closed', { security: [{ token: [] }, { key: [], pass: [] }] }), post: operation('close', { security: [{ token: [] }] }) },
  '/throw': { post: operation('throwing', bodies({ 'application/json': {} })) },
}, { components: { schemas: { Tree: tree }, securitySchemes: { token: { type: 'http', scheme: 'bearer' }, pass: { type: 'http', scheme: 'basic' }, key: { type: 'apiKey', in: 'query', name: 'key' } } } }))

const echo = ({ path, query, headers, cookies, body }: Loose): unknown => ({ path, query, headers, cookies, body: withoutBytes(body) })
// JSON holds no bytes: those of a body, and of the files of a form, are answered as their number.
function withoutBytes(value: unknown, depth: number = 4): unknown {
  if (value instanceof Uint8Array) return value.length
  if (depth === 0 || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => withoutBytes(item, depth - 1))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutBytes(item, depth - 1)]))
}
let given: () => unknown = () => ({})
const handlers = { get: echo, put: echo, compare: echo, any: echo, closed: echo, close: echo, throwing: () => given() } as unknown as LooseHandlers
const { answer, log } = open({ spec, handlers, security: { pass: () => true, key: () => true } }, { config: { response_check: 'fail' } })

function assertAnswer(response: ApiResponse, highest: number = 599): void {
  assert.ok(Number.isInteger(response.status) && response.status >= 200 && response.status <= highest, `status ${response.status}`)
  for (const [name, value] of [...Object.entries(response.headers), ...response.cookies.map((cookie) => ['set-cookie', cookie] as const)]) {
    assert.match(name, /^[a-z0-9!#$%&'*+.^_`|~-]+$/)
    assert.match(value, /^[\t\x20-\x7e]*$/)
  }
  assert.equal(log.length, 1)
  const { message } = log.pop()!
  if (response.status < 400 || response.headers['content-encoding'] === 'gzip' || response.body.length === 0) return
  const body = JSON.parse(Buffer.from(response.body).toString()) as { status: number; error_description: string }
  assert.ok(isError(body), message)
  assert.equal(body.status, response.status)
  assert.equal('stack' in body, false)
  assert.doesNotMatch(body.error_description, /\n\s+at /)
}

const odd = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', '%', '%00', '%E0%A4%A', '..', '...', '\0', '\r\n', '{', '[', '"', ',', '=', '&', ';', '|', '1', '1e999', '-0', 'null', 'true', 'ü', '\ud800'))
const path = fc.oneof(
  fc.constantFrom('/things/1', '/things/x', '/files/a...b', '/any', '/closed', '/throw', '/', '', '*', '/ping', '/doc/x', '/version'),
  fc.array(fc.oneof(odd, fc.constantFrom('things', 'files', 'any', 'closed')), { maxLength: 4 }).map((parts) => `/${parts.join('/')}`),
)
const query = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.tuple(fc.oneof(odd, fc.constantFrom('list', 'deep[a]', 'deep[__proto__][x]', 'open', 'json', 'key')), odd), { maxLength: 5 }).map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&')))
const media = fc.oneof(odd, fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=X', 'multipart/form-data', 'text/plain; charset=utf-16', 'text/plain; charset=?', 'image/png', ''))
const headers = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('x-list', 'cookie', 'authorization', 'accept', 'accept-encoding', 'origin', 'kluecallid', 'kluecallpath', 'access-control-request-method', 'access-control-request-headers', '__proto__', 'constructor')), fc.oneof(odd, fc.constantFrom('Bearer x', 'Bearer a.b.c', 'Basic YTpi', 'gzip', 'token=Bearer+x; c=a,1', 'https://a.test')), { maxKeys: 5 })
const body = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map((text) => new Uint8Array(Buffer.from(text))),
  fc.constantFrom('{"child":{"child":{"n":"x"}}}', '{"__proto__":{"a":1}}', '--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--X--', '--X\r\n', 'a=1&a=2&__proto__=3').map((text) => new Uint8Array(Buffer.from(text))),
)

const request: fc.Arbitrary<ApiRequest> = fc.record({
  method: fc.oneof(fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'), odd),
  path, query, type: fc.option(media), headers, body: fc.option(body), pathIsDecoded: fc.boolean(),
}).map(({ type, headers: other, body: bytes, ...rest }) => ({ ...rest, headers: { ...other, ...(type === null ? {} : { 'content-type': type }) }, ...(bytes === null ? {} : { body: bytes }), sourceIp: '' }))

test('any request is answered', async () => {
  await fc.assert(fc.asyncProperty(request, async (one) => assertAnswer(await answer(one))), { numRuns: 8000 })
  assert.deepEqual(Object.keys(Object.prototype), [])
})

test('any body of any declared media type is answered without a 500', async () => {
  await fc.assert(fc.asyncProperty(fc.constantFrom('POST /any', 'PUT /things/1'), media, body, async (line, type, bytes) => {
    const [method, target] = line.split(' ') as [string, string]
    const response = await answer({ method, path: target, query: '', headers: { 'content-type': type }, body: bytes, sourceIp: '' })
    assertAnswer(response, 499)
  }), { numRuns: 3000 })
})

const post: ApiRequest = { method: 'POST', path: '/throw', query: '', headers: {}, sourceIp: '' }

test('anything that a handler throws is an error answer', async () => {
  await fc.assert(fc.asyncProperty(fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true }), async (thrown) => {
    given = () => {
      throw thrown
    }
    const response = await answer(post)
    assertAnswer(response, 999)
    assert.ok(response.status >= 400)
  }), { numRuns: 2000 })
})

test('anything that a handler returns is answered', async () => {
  const value = fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true, withDate: true, withMap: true, withSet: true })
  const replied = fc.record({ status: fc.oneof(fc.integer(), fc.integer({ min: 100, max: 999 }), fc.constant(Number.NaN)), value, headers: fc.dictionary(odd, fc.oneof(odd, fc.anything())), cookies: fc.array(odd) })
  await fc.assert(fc.asyncProperty(fc.oneof(value, replied.map((parts) => reply(parts.status, parts.value, { headers: parts.headers as Record<string, string>, cookies: parts.cookies }))), async (returned) => {
    given = () => returned
    assertAnswer(await answer(post), 999)
  }), { numRuns: 3000 })
})

test('deep and long input is answered', async () => {
  const deep = (text: string, end: string): Buffer => Buffer.from(text.repeat(100_000) + end.repeat(100_000))
  const long = 'x'.repeat(10_000_000)
  const inputs: Partial<ApiRequest>[] = [
    { method: 'PUT', path: '/things/1', body: deep('[', ']') },
    { method: 'PUT', path: '/things/1', body: Buffer.from(`${'{"child":'.repeat(100_000)}1${'}'.repeat(100_000)}`) },
    { method: 'POST', path: '/any', headers: { 'content-type': 'application/json' }, body: deep('[', ']') },
    { method: 'GET', path: '/things/1', query: `deep${'[a]'.repeat(100_000)}=1` },
    { method: 'GET', path: '/things/1', query: `json=${'['.repeat(100_000)}` },
    { method: 'GET', path: '/things/1', query: `list=${'1,'.repeat(100_000)}` },
    { method: 'POST', path: '/any', headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(long)) },
    { method: 'GET', path: `/things/${long}` },
    { method: 'GET', path: `/${'/'.repeat(100_000)}` },
    { method: 'GET', path: '/closed', headers: { authorization: `Bearer ${long}` } },
    { method: 'GET', path: '/things/1', headers: { cookie: 'a=b; '.repeat(100_000) } },
  ]
  for (const input of inputs) assertAnswer(await answer({ method: 'GET', path: '/', query: '', headers: {}, sourceIp: '', ...input }))
})

test('what is nested a million deep is 400 where a schema looks into it, and a 500 of the kit where it would go out again', async () => {
  // As deep as the largest body that is read can be.
  const deep = (opening: string, closing: string): Buffer => {
    const count = Math.min(1_000_000, Math.floor(6_291_000 / (opening.length + closing.length)))
    return Buffer.from(`${opening.repeat(count)}1${closing.repeat(count)}`)
  }
  const json = { 'content-type': 'application/json' }
  const ask = async (line: string, text: Buffer): Promise<[number, string]> => {
    const [method, target] = line.split(' ') as [string, string]
    const response = await answer({ method, path: target, query: '', headers: json, body: text, sourceIp: '' })
    assertAnswer(response)
    return [response.status, (JSON.parse(response.body as string) as { error: string }).error]
  }
  assert.deepEqual(await ask('PUT /things/1', deep('{"child":', '}')), [400, 'INVALID_PARAMETER'])
  for (const text of [deep('[', ']'), deep('{"a":', '}'), deep('{"__proto__":', '}')]) assert.deepEqual(await ask('POST /any', text), [500, 'RESPONSE_INVALID'])
  given = () => Array.from({ length: 1_000_000 }).reduce<unknown>((value) => ({ value }), 1)
  assert.deepEqual(await ask('POST /throw', Buffer.from('1')), [500, 'RESPONSE_INVALID'])
})

test('keys that every object inherits are keys like any other, anywhere', async () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__']
  for (const name of names) {
    const text = JSON.stringify({ list: [{ n: 1 }] }).replace('list', name)
    const sent: Partial<ApiRequest>[] = [
      { method: 'PUT', path: '/things/1', headers: { 'content-type': 'application/json' }, body: Buffer.from(text) },
      { method: 'POST', path: '/any', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: Buffer.from(`${name}=1&a[${name}]=2&${name}[${name}]=3`) },
      { method: 'POST', path: '/any', headers: { 'content-type': 'multipart/form-data; boundary=X' }, body: Buffer.from(`--X\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n1\r\n--X--`) },
      { method: 'GET', path: '/things/1', query: `${name}=1&deep[${name}]=2&deep[${name}][${name}]=3&open=1&json=${encodeURIComponent(text)}`, headers: { [name]: 'x', cookie: `${name}=1` } },
      { method: 'GET', path: `/things/${name}` },
      { method: 'GET', path: `/${name}/${name}` },
      { method: name, path: '/any' },
    ]
    for (const one of sent) assertAnswer(await answer({ method: 'GET', path: '/', query: '', headers: {}, sourceIp: '', ...one }), 499)
  }
  assert.deepEqual(Object.keys(Object.prototype), [])
  assert.equal(({} as Record<string, unknown>)['n'], undefined)
})

test('headers and cookies of handlers hold neither line ends nor bytes that headers cannot carry', async () => {
  const hostile = fc.oneof(fc.constantFrom('a\r\nset-cookie: x=1', '\n', '\r', '\0', 'ü', '\u2028', '\ud800', 'x'.repeat(100_000)), fc.string({ unit: 'binary' }))
  await fc.assert(fc.asyncProperty(fc.dictionary(fc.constantFrom('x-a', 'location', 'content-type', 'set-cookie', 'vary', 'etag'), hostile), fc.array(hostile), async (named, cookies) => {
    given = () => reply(200, {}, { headers: named, cookies })
    assertAnswer(await answer(post))
  }), { numRuns: 2000 })
})
