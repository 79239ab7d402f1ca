// Answers: from what a handler gives to status, headers and body; the response check; raw routes; decorators; included services.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { isUsageError } from '../../src/errors/index.ts'
import type { LogRecord } from '../../src/runtime/edge.ts'
import { defineService, type HandlerDecorator, redirect, reply } from '../../src/runtime/index.ts'
import { apiDocument, compileApi, type LooseHandlers, open, openApi, operation, type PlatformParts } from './service-fixture.ts'

const media = (type: string, schema: unknown = {}): unknown => ({ description: 'x', content: { [type]: { schema } } })
const empty = { description: 'x' }
const responses: Record<string, Record<string, unknown>> = {
  json: { 200: media('application/json', { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } }) },
  created: { 201: media('application/json'), 404: media('application/json') },
  nothing: { 204: empty },
  text: { 200: media('text/plain', { type: 'string' }) },
  html: { 200: media('text/html', { type: 'string' }) },
  bytes: { 200: media('image/png', { type: 'string', format: 'binary' }) },
  choice: { 200: { description: 'x', content: { 'application/json': {}, 'text/csv': {}, 'application/octet-stream': {} } } },
  moved: { 302: empty },
  problem: { 200: media('application/vnd.test+json') },
  classes: { '2XX': media('application/json'), default: media('application/json') },
}
const spec = await compileApi(apiDocument(Object.fromEntries(Object.entries(responses).map(([id, declared]) => [`/${id}`, { get: { operationId: id, responses: declared } }]))))

function answering(id: string, value: unknown, parts: PlatformParts = {}) {
  const opened = open({ spec, handlers: { [id]: () => value } as unknown as LooseHandlers }, parts)
  return { log: opened.log, get: (headers: Record<string, string> = {}) => opened.send(`GET /${id}`, { headers }), head: () => opened.send(`HEAD /${id}`) }
}

const rendered: [name: string, id: string, value: unknown, status: number, type: string | undefined, text: string][] = [
  ['an object', 'json', { a: 1 }, 200, 'application/json', '{"a":1}'],
  ['the declared success status', 'created', { id: 1 }, 201, 'application/json', '{"id":1}'],
  ['another status', 'created', reply(404, { gone: true }), 404, 'application/json', '{"gone":true}'],
  ['nothing where no body is declared', 'nothing', undefined, 204, undefined, ''],
  ['null where no body is declared', 'nothing', null, 204, undefined, ''],
  ['something where no body may be', 'nothing', { a: 1 }, 204, undefined, ''],
  ['an explicit 204 with a body', 'json', reply(204, 'x'), 204, undefined, ''],
  ['text', 'text', 'hello', 200, 'text/plain; charset=utf-8', 'hello'],
  ['empty text', 'text', '', 200, 'text/plain; charset=utf-8', ''],
  ['HTML', 'html', '<p>ü</p>', 200, 'text/html; charset=utf-8', '<p>ü</p>'],
  ['a text as JSON', 'problem', 'x', 200, 'application/vnd.test+json', '"x"'],
  ['false, zero and an empty list are values', 'problem', false, 200, 'application/vnd.test+json', 'false'],
  ['a list', 'problem', [], 200, 'application/vnd.test+json', '[]'],
  ['a redirect', 'moved', redirect('/there'), 302, undefined, ''],
  ['an explicit null', 'json', reply(200, null), 200, 'application/json', 'null'],
  ['an explicit nothing', 'json', reply(200), 200, undefined, ''],
  ['a class of statuses', 'classes', reply(299, {}), 299, 'application/json', '{}'],
  ['an odd status', 'classes', reply(999, {}), 999, 'application/json', '{}'],
  ['a type of its own', 'json', reply(200, '<x/>', { headers: { 'Content-Type': 'application/xml' } }), 200, 'application/xml', '<x/>'],
]
for (const [name, id, value, status, type, text] of rendered) {
  test(`a handler gives ${name}`, async () => {
    const answer = await answering(id, value, { config: { response_check: 'log' } }).get()
    assert.deepEqual([answer.status, answer.headers['content-type'], answer.text], [status, type, text])
  })
}

test('bytes stay bytes', async () => {
  const bytes = new Uint8Array([137, 80, 0, 255])
  const answer = await answering('bytes', bytes).get()
  assert.deepEqual([answer.headers['content-type'], Buffer.from(answer.body)], ['image/png', Buffer.from(bytes)])
  assert.equal((await answering('json', bytes).get()).headers['content-type'], 'application/octet-stream')
})

test('of several declared types the accepted one that suits is taken', async () => {
  const typeFor = async (value: unknown, accept: string): Promise<string | undefined> => (await answering('choice', value).get({ accept })).headers['content-type']
  assert.equal(await typeFor('a,b', 'text/csv'), 'text/csv; charset=utf-8')
  assert.equal(await typeFor('a,b', '*/*'), 'application/json')
  assert.equal(await typeFor({ a: 1 }, 'text/csv'), 'application/json')
  assert.equal(await typeFor(new Uint8Array(2), 'application/octet-stream'), 'application/octet-stream')
})

const impossible: [name: string, id: string, value: unknown][] = [
  ['nothing where a body is declared', 'json', undefined],
  ['null where a body is declared', 'json', null],
  ['a status that is none', 'json', reply(42, {})],
  ['an interim status', 'json', reply(100, {})],
  ['a status with decimals', 'json', reply(200.5, {})],
  ['a status above all', 'json', reply(1000, {})],
  ['a text as status', 'json', reply('200' as never, {})],
  ['a header name with a blank', 'json', reply(200, { a: 1 }, { headers: { 'bad name': 'x' } })],
  ['a header that is no text', 'json', reply(200, { a: 1 }, { headers: { 'x-a': {} as never } })],
  ['a function', 'problem', () => 1],
  ['a symbol', 'problem', Symbol('s')],
]
for (const [name, id, value] of impossible) {
  test(`a handler that gives ${name} is 500 RESPONSE_INVALID`, async () => {
    const answer = await answering(id, value).get()
    assert.deepEqual([answer.status, answer.json['error']], [500, 'RESPONSE_INVALID'])
  })
}

test('what JSON cannot print is a 500, not silence', async () => {
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  for (const value of [cyclic, { big: 1n }]) assert.equal((await answering('problem', value).get()).status, 500)
})

test('headers and cookies: no line breaks, ASCII only, cookies apart', async () => {
  const options = { headers: { Location: '/é?q=😀', 'X-Split': 'a\r\nset-cookie: evil=1', 'x-nul': 'a\0b', 'x-lone': '\ud800' }, cookies: ['a=1; Path=/', 'b=2\r\nx: y'] }
  const { headers, cookies } = await answering('json', reply(200, { a: 1 }, options)).get()
  assert.equal(headers['location'], '/%C3%A9?q=%F0%9F%98%80')
  assert.equal(headers['x-split'], 'a set-cookie: evil=1')
  assert.deepEqual([headers['x-nul'], headers['x-lone']], ['a b', '?'])
  assert.deepEqual(cookies, ['a=1; Path=/', 'b=2 x: y'])
})

test('a handler has no say in the framing of the message', async () => {
  const { headers } = await answering('json', reply(200, { a: 1 }, { headers: { 'Content-Length': '1', 'transfer-encoding': 'chunked', connection: 'upgrade' } })).get()
  assert.deepEqual([headers['content-length'], headers['transfer-encoding'], headers['connection']], [undefined, undefined, undefined])
})

test('an answer that cannot be delivered is 500 RESPONSE_TOO_LARGE', async () => {
  const config = { response_limit_bytes: 2000 }
  const codeOf = async (id: string, value: unknown): Promise<unknown> => {
    const answer = await answering(id, value, { config }).get()
    return answer.status === 200 ? 200 : answer.json['error']
  }
  assert.equal(await codeOf('text', 'x'.repeat(2000)), 200)
  assert.equal(await codeOf('text', 'x'.repeat(2001)), 'RESPONSE_TOO_LARGE')
  assert.equal(await codeOf('text', 'ü'.repeat(1001)), 'RESPONSE_TOO_LARGE')
  assert.equal(await codeOf('bytes', new Uint8Array(1500)), 200)
  assert.equal(await codeOf('bytes', new Uint8Array(1501)), 'RESPONSE_TOO_LARGE', 'bytes travel as base64')
})

test('from 500 bytes on text is compressed for those who take gzip', async () => {
  const long = 'x'.repeat(500)
  const accept = { 'accept-encoding': 'deflate, gzip;q=0.5' }
  const zipped = await answering('text', long).get(accept)
  assert.deepEqual([zipped.headers['content-encoding'], zipped.headers['vary'], gunzipSync(zipped.body).toString()], ['gzip', 'Accept-Encoding', long])
  for (const [value, headers] of [[long, {}], [long, { 'accept-encoding': 'gzip;q=0, br' }], ['x'.repeat(499), accept]] as const) assert.equal((await answering('text', value).get(headers)).headers['content-encoding'], undefined)
  assert.equal((await answering('bytes', new Uint8Array(5000)).get(accept)).headers['content-encoding'], undefined, 'images are compressed already')
  assert.equal((await answering('text', reply(200, long, { headers: { 'content-encoding': 'identity' } })).get(accept)).headers['content-encoding'], 'identity')
})

test('HEAD says how long GET would be', async () => {
  const answer = await answering('text', 'ü').head()
  assert.deepEqual([answer.status, answer.text, answer.headers['content-length'], answer.headers['content-type']], [200, '', '2', 'text/plain; charset=utf-8'])
})

test('response_check: off, log, fail', async () => {
  const wrong: [string, unknown, string][] = [['json', { a: 'x' }, '/body/a'], ['json', {}, '/body/a'], ['json', reply(201, { a: 1 }), '/status'], ['json', reply(200, 'no JSON', { headers: { 'content-type': 'application/json' } }), '/body']]
  for (const [id, value, pointer] of wrong) {
    const off = answering(id, value, { config: { response_check: 'off' } })
    assert.ok((await off.get()).status < 300)
    assert.equal(off.log.length, 1)
    const logged = answering(id, value, { config: { response_check: 'log' } })
    assert.ok((await logged.get()).status < 300)
    assert.match(firstEvent(logged.log[0]!), new RegExp(`does not match its specification: ${pointer}`))
    const failed = await answering(id, value, { config: { response_check: 'fail' } }).get()
    assert.deepEqual([failed.status, failed.json['error']], [500, 'RESPONSE_INVALID'])
  }
  assert.equal((await answering('json', { a: 1, more: 2 }, { config: { response_check: 'fail' } }).get()).status, 200)
})

test('response_check: declared headers, also of answers without a body', async () => {
  const header = (type: string, more: object = {}): object => ({ schema: { type, ...more } })
  const headers = { 'X-Total': { required: true, ...header('integer') }, 'X-Ids': header('array', { items: { type: 'integer' } }), 'X-At': header('string', { format: 'date' }), Date: { required: true, ...header('string') }, 'Content-Type': { required: true, ...header('integer') }, 'Set-Cookie': header('string', { minLength: 3 }) }
  const document = apiDocument({ '/json': { get: { operationId: 'json', responses: { 200: { description: '', headers, content: { 'application/json': { schema: {} } } } } } }, '/moved': { get: { operationId: 'moved', responses: { '3XX': { description: '', headers: { Location: { required: true, ...header('string', { minLength: 2 }) } } } } } } })
  let given: unknown
  const handlers: LooseHandlers = { json: () => given, moved: () => given }
  const failing = await openApi(document, { handlers }, { config: { response_check: 'fail' } })
  const ask = async (line: string, value: unknown): Promise<unknown> => {
    given = value
    const { status, text } = await failing.send(line)
    return status < 400 ? status : [status, ...(JSON.parse(text) as { errors: { pointer: string; message: string }[] }).errors.map(({ pointer, message }) => `${pointer} ${message}`)]
  }
  assert.equal(await ask('GET /json', reply(200, {}, { headers: { 'X-Total': '7', 'X-Ids': '1, 2', 'X-At': '2024-02-29' }, cookies: ['a=1'] })), 200)
  assert.equal(await ask('GET /json', reply(200, {}, { headers: { 'x-total': 7 as never } })), 200)
  assert.deepEqual(await ask('GET /json', {}), [500, '/headers/x-total is required'])
  assert.deepEqual(await ask('GET /json', reply(200, {}, { headers: { 'x-total': 'many', 'x-ids': '1,x', 'x-at': '2024-02-30' }, cookies: ['a='] })), [500, '/headers/x-total must be integer', '/headers/x-ids/1 must be integer', '/headers/x-at must match format "date"', '/headers/set-cookie must NOT have fewer than 3 characters'])
  assert.equal(await ask('GET /moved', redirect('/x')), 302)
  assert.deepEqual(await ask('GET /moved', reply(303)), [500, '/headers/location is required'])
  const logging = await openApi(document, { handlers }, { config: { response_check: 'log' } })
  given = {}
  assert.equal((await logging.send('GET /json')).status, 200)
  assert.match(firstEvent(logging.log[0]!), /does not match its specification: \/headers\/x-total is required/)
})

test('raw routes: own ones, in the place of built-ins, inside the same error handling', async () => {
  const routes = {
    'GET /ping': () => ({ mine: true }),
    'GET /files/{name}.txt': ({ path }: { path: Record<string, string> }) => path['name'],
    'POST /hook': ({ raw }: { raw: { body?: Uint8Array } }) => reply(202, Buffer.from(raw.body ?? []).toString('hex')),
    'GET /broken': () => {
      throw new Error('raw failure')
    },
    'GET /json': () => 'the specification wins',
  }
  const { send, log } = open({ spec, handlers: { json: () => ({ a: 1 }) } as LooseHandlers, routes }, { config: { body_limit_bytes: 3 } })
  assert.deepEqual((await send('GET /ping')).json, { mine: true })
  assert.deepEqual([(await send('GET /files/a%20b.txt')).text, (await send('GET /files/.txt')).status], ['a b', 404])
  assert.deepEqual([(await send('POST /hook', { body: 'abc' })).text, (await send('POST /hook', { more: { bodyTooLarge: true } })).status], ['616263', 413])
  const broken = await send('GET /broken')
  assert.deepEqual([broken.status, broken.json['error'], broken.json['error_description']], [500, 'UNHANDLED_SERVER_ERROR', 'raw failure'])
  assert.equal(log.at(-1)!['operation'], 'GET /broken')
  assert.deepEqual((await send('GET /json')).json, { a: 1 })
  assert.deepEqual([(await send('PUT /hook')).status, (await send('PUT /hook')).headers['allow']], [405, 'OPTIONS, POST'])
  assert.equal((await send('HEAD /ping')).headers['content-length'], '13')
  for (const name of ['GET', 'get /x', 'GET x', 'GET /a b']) assert.throws(() => open({ spec, handlers: {}, routes: { [name]: () => 1 } }), isUsageError, name)
})

test('built-ins: health, version, documents; the crash API only where it is asked for', async () => {
  const { send } = open({ spec, handlers: {} })
  assert.deepEqual([(await send('GET /ping')).json, (await send('GET /')).text], [{}, 'OK'])
  assert.deepEqual((await send('GET /version')).json, { name: 'test', version: '1.2.3', container: '' })
  assert.deepEqual([(await send('GET /doc/test')).status, (await send('GET /crash/klueexception')).status], [404, 404])
  const crashing = open({ spec, handlers: {} }, { config: { crash_api: true } })
  const crash = async (name: string): Promise<unknown[]> => {
    const { status, json } = await crashing.send(`GET /crash/${name}`)
    return [status, json['error'] ?? json, json['error_description']]
  }
  assert.deepEqual(await crash('internalexception'), [500, 'UNHANDLED_SERVER_ERROR', 'Raising an internal exception'])
  assert.deepEqual(await crash('klueexception'), [401, 'NON_FATAL_CUSTOM_ERROR', 'Raising a non-fatal custom error'])
  assert.deepEqual(await crash('reporterror'), [200, {}, undefined])
  assert.deepEqual(await crash('returnerrorinstance'), [543, 'FATAL_CUSTOM_ERROR', 'endpoint returns an Error instance'])
  assert.deepEqual(await crash('returnfatalerrorresponse'), [543, 'FATAL_CUSTOM_ERROR', 'endpoint returns an Error response'])
  assert.deepEqual(await crash('returnnonfatalerrorresponse'), [401, 'NON_FATAL_CUSTOM_ERROR', 'endpoint returns a non-fatal Error response'])
  assert.deepEqual(await crash('returnerrormodel'), [543, 'ANOTHER_CUSTOM_ERROR', 'Testing error model'])
  assert.match(crashing.log.find(({ kind }) => kind === 'report')!.message, /^NON-FATAL BACKEND ERROR test GET \/crash\/reporterror\(\): called crash\/reporterror/)
})

test('x-decorate-server wraps the handler, after validation; a missing decorator stops the start', async () => {
  const document = apiDocument({ '/a': { get: operation('getA', { 'x-decorate-server': 'audited', parameters: [{ in: 'query', name: 'n', schema: { type: 'integer' } }] }) }, '/b': { get: operation('getB') } })
  const seen: string[] = []
  const audited: HandlerDecorator = (handler, operationId) => (async (input, context) => {
    seen.push(operationId)
    return { wrapped: await handler(input, context) } as never
  })
  const { send } = await openApi(document, { decorators: { audited } })
  assert.deepEqual((await send('GET /a')).json, { wrapped: {} })
  assert.deepEqual((await send('GET /b')).json, {})
  assert.equal((await send('GET /a?n=x')).status, 400)
  assert.deepEqual(seen, ['getA'])
  await assert.rejects(openApi(document), (error) => isUsageError(error) && error.faults[0]!.code === 'decorator-missing')
  const inherited = apiDocument({ '/a': { get: operation('getA', { 'x-decorate-server': 'toString' }) } })
  await assert.rejects(openApi(inherited), isUsageError)
})

test('an included service answers with its own security, decorators and routes', async () => {
  const keyed = { components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'x-key' } } } }
  const second = defineService({ spec: await compileApi(apiDocument({ '/second': { get: operation('getSecond', { security: [{ key: [] }] }), post: operation('postSecond') }, '/json': { delete: operation('dropJson') } }, keyed), 'second'), handlers: { getSecond: () => ({ second: true }) } as LooseHandlers, security: { key: () => true }, routes: { 'GET /extra': () => 'extra' } })
  const { send, service } = open({ spec, handlers: { json: () => ({ a: 1 }) } as LooseHandlers, include: [second] })
  assert.equal(service.name, 'test')
  assert.deepEqual([(await send('GET /second')).status, (await send('GET /second', { headers: { 'x-key': 'k' } })).json], [401, { second: true }])
  assert.deepEqual([(await send('GET /extra')).text, (await send('GET /json')).json], ['extra', { a: 1 }])
  assert.deepEqual([(await send('DELETE /json')).status, (await send('PUT /json')).headers['allow']], [501, 'DELETE, GET, HEAD, OPTIONS'])
})

function firstEvent({ trace }: LogRecord): string {
  return (trace as { name: string }[])[0]!.name
}

// What JSON would write as {} or leave out, at whichever depth.
class Hidden {
  readonly #secret = 1
  get secret(): number {
    return this.#secret
  }
}
class Shown {
  a = 1
}
const lost: [name: string, value: unknown, pointer: string, kind: string][] = [
  ['a promise', { a: 1, b: Promise.resolve(2) }, '/body/b', 'is a promise, which JSON cannot hold: await it first'],
  ['a map', { b: new Map([[1, 2]]) }, '/body/b', 'is a Map, which JSON'],
  ['a set in a list', { b: [1, { c: new Set([1]) }] }, '/body/b/1/c', 'is a Set, which JSON'],
  ['a function', { b: () => 1 }, '/body/b', 'is a function, which JSON'],
  ['bytes without a view', { b: new ArrayBuffer(8) }, '/body/b', 'is an ArrayBuffer, which JSON'],
  ['a typed array', { b: new Float64Array(2) }, '/body/b', 'is a Float64Array, which JSON'],
  ['an error', { b: Object.assign(new Error('x'), { code: 'E' }) }, '/body/b', 'is an Error, which JSON'],
  ['a pattern', { b: /x/ }, '/body/b', 'is a RegExp, which JSON'],
  ['an object that hides all', { b: new Hidden() }, '/body/b', 'is a Hidden, which JSON'],
  ['a list of promises', [Promise.resolve(1)], '/body/0', 'is a promise, which JSON'],
  ['a map as a whole', new Map(), '/body', 'is a Map, which JSON'],
]
for (const [name, value, pointer, kind] of lost) {
  test(`an answer that holds ${name} is told with its place, as response_check says`, async () => {
    const failed = await answering('problem', value, { config: { response_check: 'fail' } }).get()
    assert.deepEqual([failed.status, failed.json['error']], [500, 'RESPONSE_INVALID'])
    const { log, get } = answering('problem', value, { config: { response_check: 'log' } })
    assert.equal((await get()).status, 200)
    assert.ok(firstEvent(log[0]!).includes(`does not match its specification: ${pointer} ${kind}`), firstEvent(log[0]!))
    assert.equal((await answering('problem', value, { config: { response_check: 'off' } }).get()).status, 200)
  })
}

test('what JSON holds, or says itself in JSON, is no fault, however deep', async () => {
  let deep: unknown = {}
  for (let level = 0; level < 1000; level++) deep = [deep]
  const values = [{ a: new Date(0), b: new URL('http://x.example/'), c: null, d: undefined, e: {}, f: [], g: Object.create(null) as object }, new Shown(), { toJSON: () => 1 }, deep, [new String('x'), new Number(1), new Boolean(false)], { id: Buffer.from('x') }]
  for (const value of values) assert.equal((await answering('problem', value, { config: { response_check: 'fail' } }).get()).status, 200)
})
