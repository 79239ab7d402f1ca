// Every way to fail gives the one JSON shape, and no way costs the caller the answer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineError, type ErrorDecorator, fromErrorBody, HttpError, reply } from '../../src/runtime/index.ts'
import { apiDocument, compileApi, jsonBody, type LooseHandlers, open, type Opened, operation, parameter, type PlatformParts } from './service-fixture.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const teapot = defineError('TEAPOT', 418, 'I am a teapot')
const spec = await compileApi(apiDocument({
  '/fail': { get: operation('failing') },
  '/body': { post: operation('withBody', { parameters: [parameter('query n', { type: 'integer' }), parameter('header X-Level', { type: 'integer', maximum: 3 })], requestBody: jsonBody({ type: 'object', required: ['a', 'b'], properties: { a: { type: 'string' }, c: { type: 'object', additionalProperties: false, properties: { 'x/y': { type: 'integer' } } } } }) }) },
}))

function failing(run: () => unknown, parts: PlatformParts & { errorDecorator?: ErrorDecorator } = {}): Opened {
  const { errorDecorator, ...platform } = parts
  return open({ spec, handlers: { failing: run as LooseHandlers[string], withBody: () => ({}) } as LooseHandlers, ...(errorDecorator === undefined ? {} : { errorDecorator }) }, platform)
}

function thrower(value: unknown): () => never {
  return () => {
    throw value
  }
}

const hostile = {
  toString: () => {
    throw new Error('no text')
  },
}
const throwingGetter = {
  get error(): string {
    throw new Error('do not look')
  },
}
const revoked = ((): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
})()
const badStack = Object.defineProperty(new Error('stackless'), 'stack', { get: thrower('no stack') })

const unknown: [name: string, thrown: unknown, text: string | RegExp][] = [
  ['an Error', new Error('broken'), 'broken'],
  ['an Error without text', new TypeError(), 'TypeError'],
  ['a string', 'just text', 'just text'],
  ['null', null, 'null'],
  ['undefined', undefined, 'undefined'],
  ['a number', 42, '42'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a bigint', 10n, '10'],
  ['a frozen object', Object.freeze({ message: 'frozen' }), 'frozen'],
  ['an object whose toString throws', hostile, 'An exception that cannot be printed'],
  ['an object whose properties throw', throwingGetter, /./],
  ['a revoked proxy', revoked, 'An exception that cannot be printed'],
  ['an Error whose stack throws', badStack, 'stackless'],
  ['an object without prototype', Object.create(null), 'An exception that cannot be printed'],
]

for (const [name, thrown, text] of unknown) {
  test(`throwing ${name} gives 500 UNHANDLED_SERVER_ERROR, thrown or rejected`, async () => {
    for (const run of [thrower(thrown), () => Promise.reject(thrown)]) {
      const { send, log } = failing(run)
      const { status, json, text: body, headers } = await send('GET /fail')
      assert.deepEqual([status, json['status'], json['error']], [500, 500, 'UNHANDLED_SERVER_ERROR'])
      if (typeof text === 'string') assert.equal(json['error_description'], text)
      else assert.match(json['error_description'] as string, text)
      assert.match(json['error_id'] as string, uuid)
      assert.equal(headers['content-type'], 'application/json')
      assert.doesNotMatch(body, /\bat .*\.ts|node_modules/)
      assert.equal(log.at(-1)!['error_id'], json['error_id'])
    }
  })
}

const model = { status: 543, error: 'ANOTHER_ERROR', error_description: 'a model' }
const known: [name: string, run: () => unknown, status: number, code: string, description: string][] = [
  ['throw an HttpError', thrower(teapot()), 418, 'TEAPOT', 'I am a teapot'],
  ['throw a frozen HttpError', thrower(Object.freeze(teapot('frozen'))), 418, 'TEAPOT', 'frozen'],
  ['reject with an HttpError', () => Promise.reject(teapot('late')), 418, 'TEAPOT', 'late'],
  ['return an HttpError', () => teapot('returned'), 418, 'TEAPOT', 'returned'],
  ['return a promise of one', () => Promise.resolve(teapot('promised')), 418, 'TEAPOT', 'promised'],
  ['throw an error model', thrower(model), 543, 'ANOTHER_ERROR', 'a model'],
  ['return an error model', () => model, 543, 'ANOTHER_ERROR', 'a model'],
  ['reply with an error model', () => reply(543, model), 543, 'ANOTHER_ERROR', 'a model'],
  ['reply with another status than the model', () => reply(401, model), 543, 'ANOTHER_ERROR', 'a model'],
  ['reply 200 with an error model', () => reply(200, model), 543, 'ANOTHER_ERROR', 'a model'],
  ['reply with an HttpError', () => reply(200, teapot('inside')), 418, 'TEAPOT', 'inside'],
  ['a code in lower case', () => ({ ...model, error: 'small_code' }), 543, 'SMALL_CODE', 'a model'],
  ['a model with a status of success', () => ({ ...model, status: 200 }), 500, 'ANOTHER_ERROR', 'a model'],
  ['a model with an odd status', () => ({ ...model, status: 1000 }), 500, 'ANOTHER_ERROR', 'a model'],
  ['an HttpError with an odd status', () => new HttpError({ status: 7, code: 'ODD' }, 'odd'), 500, 'ODD', 'odd'],
]

for (const [name, run, status, code, description] of known) {
  test(`to ${name} gives ${status} ${code}`, async () => {
    const answer = await failing(run).send('GET /fail')
    assert.equal(answer.status, status)
    const { error_id: id, ...body } = answer.json
    assert.deepEqual(body, { status, error: code, error_description: description })
    assert.match(id as string, uuid)
    assert.equal(answer.headers['access-control-allow-origin'], '*', 'errors carry CORS headers too')
  })
}

test('error_id is kept from another service, and new for every failure otherwise', async () => {
  const id = '0b0ff1e3-3a1a-4d3c-9a52-2b7a53cbd1a5'
  for (const run of [() => ({ ...model, error_id: id }), thrower(fromErrorBody({ ...model, error_id: id })), () => reply(500, { ...model, error_id: id })]) {
    assert.equal((await failing(run).send('GET /fail')).json['error_id'], id)
  }
  const once = teapot()
  const { send } = failing(thrower(once))
  const [first, second] = [await send('GET /fail'), await send('GET /fail')]
  assert.notEqual(first.json['error_id'], second.json['error_id'], 'one error that is thrown twice is two failures')
})

test('inner errors, the sentence for people, own fields and headers travel in the answer', async () => {
  const caught = (await failing(() => teapot().caught(new RangeError('too far')).tellUser('Try tea')).send('GET /fail')).json
  assert.deepEqual([caught['error_caught'], caught['user_message']], ['RangeError: too far', 'Try tea'])
  const inner = (await failing(() => teapot().caught(fromErrorBody(model))).send('GET /fail')).json
  assert.deepEqual(JSON.parse(inner['error_caught'] as string), model)
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  for (const odd of [cyclic, hostile, null, undefined, Symbol('s'), revoked]) assert.equal((await failing(() => teapot().caught(odd)).send('GET /fail')).status, 418)
  const rich = await failing(() => teapot('x', { fields: { reason: 'hot' }, headers: { 'retry-after': '5' } })).send('GET /fail')
  assert.deepEqual([rich.json['reason'], rich.headers['retry-after']], ['hot', '5'])
  const unprintable = await failing(() => teapot('x', { fields: { cyclic, big: 1n } })).send('GET /fail')
  assert.deepEqual([unprintable.status, unprintable.json['error']], [418, 'TEAPOT'])
})

test('hide_internal_errors replaces the text of unknown exceptions only, and the log keeps it', async () => {
  const config = { hide_internal_errors: true }
  const hidden = failing(thrower(new Error('the answer is forty-two')), { config })
  const answer = await hidden.send('GET /fail')
  assert.equal(answer.json['error_description'], 'The server met an unexpected error')
  assert.doesNotMatch(answer.text, /forty/)
  assert.match(String(hidden.log.at(-1)!['stack']), /the answer is forty-two/)
  assert.equal((await failing(thrower(teapot('told')), { config }).send('GET /fail')).json['error_description'], 'told')
})

test('the stack of a 500 is in the log and never in the answer', async () => {
  const { send, log } = failing(thrower(new Error('broken')))
  const answer = await send('GET /fail')
  assert.match(String(log.at(-1)!['stack']), /errors\.test\.ts/)
  assert.equal('stack' in answer.json, false)
  assert.doesNotMatch(answer.text, /errors\.test\.ts/)
})

test('errorDecorator sees every error answer, refusals included, and no success', async () => {
  const seen: string[] = []
  const errorDecorator: ErrorDecorator = (error) => {
    seen.push(error.error)
    return { ...error, decorated: true }
  }
  const { send } = failing(() => ({ fine: true }), { errorDecorator, config: { body_limit_bytes: 20 } })
  const json = { 'content-type': 'application/json' }
  const answers = [
    await send('GET /nowhere'), await send('DELETE /fail'), await send('POST /body', { headers: json, body: 'x'.repeat(21) }),
    await send('POST /body', { headers: { 'content-type': 'text/plain' }, body: 'x' }), await send('POST /body', { headers: json, body: '{' }),
  ]
  assert.deepEqual(seen, ['NOT_FOUND', 'METHOD_NOT_ALLOWED', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'INVALID_PARAMETER'])
  for (const answer of answers) assert.equal(answer.json['decorated'], true)
  assert.equal(answers[1]!.headers['allow'], 'GET, HEAD, OPTIONS')
  assert.equal('decorated' in (await send('GET /fail')).json, false)
})

test('errorDecorator may be asynchronous, change the status, break, or never settle', async () => {
  const answerOf = async (errorDecorator: ErrorDecorator) => failing(thrower(teapot()), { errorDecorator }).send('GET /fail')
  const changed = await answerOf((error) => Promise.resolve({ ...error, status: 599 }))
  assert.deepEqual([changed.status, changed.json['status']], [599, 599])
  const mutated = await answerOf((error) => Object.assign(error, { status: 503 }))
  assert.deepEqual([mutated.status, mutated.json['status']], [503, 503])
  const broken: unknown[] = [thrower(new Error('x')), () => Promise.reject(null), () => undefined, () => null, () => 'text', () => [], () => ({ status: 418, error: 'TEAPOT', big: 1n }), () => new Promise(() => undefined)]
  for (const decorator of broken) {
    const answer = await answerOf(decorator as ErrorDecorator)
    assert.deepEqual([answer.status, answer.json['status']], [418, 418])
  }
})

test('what errorDecorator returns is what is sent', async () => {
  const answerOf = async (body: object) => failing(thrower(teapot()), { errorDecorator: () => body }).send('GET /fail')
  for (const body of [{ token: null }, {}, { status: 'error', message: 'no' }, { ...model, status: 'x' }, { status: 1000 }, { querystring: { v: ['Not a valid boolean.'] } }]) {
    const answer = await answerOf(body)
    assert.deepEqual([answer.status, answer.json], [418, body])
  }
  const chosen = await answerOf({ status: 422, querystring: {} })
  assert.deepEqual([chosen.status, chosen.json], [422, { status: 422, querystring: {} }])
})

test('a 400 names every fault with its pointer', async () => {
  const { send } = failing(() => ({}))
  const answer = await send('POST /body?n=x', { headers: { 'x-level': '9' }, body: JSON.stringify({ a: 1, c: { 'x/y': 'z', 'u~v/w': 1 } }) })
  assert.deepEqual([answer.status, answer.json['error']], [400, 'INVALID_PARAMETER'])
  assert.deepEqual((answer.json['errors'] as unknown[]).sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1)), [
    { pointer: '/body/a', message: 'must be string' },
    { pointer: '/body/b', message: 'is required' },
    { pointer: '/body/c/u~0v~1w', message: 'is not declared' },
    { pointer: '/body/c/x~1y', message: 'must be integer' },
    { pointer: '/headers/x-level', message: 'must be <= 3' },
    { pointer: '/query/n', message: 'must be integer' },
  ])
  assert.match(answer.json['error_description'] as string, /\(and 5 more\)$/)
  const unreadable = await send('POST /body', { body: '{' })
  assert.equal(unreadable.json['error_description'], "Cannot parse json data: have you set 'Content-Type' to 'application/json'?")
})
