// Whoever picks the Content-Type does not pick whether a body is checked.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bareType, chooseMedia, holdsJson, isForm, isJson, kindOf, leavesOpen } from '../../src/media/index.ts'
import { generated, openapi } from './project.ts'

const json = ['application/json', 'APPLICATION/JSON', 'application/json; charset=utf-8', 'text/json', 'application/vnd.acme+json', 'application/vnd.acme+v2+json', 'application/vnd.acme.v1.2+json;profile="a"', 'model/gltf+json', 'application/problem+json', 'application/x.y_z+json', 'image/json', 'application/json-patch+json']
const others = ['application/jsonp', 'application/json-seq', 'application/x-ndjson', 'application/jsonlines', 'json', 'application/', '', 'text/plain', 'text/plain; note=json', 'application/xml', 'multipart/form-data; boundary=json', 'application/vnd.json.acme']

test('JSON is told by type and suffix, whatever the spelling and the parameters', () => {
  for (const media of json) assert.deepEqual([isJson(media), holdsJson(media), kindOf(media)], [true, true, 'json'], media)
  for (const media of others) assert.equal(isJson(media), false, media)
  assert.deepEqual(['*/*', 'application/*', 'text/*', 'application/*+json', 'image/png', 'multipart/*', 'text/plain'].map(holdsJson), [true, true, true, true, false, false, false])
  assert.deepEqual(['text/csv', 'application/xml', 'application/atom+xml', 'application/yaml', 'Multipart/Form-Data; boundary=x', 'application/x-www-form-urlencoded', 'multipart/mixed', 'application/zip'].map(kindOf), ['text', 'text', 'text', 'text', 'multipart', 'urlencoded', 'bytes', 'bytes'])
})

test('a sent type falls under the most exact declared one, and a range is no type to send', () => {
  const declared = ['*/*', 'application/*', 'application/*+json', 'application/vnd.a+json']
  assert.deepEqual(['application/vnd.a+json; v=2', 'application/vnd.b+json', 'application/json', 'application/zip', 'text/plain', '', 'APPLICATION/VND.A+JSON'].map((type) => chooseMedia(declared, type)), ['application/vnd.a+json', 'application/*+json', 'application/*+json', 'application/*', '*/*', '*/*', 'application/vnd.a+json'])
  assert.deepEqual(['application/xml', 'text/json', '*/*', 'application/*', 'application/*+json'].map((type) => chooseMedia(['application/*+json'], type)), [undefined, undefined, undefined, undefined, undefined])
})

const schema = '{ type: object, required: [a], properties: { a: { type: integer } } }'
const declared = [...json, '*/*', 'application/*', 'text/*', 'application/*+json', 'application/x-www-form-urlencoded', 'multipart/form-data', 'Multipart/*']

test('every declared type that is read has a validator, in requests and in answers', async (t) => {
  const content = (media: string): string => `{ ${JSON.stringify(media)}: { schema: ${schema} } }`
  const { request, reply, text } = await generated(t, openapi(declared.map((media, index) => `/a${index}:\n  post:\n    operationId: a${index}\n    requestBody: { content: ${content(media)} }\n    responses: { 200: { description: ok, content: ${content(media)} } }`).join('\n')))
  declared.forEach((media, index) => {
    assert.deepEqual(Object.keys(request(`a${index}`).body), [bareType(media)], media)
    if (!isForm(media)) assert.deepEqual(Object.keys(reply(`a${index}`).replies['200']!), [bareType(media)], media)
  })
  assert.doesNotMatch(text('test.ts'), /body: (string|Uint8Array)/)
})

test('types that differ in parameters alone take what one of them takes', async (t) => {
  const { request, table } = await generated(t, openapi("/a:\n  post:\n    operationId: a\n    requestBody: { content: { 'application/json; v=1': { schema: { type: object, required: [a] } }, 'application/json; v=2': { schema: { type: object, required: [b] } }, 'Application/JSON; v=3': { schema: { type: object, required: [a] } } } }\n    responses: { 204: { description: done } }"))
  assert.deepEqual(table.operations[0]?.body?.media, ['application/json'])
  const check = request('a').body['application/json']!
  assert.deepEqual([{ a: 1 }, { b: 1 }, { c: 1 }, 'text'].map((body) => check(body)), [true, true, false, false])
})

test('a text is checked as the text it is or the number it spells, and a body that is bytes is not read', async (t) => {
  const { request, table, text } = await generated(t, openapi(`/a:
  post:
    operationId: a
    requestBody: { content: { text/plain: { schema: { type: string, maxLength: 3 } }, text/csv: { schema: { $ref: '#/components/schemas/File' } }, application/yaml: { schema: { type: string, pattern: '^a' } }, text/x-count: { schema: { type: integer } }, application/xml: { schema: { type: object } }, '*/*': { schema: { type: string, format: binary } }, application/zip: { schema: { type: string, format: binary } } } }
    responses: { 204: { description: done } }`, 'schemas: { File: { type: string, format: binary } }'))
  const { body } = request('a')
  assert.deepEqual(Object.keys(body).sort(), ['application/yaml', 'text/plain', 'text/x-count'])
  assert.deepEqual([body['text/plain']!('long'), body['application/yaml']!('b'), body['text/x-count']!('12'), body['text/x-count']!('twelve')], [false, false, true, false])
  assert.deepEqual(table.operations[0]?.body?.bytes, ['text/csv', '*/*'])
  assert.match(text('test.ts'), /body: string \| Uint8Array \| undefined|body: Uint8Array \| string \| undefined/)
})

test('a name that leaves open how a body is written is told from one of a known encoding', () => {
  for (const media of ['application/vnd.acme.build', 'Application/X-Thing; v=1', 'application/x-build-request', 'model/x-part', 'application/vnd.acme.v2', 'application/scim', 'x-acme/thing']) assert.equal(leavesOpen(media), true, media)
  for (const media of [...json, 'application/xml', 'application/yaml', 'text/x-thing', 'image/x-thing', 'audio/mp4', 'application/octet-stream', 'application/pdf', 'application/x-tar', 'application/x-gzip', 'application/cbor', 'application/vnd.acme+cbor', 'application/x-protobuf', 'application/vnd.google.protobuf', 'application/msgpack', 'application/x-msgpack', 'application/x-ndjson', 'application/json-seq', 'application/vnd.ms-excel', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'application/x-www-form-urlencoded', 'multipart/mixed', '*/*', 'application/*', 'thing', '']) assert.equal(leavesOpen(media), false, media)
})

test('a schema that neither text nor bytes can fit makes JSON of a type whose name says nothing, in types and validators too', async (t) => {
  const structured = [schema, '{ type: array, items: { type: integer } }', '{ type: number }', '{ properties: { a: {} } }', "{ $ref: '#/components/schemas/Build' }", "{ allOf: [{ $ref: '#/components/schemas/Build' }, { description: more }] }", "{ oneOf: [{ $ref: '#/components/schemas/Build' }, { type: 'null' }] }", '{ type: [object, "null"], required: [a] }', '{ enum: [1, 2] }']
  const loose = ['{ type: string }', '{ type: string, format: binary }', '{}', '{ type: [string, object] }', '{ enum: [a] }', '{ anyOf: [{ type: string }, { type: object }] }']
  const { table, request, reply, text } = await generated(t, openapi([...structured, ...loose].map((one, index) => `/a${index}:\n  post:\n    operationId: a${index}\n    requestBody: { required: true, content: { 'Application/X-Thing; v=1': { schema: ${one} } } }\n    responses: { 200: { description: ok, content: { application/x-thing: { schema: ${one} } } } }`).join('\n'), "schemas: { Build: { type: object, required: [b] } }"))
  for (const [index, { body, replies }] of table.operations.entries()) {
    const expected = index < structured.length ? ['application/x-thing'] : undefined
    assert.deepEqual([body?.json, replies[0]?.json], [expected, expected], String(index))
    assert.deepEqual([Object.keys(request(`a${index}`).body), Object.keys(reply(`a${index}`).replies['200'] ?? {})], [expected ?? [], expected ?? []], String(index))
  }
  assert.equal(text('test.ts').match(/body: Uint8Array/g)?.length, 2 * loose.length)
})
