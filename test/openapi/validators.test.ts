// What compiled validators accept, refuse, coerce and fill in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Validator } from '../../src/openapi/index.ts'
import { generated, openapi } from './project.ts'

function faults(validator: Validator | undefined, data: unknown): string[] {
  assert.ok(validator !== undefined, 'there is a validator')
  return validator(data) ? [] : (validator.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`)
}

const done = 'responses: { 204: { description: done } }'

/** The validator of a JSON body of this schema. */
async function bodyOf(t: Parameters<typeof generated>[0], schema: string, options: { schemas?: string; version?: string; media?: string } = {}): Promise<Validator | undefined> {
  const media = options.media ?? 'application/json'
  const document = openapi(`/a:\n  post:\n    operationId: a\n    requestBody: { content: { ${media}: { schema: ${schema} } } }\n    ${done}`, options.schemas === undefined ? '' : `schemas:\n${options.schemas}`, options.version)
  const { request } = await generated(t, document)
  return request('a').body[media]
}

test('parameters are coerced, completed and required', async (t) => {
  const { request } = await generated(t, openapi(`/a/{id}:
  get:
    operationId: a
    parameters:
      - { name: id, in: path, required: true, schema: { type: integer } }
      - { name: limit, in: query, schema: { $ref: '#/components/schemas/Limit' } }
      - { name: tags, in: query, required: true, schema: { type: array, items: { type: number } } }
      - { name: X-Mode, in: header, schema: { type: string, enum: [fast, slow], default: slow } }
      - { name: Accept, in: header, required: true, schema: { type: string } }
      - { name: session, in: cookie, schema: { type: boolean } }
    ${done}`, 'schemas:\n  Limit: { type: integer, minimum: 1, default: 10 }'))
  const { parameters } = request('a')
  const data = { path: { id: '7' }, query: { tags: ['1', '2.5'], other: 'x' }, headers: {}, cookies: { session: 'true' } }
  assert.deepEqual(faults(parameters, data), [])
  assert.deepEqual(data, { path: { id: 7 }, query: { tags: [1, 2.5], other: 'x', limit: 10 }, headers: { 'x-mode': 'slow' }, cookies: { session: true } })
  assert.deepEqual(faults(parameters, { path: { id: 'seven' }, query: { limit: '0' }, headers: { 'x-mode': 'soon' }, cookies: {} }).sort(), ['/headers/x-mode enum', '/path/id type', '/query required', '/query/limit minimum'])
})

test('JSON bodies are completed but not coerced, forms are both', async (t) => {
  const schema = '{ type: object, properties: { count: { type: integer }, unit: { type: string, default: ms } } }'
  const data = { count: 1 }
  assert.deepEqual(faults(await bodyOf(t, schema), data), [])
  assert.deepEqual(data, { count: 1, unit: 'ms' })
  assert.deepEqual(faults(await bodyOf(t, schema), { count: '1' }), ['/count type'])
  const form = { count: '1' }
  assert.deepEqual(faults(await bodyOf(t, schema, { media: 'application/x-www-form-urlencoded' }), form), [])
  assert.deepEqual(form, { count: 1, unit: 'ms' })
})

test('files of a form are not judged by their schema', async (t) => {
  const form = await bodyOf(t, '{ type: object, required: [photo], properties: { photo: { type: string, format: binary }, more: { type: array, items: { type: string, format: binary } } } }', { media: 'multipart/form-data' })
  const photo = { filename: 'a.png', contentType: 'image/png', data: new Uint8Array(1) }
  assert.deepEqual(faults(form, { photo, more: [photo] }), [])
  assert.deepEqual(faults(form, {}), [' required'])
})

test('null is accepted where nullable says so, whatever stands beside it', async (t) => {
  const schemas = '  Name: { type: string }'
  const nullables = ['{ type: string, nullable: true }', '{ type: string, enum: [a, b], nullable: true }', "{ $ref: '#/components/schemas/Name', nullable: true }", "{ nullable: true, allOf: [{ $ref: '#/components/schemas/Name' }] }", "{ type: object, nullable: true, allOf: [{ required: [x] }] }", '{ nullable: true, oneOf: [{ type: string }, { type: integer }] }', '{ type: string, x-nullable: true }']
  for (const schema of nullables) {
    const validator = await bodyOf(t, schema, { schemas })
    assert.deepEqual(faults(validator, null), [], schema)
    assert.notDeepEqual(faults(validator, 1.5), [], schema)
  }
  assert.deepEqual(faults(await bodyOf(t, '{ type: string }'), null), [' type'])
  assert.deepEqual(faults(await bodyOf(t, "{ type: [string, 'null'], maxLength: 2 }", { version: '3.1.0' }), null), [])
})

test('numbers, bounds and formats of both versions', async (t) => {
  const old = await bodyOf(t, '{ type: number, minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false }')
  assert.deepEqual([faults(old, 1), faults(old, 9)], [[' exclusiveMinimum'], []])
  const now = await bodyOf(t, '{ type: number, exclusiveMinimum: 1 }', { version: '3.1.0' })
  assert.deepEqual([faults(now, 1), faults(now, 2)], [[' exclusiveMinimum'], []])
  assert.deepEqual(faults(await bodyOf(t, '{ type: integer, format: int32 }'), 2 ** 31), [' format'])
  assert.deepEqual(faults(await bodyOf(t, '{ type: integer, format: int64 }'), 2 ** 31), [])
  assert.deepEqual(faults(await bodyOf(t, '{ type: string, format: date-time }'), '2026-13-01'), [' format'])
  assert.deepEqual(faults(await bodyOf(t, '{ type: string, format: money }'), 'a lot'), [])
  assert.deepEqual(faults(await bodyOf(t, "{ type: string, pattern: '^[\\w\\-]+$' }"), 'a b'), [' pattern'])
})

test('tuples and what remains unevaluated, OpenAPI 3.1', async (t) => {
  const tuple = await bodyOf(t, '{ type: array, prefixItems: [{ type: string }, { type: integer }], items: false }', { version: '3.1.0' })
  assert.deepEqual([faults(tuple, ['a', 1]), faults(tuple, ['a', 'b'])], [[], ['/1 type']])
  assert.notDeepEqual(faults(tuple, ['a', 1, 2]), [])
  const closed = await bodyOf(t, "{ allOf: [{ $ref: '#/components/schemas/Base' }], properties: { b: {} }, unevaluatedProperties: false }", { version: '3.1.0', schemas: '  Base: { type: object, properties: { a: {} } }' })
  assert.deepEqual([faults(closed, { a: 1, b: 2 }), faults(closed, { c: 1 })], [[], [' unevaluatedProperties']])
  const beside = await bodyOf(t, "{ $ref: '#/components/schemas/Name', maxLength: 2 }", { version: '3.1.0', schemas: '  Name: { type: string }' })
  assert.deepEqual(faults(beside, 'abc'), [' maxLength'])
  assert.deepEqual(faults(await bodyOf(t, "{ $ref: '#/components/schemas/Name', maxLength: 2 }", { schemas: '  Name: { type: string }' }), 'abc'), [], 'siblings of $ref do not count in 3.0')
})

test('schemas may refer to themselves and to each other', async (t) => {
  const validator = await bodyOf(t, "{ $ref: '#/components/schemas/Folder' }", { schemas: "  Folder: { type: object, required: [name], properties: { name: { type: string }, files: { type: array, items: { $ref: '#/components/schemas/File' } } } }\n  File: { type: object, required: [size], properties: { size: { type: integer }, parent: { $ref: '#/components/schemas/Folder' }, copy: { $ref: '#/components/schemas/File' } } }" })
  assert.deepEqual(faults(validator, { name: 'a', files: [{ size: 1, parent: { name: 'b', files: [{ size: 2 }] }, copy: { size: 3 } }] }), [])
  assert.deepEqual(faults(validator, { name: 'a', files: [{ size: 1, parent: { files: [{ size: 'x' }] }, copy: {} }] }).sort(), ['/files/0/copy required', '/files/0/parent required', '/files/0/parent/files/0/size type'])
})

test('a parent that is the union of its children does not run in a circle', async (t) => {
  const schemas = `  Pet: { type: object, required: [kind], properties: { kind: { type: string } }, oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }] }
  Cat: { allOf: [{ $ref: '#/components/schemas/Pet' }, { type: object, properties: { purrs: { type: boolean } } }] }
  Dog: { allOf: [{ $ref: '#/components/schemas/Pet' }, { type: object, properties: { barks: { type: boolean } } }] }`
  const cat = await bodyOf(t, "{ $ref: '#/components/schemas/Cat' }", { schemas })
  assert.deepEqual([faults(cat, { kind: 'cat', purrs: true }), faults(cat, { purrs: 1 })], [[], [' required', '/purrs type']])
  assert.deepEqual(faults(await bodyOf(t, "{ $ref: '#/components/schemas/Pet' }", { schemas }), { kind: 'cat' }), [])
})

test('a pointer into a schema is a reference like any other', async (t) => {
  const validator = await bodyOf(t, "{ $ref: '#/components/schemas/Pet/properties/a~1b%20c' }", { schemas: "  Pet: { properties: { 'a/b c': { type: integer } } }" })
  assert.deepEqual([faults(validator, 1), faults(validator, 'x')], [[], [' type']])
})

test('requests are not asked for readOnly properties, replies not for writeOnly ones', async (t) => {
  const { request, reply } = await generated(t, openapi("/a:\n  post:\n    operationId: a\n    requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/User' } } } }\n    responses: { 200: { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/User' } } } } }", `schemas:
  User:
    allOf:
      - { type: object, properties: { id: { type: integer, readOnly: true }, secret: { type: string, writeOnly: true }, name: { type: string, default: x } } }
      - { required: [id, secret, name] }`))
  assert.deepEqual(faults(request('a').body['application/json'], { secret: 's', name: 'n' }), [])
  const answer = { id: 1 }
  assert.deepEqual(faults(reply('a').replies['200']?.['application/json'], answer), [' required'])
  assert.deepEqual(answer, { id: 1 }, 'replies are not completed')
  assert.deepEqual(faults(reply('a').replies['200']?.['application/json'], { id: 1, name: 'n' }), [])
})

test('replies go by status and media type, their headers are coerced from text', async (t) => {
  const { reply } = await generated(t, openapi(`/a:
  get:
    operationId: a
    responses:
      200: { description: ok, headers: { X-Count: { required: true, schema: { type: integer } } }, content: { application/json; charset=utf-8: { schema: { type: integer } }, text/plain: { schema: { type: string, maxLength: 3 } }, image/png: { schema: { type: string, format: binary } } } }
      4xx: { description: bad, content: { application/problem+json: { schema: { type: object } }, application/json: { schema: {} } } }
      default: { $ref: '#/components/responses/Failed' }`, 'responses:\n  Failed: { description: failed, content: { application/json: { schema: { type: object } } } }'))
  const { replies, headers } = reply('a')
  assert.deepEqual(Object.entries(replies).map(([status, media]) => [status, Object.keys(media)]), [['200', ['application/json', 'text/plain']], ['4XX', ['application/problem+json']], ['default', ['application/json']]])
  assert.deepEqual(faults(replies['200']?.['application/json'], '1'), [' type'])
  assert.deepEqual(faults(replies['200']?.['text/plain'], 'long'), [' maxLength'])
  assert.deepEqual(faults(headers['200'], { 'x-count': '3' }), [])
  assert.deepEqual(faults(headers['200'], {}), [' required'])
})

test('what accepts everything has no validator', async (t) => {
  assert.equal(await bodyOf(t, '{}'), undefined)
  assert.equal(await bodyOf(t, '{ description: whatever, example: 1 }'), undefined)
})

test('headers of parts are coerced, completed and required; Content-Type, and what is no part of the form, is left out', async (t) => {
  const body = (encoding: string): string => openapi(`/a:\n  post:\n    operationId: a\n    requestBody: { content: { multipart/form-data: { schema: { $ref: '#/components/schemas/Form' }${encoding} }, application/x-www-form-urlencoded: { schema: { $ref: '#/components/schemas/Form' }${encoding} } } }\n    ${done}`, "schemas:\n  Base: { type: object, properties: { files: { type: array, items: { type: string, format: binary } } } }\n  Form: { allOf: [{ $ref: '#/components/schemas/Base' }], properties: { note: { type: string } } }\nheaders:\n  Limit: { required: true, schema: { type: integer, minimum: 1 } }")
  const { request, table, text } = await generated(t, body(", encoding: { files: { headers: { X-Limit: { $ref: '#/components/headers/Limit' }, X-Mode: { schema: { type: string, default: slow } }, content-type: { required: true, schema: { type: string } } } }, note: { contentType: text/plain }, other: { headers: { X-A: { schema: { type: string } } } } }"))
  const { parts } = request('a')
  assert.deepEqual(Object.entries(parts!).map(([media, fields]) => [media, Object.keys(fields)]), [['multipart/form-data', ['files']]])
  const data = { 'x-limit': '5' }
  assert.deepEqual([faults(parts!['multipart/form-data']!['files'], data), data], [[], { 'x-limit': 5, 'x-mode': 'slow' }])
  assert.deepEqual(faults(parts!['multipart/form-data']!['files'], {}), [' required'])
  assert.deepEqual(table.operations[0]!.body!.partHeaders, { 'multipart/form-data': { files: { isList: true, headers: [{ name: 'x-limit', in: 'header', required: true, style: 'simple', explode: false, shape: 'primitive' }, { name: 'x-mode', in: 'header', required: false, style: 'simple', explode: false, shape: 'primitive' }] } } })
  assert.match(text('test.ts'), /files\?: \(\{ filename: string; contentType: string; data: Uint8Array; headers: \{ 'x-limit': number; 'x-mode': string \} \}\)\[\] \| undefined/)
  const without = await generated(t, body(''))
  assert.deepEqual(['parts' in without.request('a'), 'partHeaders' in without.table.operations[0]!.body!], [false, false])
})
