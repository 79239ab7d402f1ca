// References: found by the kind of their place, kept below the documents' folder, told with their place where they lead nowhere.
import assert from 'node:assert/strict'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { checkApis, readApi, readApis, readPublished, valueAt } from '../../src/openapi/index.ts'
import { generated, openapi, project } from './project.ts'

type Files = Record<string, string>

async function faultsOf(t: TestContext, files: Files): Promise<[code: string, file: string, line: number | undefined][]> {
  return checkApis(await readApis(project(t, files))).map(({ code, file, line }) => [code, file, line])
}

async function documentOf(t: TestContext, files: Files): Promise<unknown> {
  const root = project(t, files)
  const [api] = await readApis(root)
  assert.deepEqual(checkApis([api!]), [])
  return api!.document
}

const ok = "responses: { 200: { description: 'ok' } }"
const secret = '{ "jwt_secret": "the signing key" }'

// One place a line; `REF` is where the reference stands.
const places: [name: string, document: string][] = [
  ['the answer default', openapi('/a:\n  get:\n    operationId: a\n    responses:\n      default: { $ref: REF }')],
  ['a schema of an answer', openapi("/a:\n  get:\n    operationId: a\n    responses: { default: { description: d, content: { application/json: { schema: { $ref: REF } } } } }")],
  ['a header called x-count', openapi('/a:\n  get:\n    operationId: a\n    responses: { 200: { description: d, headers: { x-count: { $ref: REF } } } }')],
  ['a media type x-…', openapi('/a:\n  get:\n    operationId: a\n    responses: { 200: { description: d, content: { x-own/thing: { schema: { $ref: REF } } } } }')],
  ['a parameter', openapi(`/a:\n  get: { operationId: a, parameters: [{ $ref: REF }], ${ok} }`)],
  ['a parameter of components called default', openapi(`/a:\n  get: { operationId: a, ${ok} }`, 'parameters:\n  default: { $ref: REF }')],
  ['a body', openapi(`/a:\n  post: { operationId: a, requestBody: { $ref: REF }, ${ok} }`)],
  ['a body of components called example', openapi(`/a:\n  get: { operationId: a, ${ok} }`, 'requestBodies:\n  example: { $ref: REF }')],
  ['an example', openapi('/a:\n  get:\n    operationId: a\n    responses: { 200: { description: d, content: { text/plain: { examples: { one: { $ref: REF } } } } } }')],
  ['a link called default', openapi('/a:\n  get:\n    operationId: a\n    responses: { 200: { description: d, links: { default: { $ref: REF } } } }')],
  ['a callback called enum', openapi(`/a:\n  get:\n    operationId: a\n    callbacks: { enum: { $ref: REF } }\n    ${ok}`)],
  ['a path item', openapi('/a: { $ref: REF }')],
  ['a path item of a callback', openapi(`/a:\n  get:\n    operationId: a\n    callbacks: { on: { '{$request.body#/url}': { $ref: REF } } }\n    ${ok}`)],
  ['a security scheme', openapi(`/a:\n  get: { operationId: a, ${ok} }`, 'securitySchemes:\n  default: { $ref: REF }')],
  ['a webhook', `${openapi(`/a:\n  get: { operationId: a, ${ok} }`, '', '3.1.0')}webhooks: { default: { $ref: REF } }\n`],
  ['an operation', openapi('/a: { get: { $ref: REF } }')],
  ['all paths', "openapi: 3.0.3\ninfo: { title: T, version: '1' }\npaths: { $ref: REF }\n"],
  ['headers of a part of a form', openapi(`/a:\n  post:\n    operationId: a\n    requestBody: { content: { multipart/form-data: { schema: { type: object }, encoding: { default: { headers: { X-A: { $ref: REF } } } } } } }\n    ${ok}`)],
  ['a response of Swagger 2.0', `swagger: '2.0'\ninfo: { title: T, version: '1' }\npaths:\n  /a:\n    get: { operationId: a, responses: { default: { $ref: REF } } }\n`],
  ...['default', 'example', 'const', 'enum', 'examples', 'x-thing', '$ref', 'constructor'].map((name): [string, string] => [`a schema called ${name}`, openapi(`/a:\n  get: { operationId: a, ${ok} }`, `schemas:\n  '${name}': { $ref: REF }`)]),
  ...['properties', 'default', 'example', 'x-thing', '$ref', 'enum', 'items'].map((name): [string, string] => [`a property called ${name}`, openapi(`/a:\n  get: { operationId: a, ${ok} }`, `schemas:\n  Thing: { type: object, properties: { '${name}': { $ref: REF } } }`)]),
  ...['properties: { properties: { type: object, properties: { properties: { $ref: REF } } } }', 'patternProperties: { default: { $ref: REF } }', '$defs: { example: { $ref: REF } }', 'dependentSchemas: { const: { $ref: REF } }', 'prefixItems: [{ $ref: REF }]', 'if: { $ref: REF }', 'contains: { $ref: REF }', 'propertyNames: { $ref: REF }', 'unevaluatedProperties: { $ref: REF }', 'additionalProperties: { $ref: REF }'].map((schema): [string, string] => [`the schema ${schema}`, openapi(`/a:\n  get: { operationId: a, ${ok} }`, `schemas:\n  Thing: { ${schema} }`, '3.1.0')]),
]

test('a reference that leads nowhere is a fault, at every place that OpenAPI knows', async (t) => {
  for (const [name, document] of places) {
    const line = document.split('\n').findIndex((text) => text.includes('REF')) + 1
    for (const ref of ['#/components/responses/Problm', 'other.yaml#/Problm', '#/paths/~1none']) {
      const faults = await faultsOf(t, { 'apis/a.yaml': document.replace('REF', `'${ref}'`), 'apis/other.yaml': 'Problem: { description: no }\n' })
      assert.ok(faults.some(([code, file, at]) => code === 'ref-broken' && file === 'apis/a.yaml' && at === line), `${name} → ${ref}: ${JSON.stringify(faults)}`)
    }
  }
})

test('a reference to a hidden or an outer file is refused, at every place that OpenAPI knows', async (t) => {
  for (const [name, document] of places) {
    const faults = await faultsOf(t, { 'apis/a.yaml': document.replace('REF', "'.klue/secrets.json'"), 'apis/.klue/secrets.json': secret })
    assert.ok(faults.some(([code]) => code === 'ref-outside'), name)
  }
})

test('what stands in an example, a default or an extension is data', async (t) => {
  const text = openapi(`/a:
  get:
    operationId: a
    x-thing: { $ref: './none.yaml' }
    parameters: [{ name: q, in: query, example: { $ref: './none.yaml' }, schema: { default: { $ref: '#/none' } } }]
    responses:
      200: { description: d, content: { application/json: { examples: { one: { value: { $ref: './none.yaml' } } }, schema: { enum: [{ $ref: 'no' }], const: { $ref: 'no' }, examples: [{ $ref: 'no' }], example: { $ref: 'no' } } } }, links: { l: { operationId: a, parameters: { $ref: 'no' }, requestBody: { $ref: 'no' } } } }`, "schemas:\n  Link: { type: object, properties: { $ref: { type: string } }, default: { $ref: 'no' } }", '3.1.0')
  const document = await documentOf(t, { 'apis/a.yaml': text })
  assert.deepEqual(valueAt(document, '/paths/~1a/get/responses/200/content/application~1json/examples/one'), { value: { $ref: './none.yaml' } })
  assert.deepEqual(valueAt(document, '/paths/~1a/get/x-thing'), { $ref: './none.yaml' })
})

test('the default answer, a property called properties and a header called x-count come from other files into types and table', async (t) => {
  const api = await generated(t, openapi("/a:\n  get:\n    operationId: a\n    responses:\n      200: { description: d, headers: { x-count: { $ref: 'more.yaml#/headers/x-count' } }, content: { application/json: { schema: { $ref: 'more.yaml#/Feature' } } } }\n      default: { $ref: 'more.yaml#/responses/default' }"), {
    'apis/more.yaml': "Feature: { type: object, required: [properties], properties: { properties: { $ref: '#/default' }, example: { $ref: '#/enum' } } }\ndefault: { type: object, properties: { name: { type: string } } }\nenum: { type: integer }\nheaders: { x-count: { required: true, schema: { $ref: '#/enum' } } }\nresponses: { default: { description: problem, content: { application/json: { schema: { type: object, properties: { why: { $ref: '#/const' } } } } } } }\nconst: { type: boolean }\n",
  })
  const types = api.text('test.ts')
  assert.match(types, /name\?: string/)
  assert.match(types, /why\?: /)
  assert.doesNotMatch(types, /unknown|undefined;/)
  assert.deepEqual(api.table.operations[0]?.replies.map(({ status, media }) => [status, media]), [['200', ['application/json']], ['default', ['application/json']]])
  assert.match(types, /properties: Default\n  example\?: Enum \| undefined/)
})

test('every form of pointer is followed', async (t) => {
  const document = await documentOf(t, {
    'apis/a.yaml': openapi("/a/{id}:\n  $ref: 'items/item%20one.yaml'\n  summary: own\n/b: { $ref: 'items/more.yaml#/x-items/b' }\n/c: { get: { $ref: 'items/more.yaml#/x-items/b/get', operationId: c } }", "schemas:\n  Local: { $ref: '#/paths/~1a~1%7Bid%7D/get/responses/200/content/application~1json/schema' }\n  Hidden: { $ref: '#/x-parts/Tree' }\n  Named: { $ref: '#anchored' }\n  Anchored: { $anchor: anchored, type: string }\n  Elsewhere: { $ref: 'items/more.yaml#far' }\n  Again: { $ref: '#/components/schemas/Elsewhere' }", '3.1.0').replace('paths:', "x-parts: { Tree: { type: object, properties: { next: { $ref: '#/x-parts/Tree' } } } }\npaths:"),
    'apis/items/item one.yaml': "get: { operationId: a, parameters: [{ name: id, in: path, required: true, schema: { $ref: '../a.yaml#/components/schemas/Anchored' } }], responses: { 200: { description: d, content: { application/json: { schema: { $ref: 'more.yaml#/~1odd~0name~1{x}' } } } } } }\n",
    'apis/items/more.yaml': "x-items: { b: { get: { operationId: b, responses: { 200: { description: d } } } } }\n/odd~name/{x}: { type: object, properties: { self: { $ref: '#/~1odd~0name~1%7Bx%7D' } } }\nFar: { $anchor: far, type: number }\n",
  })
  const item = valueAt(document, '/paths/~1a~1{id}') as Record<string, unknown>
  assert.deepEqual(Object.keys(item).sort(), ['get', 'summary'])
  assert.deepEqual(valueAt(document, '/components/schemas/_x_'), undefined)
  assert.equal(valueAt(document, '/paths/~1c/get/operationId'), 'c')
  assert.deepEqual(valueAt(document, '/components/schemas/Named'), { $ref: '#/components/schemas/Anchored' })
  assert.deepEqual(valueAt(document, '/components/schemas/Hidden'), { $ref: '#/components/schemas/Tree' })
  assert.deepEqual(valueAt(document, '/components/schemas/Tree/properties/next'), { $ref: '#/components/schemas/Tree' })
  assert.doesNotMatch(JSON.stringify(document), /yaml/)
})

test('a path item keeps what stands beside its reference, in the same document too', async (t) => {
  const document = await documentOf(t, { 'apis/a.yaml': openapi(`/a: { $ref: '#/components/pathItems/Thing', post: { operationId: b, ${ok} } }`, `pathItems:\n  Thing: { get: { operationId: a, ${ok} } }`, '3.1.0') })
  assert.deepEqual(Object.keys(valueAt(document, '/paths/~1a') as object).sort(), ['get', 'post'])
})

test('files that refer to each other in a circle, and path items that hold themselves', async (t) => {
  const document = await documentOf(t, {
    'apis/a.yaml': openapi(`/a:\n  get: { operationId: a, responses: { default: { $ref: 'one.yaml#/answer' } } }`),
    'apis/one.yaml': "answer: { description: d, content: { application/json: { schema: { $ref: 'two.yaml' } } } }\nThing: { type: object, properties: { two: { $ref: './two.yaml' } } }\n",
    'apis/two.yaml': "type: object\nproperties: { one: { $ref: 'one.yaml#/Thing' }, answer: { $ref: '#' } }\n",
  })
  assert.deepEqual(valueAt(document, '/components/schemas/two/properties'), { one: { $ref: '#/components/schemas/Thing' }, answer: { $ref: '#/components/schemas/two' } })
  const circle = "get: { operationId: a, callbacks: { on: { '{$url}': { $ref: 'item.yaml' } } }, responses: { 200: { description: d } } }\n"
  assert.deepEqual(await faultsOf(t, { 'apis/a.yaml': openapi("/a: { $ref: 'item.yaml' }"), 'apis/item.yaml': circle }), [['ref-circular', 'apis/item.yaml', 1]])
  assert.deepEqual(await faultsOf(t, { 'apis/a.yaml': openapi("/a: { get: { operationId: a, responses: { 200: { $ref: '#/components/responses/A' } } } }", "responses:\n  A: { $ref: '#/components/responses/B' }\n  B: { $ref: '#/components/responses/A' }") }), [['ref-circular', 'apis/a.yaml', 7], ['ref-circular', 'apis/a.yaml', 8]])
})

test('a discriminator leads to the schemas of other files', async (t) => {
  const document = await documentOf(t, { 'apis/a.yaml': openapi(`/a:\n  get: { operationId: a, ${ok} }`, "schemas:\n  Pet: { oneOf: [{ $ref: 'pets.yaml#/Cat' }], discriminator: { propertyName: kind, mapping: { cat: 'pets.yaml#/Cat', dog: 'pets.yaml#/Dog', fish: Fish } } }\n  Fish: { type: object }"), 'apis/pets.yaml': 'Cat: { type: object }\nDog: { type: object }\n' })
  assert.deepEqual(valueAt(document, '/components/schemas/Pet/discriminator/mapping'), { cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog', fish: 'Fish' })
})

test('a reference that means something of another type is a fault', async (t) => {
  assert.deepEqual(await faultsOf(t, { 'apis/a.yaml': openapi("/a:\n  get: { operationId: a, responses: { 200: { $ref: '#/info/title' } } }") }), [['ref-broken', 'apis/a.yaml', 5]])
})

test('a whole document, a list and what is no text are no references', async (t) => {
  for (const [ref, words] of [["''", 'a whole document'], ["'#'", 'a whole document'], ["'b.yaml'", 'a whole document'], ["'list.yaml'", 'a list'], ['5', 'is no text'], ['[a]', 'is no text'], ['null', 'is no text'], ['{ type: string }', 'is no text']] as [string, string][]) {
    for (const place of ['schema', 'response'] as const) {
      const root = project(t, { 'apis/a.yaml': openapi(`/a:\n  get: { operationId: a, ${ok} }`, `${place}s:\n  Pet: { $ref: ${ref} }`), 'apis/b.yaml': openapi(`/b:\n  get: { operationId: b, ${ok} }`), 'apis/list.yaml': '- { description: d }\n' })
      assert.deepEqual(checkApis(await readApis(root)).map(({ code, file, line, message }) => [code, file, line, message.includes(words)]).filter(([code]) => code === 'ref-broken'), [['ref-broken', 'apis/a.yaml', 8, true]], `${place} → ${ref}`)
    }
  }
})

test('a list of parameters comes from another file and from an extension', async (t) => {
  const document = await documentOf(t, {
    'apis/a.yaml': openapi(`/a:\n  parameters: { $ref: '#/x-lists/both' }\n  get: { operationId: a, parameters: { $ref: list.yaml }, ${ok} }`).replace('paths:', "x-lists: { both: [{ $ref: 'one.yaml' }] }\npaths:"),
    'apis/list.yaml': '- { name: q, in: query, schema: { type: string } }\n- { $ref: one.yaml }\n', 'apis/one.yaml': 'name: p\nin: query\nschema: { type: string }\n',
  })
  assert.deepEqual(valueAt(document, '/paths/~1a/parameters'), [{ $ref: '#/components/parameters/one' }])
  assert.deepEqual(valueAt(document, '/paths/~1a/get/parameters'), [{ name: 'q', in: 'query', schema: { type: 'string' } }, { $ref: '#/components/parameters/one' }])
})

const outer: [ref: string, code: string][] = [
  ['../.klue/secrets.json', 'ref-outside'], ['./.klue/secrets.json', 'ref-outside'], ['sub/../../.klue/secrets.json', 'ref-outside'], ['%2e%2e/.klue/secrets.json', 'ref-outside'], ['%2E%2E%2F.klue%2Fsecrets.json', 'ref-outside'],
  ['.%6blue/secrets.json', 'ref-outside'], ['%2eklue/secrets.json#/jwt_secret', 'ref-outside'], ['sub/.env', 'ref-outside'], ['../package.json', 'ref-outside'], ['../../etc/passwd', 'ref-outside'], ['/etc/passwd', 'ref-outside'], ['%2Fetc/passwd', 'ref-outside'],
  ['file:///etc/passwd', 'ref-outside'], ['FILE:../.klue/secrets.json', 'ref-outside'], ['C:/secrets.json', 'ref-outside'], ['C%3A/secrets.json', 'ref-outside'], ['..\\.klue\\secrets.json', 'ref-outside'], ['..%5c.klue%5csecrets.json', 'ref-outside'], ['\\\\host\\share\\a.yaml', 'ref-outside'],
  ['part.yaml%00.json', 'ref-outside'], ['part.yaml:stream', 'ref-outside'], ['data:application/json,{}', 'ref-outside'], ['//host/share/a.yaml', 'ref-remote'], ['https://example.org/a.yaml', 'ref-remote'], ['HTTP://example.org/a.yaml#/A', 'ref-remote'],
  ['linked.json', 'ref-outside'], ['linked/secrets.json', 'ref-outside'], ['inner.json', 'ref-outside'], ['apis-more/a.json', 'ref-outside'],
]

test('references stay below the folder of the documents, and reach no hidden file on any way', async (t) => {
  const root = project(t, { '.klue/secrets.json': secret, 'apis/.klue/secrets.json': secret, 'apis/sub/.env': secret, 'apis/part.yaml': 'A: {}\n', 'package.json': secret, 'apis-more/a.json': secret })
  symlinkSync(join(root, '.klue/secrets.json'), join(root, 'apis/linked.json'))
  symlinkSync(join(root, '.klue'), join(root, 'apis/linked'))
  symlinkSync('.klue/secrets.json', join(root, 'apis/inner.json'))
  symlinkSync('../apis-more', join(root, 'apis/apis-more'))
  for (const [ref, code] of outer) {
    writeFileSync(join(root, 'apis/a.yaml'), openapi(`/a:\n  get: { operationId: a, ${ok} }`, `schemas:\n  Pet: { $ref: ${JSON.stringify(ref)} }`))
    assert.deepEqual(checkApis(await readApis(root)).map((fault) => [fault.code, fault.file, fault.line, fault.message.includes(JSON.stringify(ref))]), [[code, 'apis/a.yaml', 8, true]], ref)
    assert.doesNotMatch(JSON.stringify((await readPublished(root, 'a'))?.document), /signing key/)
  }
})

test('a link within the folder of the documents is followed', async (t) => {
  const root = project(t, { 'apis/a.yaml': openapi(`/a:\n  get: { operationId: a, ${ok} }`, "schemas:\n  Pet: { $ref: 'linked/pet.yaml' }"), 'apis/parts/pet.yaml': 'type: string\n' })
  symlinkSync('parts', join(root, 'apis/linked'))
  assert.deepEqual(checkApis(await readApis(root)), [])
})

test('a document outside of apis/ refers to files beside it', async (t) => {
  const root = project(t, { '.specs/a.yaml': openapi(`/a:\n  get: { operationId: a, ${ok} }`, "schemas:\n  Pet: { $ref: 'parts/pet.yaml' }\n  Out: { $ref: '../.env.yaml' }"), '.specs/parts/pet.yaml': 'type: string\n', '.env.yaml': 'type: string\n' })
  const { faults } = await readApi(join(root, '.specs'), 'a.yaml')
  assert.deepEqual(faults.map(({ code, line }) => [code, line]), [['ref-outside', 9]])
})
