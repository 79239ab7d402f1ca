// Bodies: media types, charsets, what is missing, what is too large, and what hostile JSON does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiDocument, compileApi, jsonBody, type Loose, type LooseHandlers, open, operation } from './service-fixture.ts'

const content = (media: Record<string, unknown>, required: boolean = true): Record<string, unknown> => ({ requestBody: { required, content: Object.fromEntries(Object.entries(media).map(([type, schema]) => [type, { schema }])) } })
const thing = { type: 'object', required: ['a'], properties: { a: { type: 'string' }, n: { type: 'integer', default: 2 }, b: { type: 'number' } } }
const form = { type: 'object', required: ['n'], properties: { n: { type: 'integer' }, flag: { type: 'boolean' }, list: { type: 'array', items: { type: 'integer' } }, text: { type: 'string', default: 't' } } }
const tree = { components: { schemas: { Tree: { type: 'object', properties: { child: { $ref: '#/components/schemas/Tree' }, n: { type: 'integer' } } } } } }

const spec = await compileApi(apiDocument({
  '/json': { post: operation('json', content({ 'application/json': thing })) },
  '/optional': { post: operation('optional', content({ 'application/json': thing }, false)) },
  '/vendor': { post: operation('vendor', content({ 'application/vnd.test+json': thing })) },
  '/form': { post: operation('form', content({ 'application/x-www-form-urlencoded': form })) },
  '/text': { post: operation('text', content({ 'text/plain': { type: 'string', maxLength: 10 } })) },
  '/bytes': { post: operation('bytes', content({ 'application/octet-stream': { type: 'string', format: 'binary' } })) },
  '/image': { post: operation('image', content({ 'image/*': {} })) },
  '/any': { post: operation('any', content({ '*/*': {} })) },
  '/several': { post: operation('several', content({ 'application/json': thing, 'text/plain': { type: 'string' }, 'application/x-www-form-urlencoded': form })) },
  '/none': { post: operation('none') },
  '/small': { post: operation('small', { ...content({ 'text/plain': { type: 'string' } }), 'x-klue-body-limit': 5 }) },
  '/tree': { post: operation('tree', { requestBody: jsonBody({ $ref: '#/components/schemas/Tree' }) }) },
  '/list': { post: operation('list', { requestBody: jsonBody({ type: 'array', items: { type: 'string' } }) }) },
  '/closed': { post: operation('closed', { requestBody: jsonBody({ type: 'object', additionalProperties: false }) }) },
}, tree))

const echo = ({ body }: Loose): unknown => ({ kind: body instanceof Uint8Array ? 'bytes' : typeof body, body: body instanceof Uint8Array ? Buffer.from(body).toString('hex') : body })
const { send } = open({ spec, handlers: Object.fromEntries(spec.table.operations.map(({ id }) => [id, echo])) as unknown as LooseHandlers, routes: {} }, { config: { body_limit_bytes: 2_000_000 } })
const post = (path: string, body?: string | Uint8Array, type?: string) => send(`POST ${path}`, { headers: type === undefined ? {} : { 'content-type': type }, ...(body === undefined ? {} : { body }) })

const accepted: [name: string, path: string, type: string | undefined, body: string | Uint8Array, expected: unknown][] = [
  ['JSON', '/json', 'application/json', '{"a":"x"}', { a: 'x', n: 2 }],
  ['JSON with a charset', '/json', 'application/json; charset=utf-8', '{"a":"ü"}', { a: 'ü', n: 2 }],
  ['JSON in upper case', '/json', 'Application/JSON', '{"a":"x"}', { a: 'x', n: 2 }],
  ['JSON without a type', '/json', undefined, '{"a":"x"}', { a: 'x', n: 2 }],
  ['JSON after a byte order mark', '/json', 'application/json', '\ufeff{"a":"x"}', { a: 'x', n: 2 }],
  ['further properties', '/json', 'application/json', '{"a":"x","more":[1]}', { a: 'x', n: 2, more: [1] }],
  ['a JSON of its own', '/vendor', 'application/vnd.test+json', '{"a":"x"}', { a: 'x', n: 2 }],
  ['a form, coerced', '/form', 'application/x-www-form-urlencoded', 'n=5&flag=true&list=1&list=2', { n: 5, flag: true, list: [1, 2], text: 't' }],
  ['a form with a list of one', '/form', 'application/x-www-form-urlencoded', 'n=5&list=1', { n: 5, list: [1], text: 't' }],
  ['a form with escapes', '/form', 'application/x-www-form-urlencoded', 'n=5&text=a+b%26%C3%BC', { n: 5, text: 'a b&ü' }],
  ['a form in latin1', '/form', 'application/x-www-form-urlencoded; charset=iso-8859-1', Buffer.from('n=5&text=\xfc', 'latin1'), { n: 5, text: 'ü' }],
  ['text', '/text', 'text/plain', 'hello', 'hello'],
  ['text in UTF-8', '/text', 'text/plain; charset="UTF-8"', 'ü😀', 'ü😀'],
  ['text in latin1', '/text', 'text/plain; charset=latin1', Buffer.from('\xfc', 'latin1'), 'ü'],
  ['bytes', '/bytes', 'application/octet-stream', Buffer.from([0, 255, 1]), '00ff01'],
  ['an image of any kind', '/image', 'image/png', Buffer.from([137, 80]), '8950'],
  ['anything at all', '/any', 'video/x-odd', 'x', '78'],
  ['JSON as anything', '/any', 'application/json', '[1]', [1]],
  ['the second of several', '/several', 'text/plain', '{"a":1}', '{"a":1}'],
  ['the first of several without a type', '/several', undefined, '{"a":"x"}', { a: 'x', n: 2 }],
]
for (const [name, path, type, body, expected] of accepted) {
  test(`${name} is read`, async () => {
    const answer = await post(path, body, type)
    assert.equal(answer.status, 200, answer.text)
    assert.deepEqual(answer.json['body'], expected)
  })
}

const unreadable = "Cannot parse json data: have you set 'Content-Type' to 'application/json'?"
const refused: [name: string, path: string, type: string | undefined, body: string | Uint8Array | undefined, status: number, error: string, description: RegExp][] = [
  ['no body', '/json', 'application/json', undefined, 400, 'INVALID_PARAMETER', /^\/body must be present$/],
  ['an empty body', '/json', 'application/json', '', 400, 'INVALID_PARAMETER', /^\/body must be present$/],
  ['blanks', '/json', 'application/json', '  ', 400, 'INVALID_PARAMETER', new RegExp(`^${unreadable.replace('?', '\\?')}$`)],
  ['broken JSON', '/json', 'application/json', '{"a":', 400, 'INVALID_PARAMETER', /^Cannot parse json data/],
  ['JSON of broken UTF-8', '/json', 'application/json', Buffer.from('{"a":"\xff"}', 'latin1'), 400, 'INVALID_PARAMETER', /^Cannot parse json data/],
  ['a form as JSON', '/json', 'application/json', 'a=x', 400, 'INVALID_PARAMETER', /^Cannot parse json data/],
  ['null', '/json', 'application/json', 'null', 400, 'INVALID_PARAMETER', /^\/body must be object$/],
  ['a number for a text: JSON is not coerced', '/json', 'application/json', '{"a":1}', 400, 'INVALID_PARAMETER', /^\/body\/a must be string$/],
  ['a text for a number: JSON is not coerced', '/json', 'application/json', '{"a":"x","n":"1"}', 400, 'INVALID_PARAMETER', /^\/body\/n must be integer$/],
  ['a number without end', '/json', 'application/json', '{"a":"x","b":1e999}', 400, 'INVALID_PARAMETER', /^\/body\/b must be number$/],
  ['a form without end', '/form', 'application/x-www-form-urlencoded', 'n=1e999', 400, 'INVALID_PARAMETER', /^\/body\/n must be a finite number$/],
  ['a form that does not fit', '/form', 'application/x-www-form-urlencoded', 'n=x', 400, 'INVALID_PARAMETER', /^\/body\/n must be integer$/],
  ['a text that is too long', '/text', 'text/plain', 'x'.repeat(11), 400, 'INVALID_PARAMETER', /^\/body must NOT have more than 10/],
  ['another type', '/json', 'text/plain', '{"a":"x"}', 415, 'UNSUPPORTED_MEDIA_TYPE', /^json takes a body of application\/json, not of text\/plain$/],
  ['a type that begins alike', '/json', 'application/jsonx', '{"a":"x"}', 415, 'UNSUPPORTED_MEDIA_TYPE', /./],
  ['a type that is none', '/image', 'nonsense', 'x', 415, 'UNSUPPORTED_MEDIA_TYPE', /./],
  ['an unknown charset', '/text', 'text/plain; charset=klingon', 'x', 415, 'UNSUPPORTED_MEDIA_TYPE', /klingon/],
  ['more than the service takes', '/text', 'text/plain', 'x'.repeat(2_000_001), 413, 'PAYLOAD_TOO_LARGE', /2000000/],
  ['more than the operation takes', '/small', 'text/plain', '123456', 413, 'PAYLOAD_TOO_LARGE', /larger than the 5 bytes that small/],
  ['more than the service takes, though no body is declared', '/none', 'text/plain', 'x'.repeat(2_000_001), 413, 'PAYLOAD_TOO_LARGE', /./],
]
for (const [name, path, type, body, status, error, description] of refused) {
  test(`${name} is refused with ${status}`, async () => {
    const answer = await post(path, body, type)
    assert.deepEqual([answer.status, answer.json['error']], [status, error])
    assert.match(answer.json['error_description'] as string, description)
  })
}

test('an optional body may be missing, not wrong', async () => {
  assert.deepEqual((await post('/optional')).json, { kind: 'undefined' })
  assert.equal((await post('/optional', '{}', 'application/json')).status, 400)
})

test('a body that is not declared is left alone', async () => {
  assert.deepEqual((await post('/none', 'anything', 'x/y')).json, { kind: 'undefined' })
})

test('an edge that stopped reading gets 413', async () => {
  assert.equal((await send('POST /json', { more: { bodyTooLarge: true } })).status, 413)
})

test('keys such as __proto__ stay keys', async () => {
  for (const [path, type, body] of [['/json', 'application/json', '{"a":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'], ['/form', 'application/x-www-form-urlencoded', 'n=1&__proto__=x&constructor=y&toString=z']] as const) {
    assert.equal((await post(path, body, type)).status, 200)
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  }
})

test('JSON that nests deeper than the stack is 400, not 500', async () => {
  const levels = 100_000
  const answer = await post('/tree', `${'{"child":'.repeat(levels)}{}${'}'.repeat(levels)}`, 'application/json')
  assert.deepEqual([answer.status, answer.json['error']], [400, 'INVALID_PARAMETER'])
  assert.match(answer.json['error_description'] as string, /nested too deeply/)
  assert.equal((await post('/tree', '{"child":{"child":{"n":1}}}', 'application/json')).status, 200, 'and the next request is answered as ever')
})

test('a form of many equal names takes no time', async () => {
  const answer = await post('/form', `n=1&${'list=1&'.repeat(200_000)}`, 'application/x-www-form-urlencoded')
  assert.equal((answer.json['body'] as { list: unknown[] }).list.length, 200_000)
})

test('one answer names 50 faults at most, and no endless names', async () => {
  const many = await post('/list', JSON.stringify(Array.from({ length: 100_000 }, () => 1)), 'application/json')
  assert.equal((many.json['errors'] as unknown[]).length, 50)
  const long = await post('/closed', JSON.stringify({ ['k'.repeat(1_000_000)]: 1 }), 'application/json')
  assert.equal(long.status, 400)
  assert.ok(long.text.length < 5000)
})

test('a validator stops at a thousand faults, however many there are', () => {
  const list = spec.table.operations.find(({ id }) => id === 'list')!
  const validator = spec.request(list).body['application/json']!
  assert.equal(validator(Array.from({ length: 50_000 }, () => 1)), false)
  assert.equal(validator.errors?.length, 1000)
  assert.equal(validator(Array.from({ length: 50_000 }, () => 'x')), true)
})
