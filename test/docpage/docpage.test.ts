// The page asks no other host, may run only its own script, and shows a document as text.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { docPage, docPageCsp } from '../../src/docpage/index.ts'
import { draw, type FakeNode, functions, settle } from './fake-page.ts'

const doc = {
  openapi: '3.1.0',
  info: { title: 'Things', version: '2', description: 'All <b>things</b>' },
  tags: [{ name: 'second', description: 'The second' }, { name: 'empty' }],
  security: [{ bearer: [] }],
  paths: {
    '/things/{id}': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: { operationId: 'getThing', tags: ['first'], summary: 'One thing', security: [], responses: { 200: { description: 'It', content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } } } },
      put: { operationId: 'putThing', tags: ['second'], requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } }, parameters: [{ name: 'tags', in: 'query', schema: { type: 'array', items: { type: 'string' } } }], responses: { default: { $ref: '#/components/responses/Failure' } } },
    },
    '/open': { post: { operationId: 'open', responses: {} } },
  },
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    parameters: { id: { name: 'id', in: 'path', required: true, schema: { type: 'string', example: 'a' } } },
    responses: { Failure: { description: 'It failed' } },
    schemas: { Thing: { type: 'object', required: ['id'], properties: { id: { type: 'string' }, size: { type: 'integer', minimum: 2 }, parent: { $ref: '#/components/schemas/Thing' }, parts: { type: 'array', items: { $ref: '#/components/schemas/Thing' } }, secret: { type: 'string', readOnly: true } } } },
  },
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

function operationRow(root: FakeNode, id: string): FakeNode {
  return root.all('details').find((node) => node.attributes['id'] === `op-${id}`)!
}

test('the page refers to no other host and its policy holds the hashes of what is in it', () => {
  const html = docPage({ title: '<Builds & "more">', api: 'builds', specUrl: '/doc/builds.json' })
  assert.doesNotMatch(html, /https?:\/\/|\ssrc=|@import|url\(/)
  assert.match(html, /<title>&lt;Builds &amp; &quot;more&quot;&gt;<\/title>/)
  assert.match(html, /data-spec-url="\/doc\/builds\.json"/)
  const policy = docPageCsp()
  for (const tag of ['script', 'style']) {
    const parts = [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))]
    assert.equal(parts.length, 1)
    assert.ok(policy.includes(`${tag}-src 'sha256-${createHash('sha256').update(parts[0]![1]!).digest('base64')}'`), tag)
  }
  assert.match(policy, /default-src 'none'/)
  assert.doesNotMatch(policy, /unsafe/)
  assert.doesNotMatch(html, /\son\w+="|\sstyle="|innerHTML|insertAdjacentHTML|document\.write/)
})

test('operations stand under their tags, and details come when they are opened', async () => {
  const { main, requests } = await draw(doc)
  assert.deepEqual(requests.map((request) => request.url), ['/doc/things.json'])
  assert.deepEqual(main.all('h2').map((node) => node.text), ['Security', 'second', 'first', 'Operations', 'Schemas'])
  assert.match(main.text, /3 of 3 operations/)
  const row = operationRow(main, 'getThing')
  assert.doesNotMatch(row.text, /Parameters/)
  assert.match(row.unfold().text, /open to everybody.*Parameters.*id required.*Replies.*200 It.*Try it/s)
  const size = row.text.length
  assert.equal(row.unfold().text.length, size, 'drawn once')
  const put = operationRow(main, 'putThing').unfold()
  assert.match(put.text, /asks for bearer \(HTTP bearer\).*tags.*array of string.*Body, required.*Thing.*size.*at least 2.*default It failed/s)
})

test('a schema inside itself can be opened for ever', async () => {
  const { main } = await draw(doc)
  let details = main.all('details').find((node) => node.all('summary')[0]!.text === 'Thing')!
  for (let depth = 0; depth < 20; depth++) details = details.unfold().all('details').find((node) => node.text.startsWith('parent'))!
  assert.match(details.text, /^parent Thing/)
})

test('whatever the document says is shown as text', async () => {
  const hostile = '<img src=x onerror=alert(1)>'
  const { main } = await draw({ openapi: hostile, info: { title: hostile, version: { a: 1 }, description: hostile }, tags: [null, 7], paths: { [hostile]: { get: { operationId: hostile, summary: hostile, tags: [hostile, {}], description: 5, parameters: [null, { name: hostile, in: 'query', schema: false }], responses: { 200: null, 500: { description: hostile, content: 3 } } }, put: 'no' }, '/b': null }, components: { schemas: { [hostile]: true, b: { $ref: '#/components/schemas/b' } }, securitySchemes: { a: null } } })
  for (const details of main.all('details')) details.unfold()
  for (const details of main.all('details')) details.unfold()
  assert.ok(main.text.includes(hostile))
  assert.deepEqual(main.all('img'), [])
  assert.match(main.text, /1 of 1 operations/)
})

test('the filter hides operations and emptied groups', async () => {
  const { main } = await draw(doc)
  const filter = main.all('input').find((node) => node.attributes['type'] === 'search')!
  filter.value = 'put thing'
  filter.listeners['input']!({})
  assert.match(main.text, /1 of 3 operations/)
  assert.deepEqual(main.all('section').map((node) => [node.all('h2')[0]!.text, node.hidden]), [['second', false], ['first', true], ['Operations', true]])
})

test('an address with an operation opens it', async () => {
  const { main } = await draw(doc, undefined, '#putThing')
  assert.deepEqual(main.all('details').filter((node) => node.open).map((node) => node.attributes['id']), ['op-putThing'])
})

test('the form sends what was filled in and shows the answer', async () => {
  const { main, requests } = await draw(doc, () => Response.json({ done: true }, { status: 201, headers: { 'x-a': 'b' } }))
  const row = operationRow(main, 'putThing').unfold()
  row.all('details').find((node) => node.attributes['class'] === 'try')!.unfold()
  const form = row.all('form')[0]!
  const [id, tags] = form.all('input')
  const [headers, body] = form.all('textarea')
  assert.equal(id!.value, 'a', 'filled in from the example')
  assert.deepEqual(JSON.parse(body!.value), { id: 'string', size: 2, parts: [] })
  id!.value = 'a/b'
  tags!.value = 'x, y&z'
  headers!.value = 'X-One: 1\n\nX-Two: a: b'
  main.all('input').find((node) => node.attributes['type'] === 'password')!.value = 'secret'
  form.listeners['submit']!({ preventDefault: () => undefined })
  await settle(() => form.text.includes('201'))
  const { url, init } = requests[1]!
  assert.equal(url, '/v1/things/a%2Fb?tags=x&tags=y%26z')
  assert.equal(init.method, 'PUT')
  assert.deepEqual(plain(init.headers), [['X-One', '1'], ['X-Two', 'a: b'], ['Authorization', 'Bearer secret'], ['Content-Type', 'application/json']])
  assert.match(form.text, /201.*x-a: b.*"done": true/s)
  id!.value = ''
  form.listeners['submit']!({ preventDefault: () => undefined })
  await settle(() => form.text.includes('Fill in'))
  assert.match(form.text, /Fill in the path parameter id\./)
  assert.equal(requests.length, 2)
})

test('a document that does not come is said to be missing', async () => {
  const { main } = await draw(undefined as unknown)
  assert.match(main.text, /could not be loaded/)
})

test('examples, Swagger 2.0 bodies and query styles', () => {
  const { bodyOf, exampleOf, operationsOf, queryParts, typeOf } = functions() as Record<string, (...args: unknown[]) => unknown>
  assert.deepEqual(plain(exampleOf!({}, { allOf: [{ type: 'object', properties: { a: { enum: ['x'] } } }, { properties: { b: { type: ['null', 'boolean'] } } }] })), { a: 'x', b: false })
  assert.equal(exampleOf!({}, { type: 'string', format: 'date' }), '2024-01-31')
  assert.equal(typeOf!({}, { oneOf: [{ type: 'string', format: 'uuid' }, { type: 'array', items: { const: 1 } }] }), 'string (uuid) | array of 1')
  const swagger = { swagger: '2.0', consumes: ['application/json'], paths: { '/a': { post: { parameters: [{ in: 'body', name: 'b', required: true, schema: { type: 'object', properties: { n: { type: 'number' } } } }] } } } }
  const [entry] = operationsOf!(swagger) as object[]
  const body = bodyOf!(swagger, entry) as { required: boolean; media: { type: string; example(): unknown }[] }
  assert.deepEqual([body.required, body.media[0]!.type, plain(body.media[0]!.example())], [true, 'application/json', { n: 0 }])
  const parts = (parameter: object, text: string): unknown => plain(queryParts!({}, parameter, text))
  assert.deepEqual(parts({ name: 'a', explode: false, schema: { type: 'array' } }, '1,2'), ['a=1,2'])
  assert.deepEqual(parts({ name: 'a', style: 'deepObject', schema: { type: 'object' } }, '{"b":1}'), ['a%5Bb%5D=1'])
  assert.deepEqual(parts({ name: 'a', type: 'array', collectionFormat: 'pipes' }, '1,2'), ['a=1%7C2'])
})

test('a document of 1,224 operations is drawn without their details', async () => {
  const paths = Object.fromEntries(Array.from({ length: 1224 }, (_, index) => [`/p${index}`, { get: { operationId: `op${index}`, tags: [`t${index % 20}`], responses: {} } }]))
  const { main } = await draw({ openapi: '3.0.0', info: { title: 'Big', version: '1' }, paths })
  assert.match(main.text, /1224 of 1224 operations/)
  assert.equal(main.all('form').length, 0)
})
