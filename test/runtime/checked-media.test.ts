// Requests and answers in every declared media type: what is read is checked, whoever picks the Content-Type.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reply } from '../../src/runtime/index.ts'
import { apiDocument, compileApi, type Loose, type LooseHandlers, open, operation, parameter } from './service-fixture.ts'

const thing = { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } }
const json = ['application/json', 'text/json', 'application/vnd.acme.v2+json', 'application/vnd.acme+v2+json', 'model/gltf+json', 'application/merge-patch+json']
const ranges = ['*/*', 'application/*', 'text/*', 'application/*+json']
const contentOf = (media: readonly string[]): Record<string, unknown> => Object.fromEntries(media.map((type) => [type, { schema: thing }]))
const both = (media: readonly string[]): Record<string, unknown> => ({ requestBody: { required: true, content: contentOf(media) }, responses: { 200: { description: 'ok', content: contentOf(media) } } })

const spec = await compileApi(apiDocument({
  '/json': { post: operation('json', both(json)) },
  ...Object.fromEntries(ranges.map((range, index) => [`/range${index}`, { post: operation(`range${index}`, both([range])) }])),
  '/spelt': { post: operation('spelt', both(['Application/VND.Acme+JSON; profile="x"'])) },
  '/file': { post: operation('file', { requestBody: { content: { '*/*': { schema: { type: 'string', format: 'binary' } } } } }) },
  '/text': { post: operation('text', { responses: { 200: { description: 'ok', content: { 'text/plain': { schema: { type: 'string', maxLength: 3 } } } } } }) },
  '/named': { post: operation('named', both(['application/vnd.acme.build', 'application/x-thing'])) },
  '/pdf': { post: operation('pdf', { requestBody: { content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } }, 'application/x-blob': { schema: { type: 'string' } } } } }) },
  '/unnamed': { get: operation('unnamed', { parameters: [parameter('query filter', {}, { content: { 'application/x-filter': { schema: thing } } })] }) },
  '/part': { post: operation('part', { requestBody: { content: { 'multipart/form-data': { schema: { type: 'object', properties: { meta: thing } }, encoding: { meta: { contentType: 'application/x-meta' } } } } } }) },
  '/parameter': { get: operation('parameter', { parameters: [parameter('query filter', {}, { content: { 'Application/Vnd.Acme+JSON': { schema: thing } } })] }) },
}))

const answers = new Map<string, unknown>()
const handlers = Object.fromEntries(spec.table.operations.map(({ id }) => [id, ({ body, query }: Loose) => answers.get(id) ?? reply(200, { a: 1, got: body instanceof Uint8Array ? 'bytes' : (body ?? query) })]))
const { send } = open({ spec, handlers: handlers as unknown as LooseHandlers, routes: {} }, { config: { response_check: 'fail' } })
const post = (path: string, type: string | undefined, body: string) => send(`POST ${path}`, { headers: type === undefined ? {} : { 'content-type': type }, body })

const sent: [path: string, type: string][] = [
  ...json.flatMap((type): [string, string][] => [['/json', type], ['/json', type.toUpperCase()], ['/json', `${type}; charset=utf-8`], ['/json', `${type};profile="x"`]]),
  ['/range0', 'model/gltf+json'], ['/range0', 'application/json'], ['/range1', 'application/vnd.x+json'], ['/range1', 'application/json'], ['/range2', 'text/json'], ['/range3', 'application/vnd.x+json'], ['/range3', 'application/json'], ['/spelt', 'application/vnd.acme+json'],
]

test('a request is checked in every media type that is read', async () => {
  for (const [path, type] of sent) {
    assert.equal((await post(path, type, '{"a":1}')).status, 200, `${path} ${type}`)
    for (const body of ['{"a":"x"}', '{}', '[]', 'null', '"text"', '{']) {
      const answer = await post(path, type, body)
      assert.deepEqual([answer.status, answer.json['error']], [400, 'INVALID_PARAMETER'], `${path} ${type} ${body}`)
    }
  }
})

test('what a range is not told to be is not handed over unread', async () => {
  for (const type of ['image/png', undefined]) assert.equal((await post('/range0', type, '{"a":1}')).status, 400, String(type))
  for (const type of ['text/plain', 'application/x-www-form-urlencoded']) assert.equal((await post('/range0', type, 'b=x')).status, 400, type)
  for (const type of ['*/*', 'application/*', 'application/*+json']) assert.equal((await post('/range1', type, '{"a":1}')).status, 415, type)
  assert.equal((await post('/range3', 'application/xml', '<a/>')).status, 415)
  for (const type of ['application/json', 'text/plain', 'image/png', undefined]) assert.equal((await post('/file', type, '{')).json['got'], 'bytes', String(type))
})

test('an answer is checked in the media type that its handler picks, and that must be a declared one', async () => {
  const given = async (id: string, type: string | undefined, body: unknown): Promise<[number, string | undefined, unknown]> => {
    answers.set(id, reply(200, body, type === undefined ? {} : { headers: { 'content-type': type } }))
    const answer = await post(`/${id}`, 'application/json', '{"a":1}')
    answers.delete(id)
    return [answer.status, answer.headers['content-type'], answer.json['a'] ?? (answer.json['errors'] as { pointer: string }[] | undefined)?.[0]?.pointer]
  }
  for (const type of json) {
    assert.deepEqual(await given('json', type, { a: 1 }), [200, type, 1])
    assert.deepEqual(await given('json', `${type}; profile="x"`, '{"a":1}'), [200, `${type}; profile="x"`, 1])
    assert.deepEqual(await given('json', type, { a: 'x' }), [500, 'application/json', '/body/a'])
    assert.deepEqual(await given('json', type.toUpperCase(), '{"a":"x"}'), [500, 'application/json', '/body/a'])
  }
  assert.deepEqual(await given('json', 'application/vnd.other+json', { a: 1 }), [500, 'application/json', '/headers/content-type'])
  assert.deepEqual(await given('range0', 'model/gltf+json', { a: 'x' }), [500, 'application/json', '/body/a'])
  assert.deepEqual(await given('range3', 'application/vnd.x+json', { a: 1 }), [200, 'application/vnd.x+json', 1])
  assert.deepEqual(await given('range3', undefined, { a: 1 }), [200, 'application/json', 1])
  assert.deepEqual(await given('range3', undefined, { a: 'x' }), [500, 'application/json', '/body/a'])
  answers.set('text', 'long')
  assert.equal((await send('POST /text')).status, 500)
  answers.set('text', 'ok')
  assert.equal((await send('POST /text')).text, 'ok')
})

test('a parameter in JSON of any name is read and checked', async () => {
  assert.deepEqual((await send(`GET /parameter?filter=${encodeURIComponent('{"a":1}')}`)).json['got'], { filter: { a: 1 } })
  assert.equal((await send(`GET /parameter?filter=${encodeURIComponent('{"a":"x"}')}`)).status, 400)
})

test('Accept may name a range of JSON', async () => {
  for (const [accept, status] of [['application/*+json', 200], ['application/vnd.*+json', 406], ['model/gltf+json', 200], ['text/*', 200], ['image/*', 406], ['application/*+json;q=0, */*', 200]] as const) {
    assert.equal((await send('POST /json', { headers: { 'content-type': 'application/json', accept }, body: '{"a":1}' })).status, status, accept)
  }
})

test('JSON under a media type that the document names is read, checked and written as JSON', async () => {
  for (const type of ['application/vnd.acme.build', 'Application/X-Thing; charset=utf-8', undefined]) {
    const good = await post('/named', type, '{"a":1}')
    assert.deepEqual([good.status, good.headers['content-type'], good.json], [200, 'application/vnd.acme.build', { a: 1, got: { a: 1 } }], type)
    for (const body of ['{"a":"x"}', '{}', '[]', 'null', '"text"', '{', 'a=1']) assert.equal((await post('/named', type, body)).status, 400, `${type} ${body}`)
  }
  assert.equal((await post('/named', 'application/vnd.other', '{"a":1}')).status, 415)
  assert.equal((await send('POST /named', { headers: { 'content-type': 'application/x-thing', accept: 'application/x-thing' }, body: '{"a":1}' })).headers['content-type'], 'application/x-thing')
  answers.set('named', { a: 'x' })
  assert.equal((await post('/named', 'application/x-thing', '{"a":1}')).status, 500)
  answers.set('named', reply(200, '{"a":"x"}', { headers: { 'content-type': 'application/x-thing' } }))
  assert.equal((await post('/named', 'application/x-thing', '{"a":1}')).status, 500)
  answers.delete('named')
  for (const type of ['application/pdf', 'application/x-blob']) assert.equal((await post('/pdf', type, '{')).json['got'], 'bytes')
})

test('parameters and parts under such a type are JSON too', async () => {
  assert.deepEqual((await send(`GET /unnamed?filter=${encodeURIComponent('{"a":1}')}`)).json['got'], { filter: { a: 1 } })
  assert.equal((await send(`GET /unnamed?filter=${encodeURIComponent('{"a":"x"}')}`)).status, 400)
  const part = (body: string) => post('/part', 'multipart/form-data; boundary=b', `--b\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/x-meta\r\n\r\n${body}\r\n--b--\r\n`)
  assert.deepEqual((await part('{"a":1}')).json['got'], { meta: { a: 1 } })
  for (const body of ['{"a":"x"}', 'text']) assert.equal((await part(body)).status, 400, body)
})
