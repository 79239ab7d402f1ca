// The operation table: routes, parameters, security, settings, of documents in every format.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readApis, readPublished } from '../../src/openapi/index.ts'
import { generated, openapi, project } from './project.ts'

const done = 'responses: { 204: { description: done } }'

test('routes: literals, then patterns with more literal text first, then whole parameters', async (t) => {
  const p = (...names: string[]): string => `parameters: [${names.map((name) => `{ name: ${name}, in: path, required: true, schema: { type: string } }`).join(', ')}]`
  const { table } = await generated(t, openapi(`
/:
  get: { operationId: root, ${done} }
/a b/:
  get: { operationId: slash, ${done} }
/c/{x}:
  get: { operationId: whole, ${p('x')}, ${done} }
/c/{x}-{y}:
  get: { operationId: dashed, ${p('x', 'y')}, ${done} }
/c/{base}...{head}:
  get: { operationId: dots, ${p('base', 'head')}, ${done} }
/c/latest:
  get: { operationId: latest, ${done} }
/c/{other}/d:
  post: { operationId: deep, ${p('other')}, ${done} }
/__proto__:
  get: { operationId: proto, ${done} }
`))
  const { literals = {} } = table.routes
  const idOf = (index: number | undefined): string | undefined => table.operations[index ?? -1]?.id
  assert.equal(idOf(literals['']?.methods?.['GET']?.operation), 'root')
  assert.equal(idOf(literals['a b']?.literals?.['']?.methods?.['GET']?.operation), 'slash')
  assert.equal(literals['a b']?.methods, undefined)
  assert.ok(Object.hasOwn(literals, '__proto__'))
  const c = literals['c']
  assert.equal(idOf(c?.literals?.['latest']?.methods?.['GET']?.operation), 'latest')
  assert.deepEqual(c?.patterns?.map(({ source, node }) => [source, idOf(node.methods?.['GET']?.operation)]), [['^([^]+)\\.\\.\\.([^]+)$', 'dots'], ['^([^]+)-([^]+)$', 'dashed']])
  assert.deepEqual(c?.parameter?.methods?.['GET'], { operation: table.operations.findIndex(({ id }) => id === 'whole'), names: ['x'] })
  assert.deepEqual(c?.parameter?.literals?.['d']?.methods?.['POST']?.names, ['other'])
  assert.deepEqual(new RegExp(c?.patterns?.[0]?.source ?? '').exec('v1...v2')?.slice(1), ['v1', 'v2'])
})

test('parameters know how they travel', async (t) => {
  const { table } = await generated(t, openapi(`/a/{id}:
  parameters: [{ name: id, in: path, required: true, schema: { type: string } }, { name: q, in: query, schema: { type: string } }]
  get:
    operationId: a
    parameters:
      - { name: q, in: query, schema: { $ref: '#/components/schemas/List' } }
      - { name: pipes, in: query, style: pipeDelimited, schema: { anyOf: [{ type: string }, { type: array }] } }
      - { name: deep, in: query, style: deepObject, schema: { type: object } }
      - { name: spread, in: query, schema: { type: object, properties: { a: {}, b: {} } } }
      - { name: open, in: query, schema: { type: object, properties: { a: {} }, additionalProperties: true } }
      - { name: json, in: query, content: { application/json: { schema: { type: object } } } }
      - { name: X-Id, in: header, required: true, schema: { type: integer } }
      - { name: raw, in: query, allowReserved: true, schema: { type: string } }
    ${done}`, 'schemas:\n  List: { type: array }'))
  assert.deepEqual(table.operations[0]?.parameters, [
    { name: 'id', in: 'path', required: true, style: 'simple', explode: false, shape: 'primitive' },
    { name: 'q', in: 'query', required: false, style: 'form', explode: true, shape: 'array' },
    { name: 'pipes', in: 'query', required: false, style: 'pipeDelimited', explode: false, shape: 'array' },
    { name: 'deep', in: 'query', required: false, style: 'deepObject', explode: false, shape: 'object' },
    { name: 'spread', in: 'query', required: false, style: 'form', explode: true, shape: 'object', properties: ['a', 'b'] },
    { name: 'open', in: 'query', required: false, style: 'form', explode: true, shape: 'object' },
    { name: 'json', in: 'query', required: false, style: 'form', explode: true, shape: 'primitive', content: 'application/json' },
    { name: 'x-id', in: 'header', required: true, style: 'simple', explode: false, shape: 'primitive' },
    { name: 'raw', in: 'query', required: false, style: 'form', explode: true, shape: 'primitive', allowReserved: true },
  ])
})

test('Swagger 2.0: lists, forms, bodies, media types, names', async (t) => {
  const { table, request, reply } = await generated(t, `swagger: '2.0'
info: { title: Old, version: '1' }
host: example.org
basePath: /v1
schemes: [https]
securityDefinitions: { basic: { type: basic }, key: { type: apiKey, in: header, name: X-Key } }
security: [{ basic: [] }, { key: [] }]
paths:
  /a:
    get:
      x-bind-server: module.handlers.listThings
      x-bind-client: things
      parameters:
        - { name: multi, in: query, type: array, items: { type: integer }, collectionFormat: multi }
        - { name: csv, in: query, type: array, items: { type: string } }
        - { name: pipes, in: query, type: array, items: { type: string }, collectionFormat: pipes }
        - { name: ssv, in: query, type: array, items: { type: string }, collectionFormat: ssv }
        - { name: tsv, in: query, type: array, items: { type: string }, collectionFormat: tsv }
      responses: { 200: { description: ok, schema: { $ref: '#/definitions/Thing' } } }
    post:
      operationId: addThing
      x-bind-server: module.ignored
      security: []
      parameters: [{ name: thing, in: body, required: true, schema: { $ref: '#/definitions/Thing' } }]
      responses: { 200: { description: ok } }
    put:
      operationId: upload
      consumes: [multipart/form-data]
      parameters: [{ name: file, in: formData, type: file, required: true }, { name: n, in: formData, type: integer }]
      responses: { 200: { description: ok } }
    delete:
      x-no-bind-server: true
      responses: {}
definitions:
  Thing: { type: object, required: [name], properties: { name: { type: string, x-nullable: true } } }
`)
  const [list, add, upload] = table.operations
  assert.deepEqual(table.operations.map(({ id, clientName }) => [id, clientName]), [['listThings', 'things'], ['addThing', 'addThing'], ['upload', 'upload']])
  assert.deepEqual(list?.parameters.map(({ name, style, explode, separator }) => [name, style, explode, separator]), [['multi', 'form', true, undefined], ['csv', 'form', false, undefined], ['pipes', 'pipeDelimited', false, undefined], ['ssv', 'spaceDelimited', false, undefined], ['tsv', 'form', false, '\t']])
  assert.deepEqual([table.openapi, table.basePath, list?.replies[0]?.media, add?.body, upload?.body?.media], ['2.0', '/v1', ['application/json'], { required: true, media: ['application/json'] }, ['multipart/form-data']])
  assert.deepEqual([table.securitySchemes, list?.security, add?.security], [{ basic: { kind: 'basic' }, key: { kind: 'apiKey', name: 'x-key', in: 'header' } }, [{ basic: [] }, { key: [] }], []])
  assert.equal(request('addThing').body['application/json']?.({ name: null }), true)
  assert.equal(request('upload').body['multipart/form-data']?.({ file: { filename: 'a', contentType: 'b', data: new Uint8Array() }, n: '1' }), true)
  assert.equal(reply('listThings').replies['200']?.['application/json']?.({}), false)
})

test('settings, security schemes and the success status', async (t) => {
  const { table } = await generated(t, `${openapi(`/a:
  get:
    operationId: a
    tags: [reports]
    x-klue-timeout: 5
    x-klue-slow-ms: 20
    x-klue-body-limit: 100
    x-decorate-server: auth.required
    responses: { 404: { description: no }, 202: { description: yes }, 201: { description: yes } }
  post: { operationId: b, tags: [reports], x-klue-function: own, responses: { default: { description: any } } }`, 'securitySchemes:\n  jwt: { type: http, scheme: Bearer }\n  login: { type: openIdConnect, openIdConnectUrl: x }')}tags: [{ name: reports, x-klue-function: slow-ones }]\nsecurity: [{ jwt: [] }, {}]\n`)
  const [a, b] = table.operations
  assert.deepEqual(a?.settings, { timeoutSeconds: 5, slowMs: 20, bodyLimitBytes: 100, function: 'slow-ones', decorateServer: 'auth.required' })
  assert.deepEqual([b?.settings, a?.successStatus, b?.successStatus], [{ function: 'own' }, 201, 200])
  assert.deepEqual([table.securitySchemes, a?.security], [{ jwt: { kind: 'bearer' }, login: { kind: 'custom' } }, [{ jwt: [] }, {}]])
})

test('parts of other files: YAML and JSON, nested, in circles, whole path items', async (t) => {
  const files = {
    'apis/parts/path.yaml': "get:\n  operationId: a\n  parameters: [{ $ref: 'parameters.json#/limit' }]\n  responses: { 200: { description: ok, content: { application/json: { schema: { $ref: '../schemas/tree.yaml' } } } } }\n",
    'apis/parts/parameters.json': '{"limit":{"name":"limit","in":"query","schema":{"$ref":"#/Limit"}},"Limit":{"type":"integer","maximum":9}}',
    'apis/schemas/tree.yaml': "type: object\nrequired: [leaf]\nproperties:\n  leaf: { $ref: './leaf.yaml#/Leaf' }\n  children: { type: array, items: { $ref: 'tree.yaml' } }\n",
    'apis/schemas/leaf.yaml': "Leaf: { type: object, properties: { tree: { $ref: 'tree.yaml#' }, id: { $ref: '../test.yaml#/components/schemas/Id' } } }\n",
  }
  const { root, table, request, reply, text } = await generated(t, openapi("/a: { $ref: 'parts/path.yaml' }", 'schemas:\n  Id: { type: integer }'), files)
  assert.deepEqual(table.operations.map(({ id }) => id), ['a'])
  assert.equal(request('a').parameters?.({ query: { limit: '10' } }), false)
  const validator = reply('a').replies['200']?.['application/json']
  assert.equal(validator?.({ leaf: { id: 1, tree: { leaf: {} } }, children: [{ leaf: {} }] }), true)
  assert.equal(validator?.({ leaf: { id: 'x' } }), false)
  assert.match(text('test.ts'), /export type Tree = /)
  const published = await readPublished(root, 'test')
  assert.doesNotMatch(JSON.stringify(published?.document), /\.yaml|\.json"/)
  assert.deepEqual((await readApis(root)).map(({ api }) => api), ['test'])
})

test('publishes the source as it is and one complete document', async (t) => {
  const source = `swagger: '2.0'\ninfo: { title: Old, version: '1' }\npaths: {}\n`
  const root = project(t, { 'apis/old.yaml': source })
  const published = await readPublished(root, 'old')
  assert.deepEqual([published?.title, published?.source, String(published?.document['openapi']).slice(0, 2)], ['Old', source, '3.'])
  assert.equal(await readPublished(root, 'older'), undefined)
})
