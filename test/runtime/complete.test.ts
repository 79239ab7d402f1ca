// What docs/reference/openapi-support.md promises of schemas and media types, in requests to a service.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiDocument, jsonBody, openApi, operation, parameter } from './service-fixture.ts'

const seen = ({ path, query, headers, cookies, body }: Record<string, unknown>): unknown => ({ path, query, headers, cookies, body })

async function echo(parts: object, more: Record<string, unknown> = {}): Promise<(line: string, body?: unknown, type?: string) => Promise<Record<string, unknown>>> {
  const document = apiDocument({ '/a/{id}': { post: operation('echo', { parameters: [parameter('path id', { type: 'string' })], ...parts }) } }, more)
  const { send } = await openApi(document, { handlers: { echo: seen as never } })
  return async (line, body, type = 'application/json') => {
    const { status, json } = await send(`POST ${line}`, body === undefined ? {} : { headers: { 'content-type': type }, body: type.includes('json') ? JSON.stringify(body) : String(body as string) })
    return status === 200 ? json : { status, pointers: ((json['errors'] ?? []) as { pointer: string }[]).map(({ pointer }) => pointer) }
  }
}

const query = (name: string, schema: object, more: Record<string, unknown> = {}): unknown => parameter(`query ${name}`, schema as Record<string, unknown>, more)
const integers = { type: 'array', items: { type: 'integer' } }

test('lists and objects of parameters are coerced inside, at any depth', async () => {
  const ask = await echo({ parameters: [parameter('path id', { type: 'string' }), query('list', integers), query('pipes', integers, { style: 'pipeDelimited', explode: false }), query('spaces', integers, { style: 'spaceDelimited', explode: false }), query('deep', { type: 'object', properties: { on: { type: 'boolean' }, at: { type: 'object', properties: { n: integers } } } }, { style: 'deepObject' })] })
  assert.deepEqual((await ask('/a/1?list=1&list=2&pipes=3|4&spaces=5%206&deep[on]=true&deep[at][n]=7&deep[at][n]=8'))['query'], { list: [1, 2], pipes: [3, 4], spaces: [5, 6], deep: { on: true, at: { n: [7, 8] } } })
  assert.deepEqual(await ask('/a/1?list=1&list=x&deep[at][n]=y'), { status: 400, pointers: ['/query/list/1', '/query/deep/at/n/0'] })
})

test('content parameters are JSON, reserved characters arrive, empty values are empty text', async () => {
  const ask = await echo({ parameters: [parameter('path id', { type: 'string' }), query('filter', {}, { content: { 'application/json': { schema: { type: 'object', properties: { n: { type: 'integer' } } } } } }), query('url', { type: 'string' }, { allowReserved: true }), query('empty', { type: 'string' }), query('number', { type: 'integer' })] })
  assert.deepEqual((await ask('/a/1?filter=%7B%22n%22%3A1%7D&url=https://x.org/?a:b&empty='))['query'], { filter: { n: 1 }, url: 'https://x.org/?a:b', empty: '' })
  assert.deepEqual(await ask('/a/1?filter=%7B'), { status: 400, pointers: ['/query/filter'] })
  assert.deepEqual(await ask('/a/1?number='), { status: 400, pointers: ['/query/number'] })
})

test('one value or a list of them is taken as what it is', async () => {
  const ask = await echo({ parameters: [parameter('path id', { type: 'string' }), query('has', { oneOf: [{ type: 'string', enum: ['any'] }, { type: 'array', items: { type: 'string', enum: ['a', 'b'] } }] })] })
  assert.deepEqual((await ask('/a/1?has=any'))['query'], { has: 'any' })
  assert.deepEqual((await ask('/a/1?has=a&has=b'))['query'], { has: ['a', 'b'] })
  assert.deepEqual((await ask('/a/1?has=a'))['query'], { has: ['a'] })
  assert.deepEqual((await ask('/a/1?has=c'))['pointers'], ['/query/has', '/query/has', '/query/has'])
})

test('whole numbers of 64 bits and decimals lose nothing where the schema says text', async () => {
  const ask = await echo({ parameters: [parameter('path id', { type: 'string', format: 'int64' }), query('price', { type: 'string', format: 'decimal' })], requestBody: jsonBody({ type: 'object', properties: { big: { type: 'string', format: 'int64' } } }) })
  const answer = await ask('/a/9007199254740993?price=0.10', { big: '9223372036854775807' })
  assert.deepEqual([answer['path'], answer['query'], answer['body']], [{ id: '9007199254740993' }, { price: '0.10' }, { big: '9223372036854775807' }])
})

test('the words that combine schemas', async () => {
  const cat = { type: 'object', required: ['kind', 'lives'], properties: { kind: { const: 'cat' }, lives: { type: 'integer' } } }
  const dog = { type: 'object', required: ['kind'], properties: { kind: { const: 'dog' }, child: { $ref: '#/components/schemas/Pet' } } }
  const schema = { type: 'object', properties: { one: { $ref: '#/components/schemas/Pet' }, any: { anyOf: [{ type: 'integer' }, { type: 'boolean' }] }, all: { allOf: [{ type: 'string' }, { minLength: 2 }] }, not: { not: { type: 'string' } }, map: { type: 'object', additionalProperties: { type: 'integer' } }, closed: { type: 'object', allOf: [{ properties: { a: {} } }], unevaluatedProperties: false } } }
  const ask = await echo({ requestBody: jsonBody(schema) }, { openapi: '3.1.0', components: { schemas: { Cat: cat, Dog: dog, Pet: { oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }], discriminator: { propertyName: 'kind' } } } } })
  const good = { one: { kind: 'dog', child: { kind: 'cat', lives: 9 } }, any: true, all: 'ab', not: 1, map: { x: 1 }, closed: { a: 1 } }
  assert.deepEqual((await ask('/a/1', good))['body'], good)
  for (const [name, value, pointer] of [['one', { kind: 'cat' }, '/body/one'], ['any', 'x', '/body/any'], ['all', 'a', '/body/all'], ['not', 'x', '/body/not'], ['map', { x: 'y' }, '/body/map/x'], ['closed', { b: 1 }, '/body/closed/b']] as const) {
    const { status, pointers } = await ask('/a/1', { ...good, [name]: value })
    assert.deepEqual([status, (pointers as string[]).includes(pointer)], [400, true], `${name} ${String(pointers)}`)
  }
})

test('null in the spellings of every version', async () => {
  const old = await echo({ requestBody: jsonBody({ type: 'object', properties: { a: { type: 'string', nullable: true }, b: { type: 'integer', 'x-nullable': true }, c: { type: 'string' } } }) })
  assert.deepEqual((await old('/a/1', { a: null, b: null }))['body'], { a: null, b: null })
  assert.deepEqual((await old('/a/1', { c: null }))['pointers'], ['/body/c'])
  const fresh = await echo({ requestBody: jsonBody({ type: 'object', properties: { a: { type: ['string', 'null'] } } }) }, { openapi: '3.1.0' })
  assert.deepEqual((await fresh('/a/1', { a: null }))['body'], { a: null })
})

test('of several media types the one that is sent is judged by its own schema', async () => {
  const content = { 'application/json': { schema: { type: 'object', required: ['a'] } }, 'application/merge-patch+json': { schema: { type: 'object', properties: { a: { type: 'integer' } } } }, 'text/plain': { schema: { type: 'string', maxLength: 3 } } }
  const ask = await echo({ requestBody: { content } })
  assert.deepEqual((await ask('/a/1', {}))['pointers'], ['/body/a'])
  assert.deepEqual((await ask('/a/1', {}, 'application/merge-patch+json'))['body'], {})
  assert.deepEqual((await ask('/a/1', { a: 'x' }, 'application/merge-patch+json'))['pointers'], ['/body/a'])
  assert.deepEqual((await ask('/a/1', 'abcd', 'text/plain'))['pointers'], ['/body'])
  assert.equal((await ask('/a/1', '<a/>', 'application/xml'))['status'], 415)
})

test('an invalid date is refused, and so is a date-time without its zone', async () => {
  const ask = await echo({ parameters: [parameter('path id', { type: 'string', format: 'date' }), query('at', { type: 'string', format: 'date-time' })] })
  assert.deepEqual((await ask('/a/2024-02-29?at=2024-05-06T07:08:09Z'))['query'], { at: '2024-05-06T07:08:09Z' })
  assert.deepEqual((await ask('/a/2023-02-29?at=2024-05-06T07:08:09'))['pointers'], ['/path/id', '/query/at'])
})
