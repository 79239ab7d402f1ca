// Nothing fails open: each refusing hook of the binding, names that collide with its own, security alternatives.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isUsageError } from '../../src/errors/index.ts'
import type { SecurityHandler } from '../../src/runtime/index.ts'
import { apiDocument, compileApi, jsonBody, type LooseHandlers, open, openApi, operation, parameter } from './service-fixture.ts'

const schemes = {
  key: { type: 'apiKey', in: 'header', name: 'x-key' },
  pass: { type: 'http', scheme: 'basic' },
  oauth: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: 'https://example.com/token', scopes: { read: '', write: '' } } } },
}
const components = { components: { securitySchemes: schemes } }
const basic = (user: string): string => `Basic ${Buffer.from(`${user}:p`).toString('base64')}`

// Counts how often a handler ran.
interface Counting {
  calls: number
  handler: NonNullable<LooseHandlers[string]>
}

function counting(): Counting {
  const counter: Counting = { calls: 0, handler: () => ({ ran: (counter.calls += 1) }) }
  return counter
}

const allow: Record<string, SecurityHandler> = {
  key: (credentials) => credentials.kind === 'apiKey' && credentials.key === 'good' && { id: 'key-user' },
  pass: (credentials) => credentials.kind === 'basic' && credentials.username === 'ann',
  oauth: (credentials) => credentials.kind === 'custom' && { id: 'oauth-user', scope: credentials.authorization },
}

test('notFound, methodNotAllowed, unauthorizedHandler, validationFail and notImplemented refuse without the handler', async () => {
  const counter = counting()
  const document = apiDocument({
    '/open': { get: operation('getOpen', { parameters: [parameter('query n', { type: 'integer' }, { required: true })] }) },
    '/closed': { post: operation('postClosed', { security: [{ key: [] }], requestBody: jsonBody({ type: 'object', required: ['a'] }) }) },
    '/missing': { get: operation('getMissing') },
  }, components)
  const spec = await compileApi(document)
  const { send } = open({ spec, handlers: { getOpen: counter.handler, postClosed: counter.handler } as LooseHandlers, security: allow })
  const answers = await Promise.all([
    send('GET /nowhere'),
    send('DELETE /open?n=1'),
    send('POST /closed', { body: '{"a":1}' }),
    send('GET /open?n=x'),
    send('GET /missing'),
  ])
  assert.deepEqual(answers.map(({ status, json }) => [status, json['error']]), [
    [404, 'NOT_FOUND'], [405, 'METHOD_NOT_ALLOWED'], [401, 'API_KEY_INVALID'], [400, 'INVALID_PARAMETER'], [501, 'NOT_IMPLEMENTED'],
  ])
  assert.equal(answers[1]!.headers['allow'], 'GET, HEAD, OPTIONS')
  assert.equal(counter.calls, 0)
  assert.equal((await send('GET /open?n=1')).status, 200)
  assert.equal(counter.calls, 1)
})

test('authentication comes before validation', async () => {
  const { send } = await openApi(apiDocument({ '/a': { get: operation('getA', { security: [{ key: [] }], parameters: [parameter('query n', { type: 'integer' }, { required: true })] }) } }, components), { security: allow })
  assert.equal((await send('GET /a')).status, 401)
  assert.equal((await send('GET /a', { headers: { 'x-key': 'good' } })).status, 400)
})

test('a scheme that nobody checks stops the start', async () => {
  const spec = await compileApi(apiDocument({ '/a': { get: operation('getA', { security: [{ key: [] }] }) } }, components))
  assert.throws(() => open({ spec, handlers: {} }), (error) => isUsageError(error) && error.faults[0]!.code === 'security-handler-missing' && /key/.test(error.message))
})

test('a scheme named like what every object inherits stops the start too', async () => {
  for (const name of ['toString', 'constructor', 'hasOwnProperty']) {
    const spec = await compileApi(apiDocument({ '/a': { get: operation('getA', { security: [{ [name]: [] }] }) } }, { components: { securitySchemes: { [name]: schemes.key } } }))
    assert.throws(() => open({ spec, handlers: {} }), isUsageError, name)
  }
})

test('a compiled table that names a scheme which it does not have lets nobody in', async () => {
  const spec = await compileApi(apiDocument({ '/a': { get: operation('getA') } }))
  const table = { ...spec.table, operations: spec.table.operations.map((one) => ({ ...one, security: [{ toString: [] }] })) }
  assert.throws(() => open({ spec: { ...spec, table }, handlers: {} }), isUsageError)
})

const hookNames = ['notFound', 'methodNotAllowed', 'notImplemented', 'validationFail', 'unauthorizedHandler', 'preRoutingHandler', 'postRoutingHandler', 'postSecurityHandler', 'preOperationHandler', 'postResponseHandler']
const inherited = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf']

test('operations named like hooks or inherited members are refused when they are compiled', async () => {
  for (const name of [...hookNames, ...inherited]) await assert.rejects(compileApi(apiDocument({ '/a': { get: operation(name) } })), isUsageError, name)
})

test('where a compiled table has such names all the same, they answer like any other operation', async () => {
  const names = [...hookNames, ...inherited]
  const compiled = await compileApi(apiDocument(Object.fromEntries(names.map((name, index) => [`/${name}`, { get: operation(`operation${index}`) }]))))
  const operations = compiled.table.operations.map((one) => ({ ...one, id: one.path.slice(1) }))
  const spec = { ...compiled, table: { ...compiled.table, operations } }
  const handlers = Object.fromEntries(names.map((name) => [name, () => ({ name })])) as LooseHandlers
  const bound = open({ spec, handlers })
  const unbound = open({ spec, handlers: {} })
  for (const name of names) {
    assert.deepEqual((await bound.send(`GET /${name}`)).json, { name })
    const refused = await unbound.send(`GET /${name}`)
    assert.deepEqual([refused.status, refused.json['error']], [501, 'NOT_IMPLEMENTED'], name)
  }
  assert.equal((await bound.send('GET /none')).status, 404)
  assert.equal((await bound.send('PUT /toString')).status, 405)
})

test('handlers that belong to no operation take no part in answers', async () => {
  const spec = await compileApi(apiDocument({ '/a': { get: operation('getA') } }))
  const counter = counting()
  const { send } = open({ spec, handlers: { getA: () => ({}), ...Object.fromEntries(hookNames.map((name) => [name, counter.handler])), 404: counter.handler, 501: counter.handler } as LooseHandlers })
  assert.deepEqual((await send('GET /a')).json, {})
  assert.equal((await send('GET /b')).status, 404)
  assert.equal(counter.calls, 0)
})

test('alternatives: any of them, all schemes of one, or nobody at all where {} is one', async () => {
  const document = apiDocument({
    '/or': { get: operation('or', { security: [{ key: [] }, { pass: [] }] }) },
    '/and': { get: operation('and', { security: [{ key: [], pass: [] }] }) },
    '/optional': { get: operation('optional', { security: [{ key: [] }, {}] }) },
    '/none': { get: operation('none', { security: [] }) },
  }, { ...components, security: [{ key: [] }] })
  const whoAmI: LooseHandlers[string] = (_input, context) => ({ user: context.user?.id ?? null })
  const { send } = await openApi(document, { security: allow, handlers: { or: whoAmI, and: whoAmI, optional: whoAmI, none: whoAmI } })
  const key = { 'x-key': 'good' }
  const cases: [string, Record<string, string>, number, unknown][] = [
    ['/or', {}, 401, undefined],
    ['/or', key, 200, 'key-user'],
    ['/or', { authorization: basic('ann') }, 200, 'ann'],
    ['/or', { ...key, authorization: basic('eve') }, 200, 'key-user'],
    ['/or', { 'x-key': 'bad', authorization: basic('eve') }, 401, undefined],
    ['/and', key, 401, undefined],
    ['/and', { authorization: basic('ann') }, 401, undefined],
    ['/and', { ...key, authorization: basic('eve') }, 401, undefined],
    ['/and', { ...key, authorization: basic('ann') }, 200, 'key-user'],
    ['/optional', {}, 200, null],
    ['/optional', { 'x-key': 'bad' }, 200, null],
    ['/optional', key, 200, 'key-user'],
    ['/none', {}, 200, null],
  ]
  for (const [path, headers, status, user] of cases) {
    const answer = await send(`GET ${path}`, { headers })
    assert.deepEqual([answer.status, answer.json['user']], [status, user], `${path} ${JSON.stringify(headers)}`)
  }
})

test('scopes belong to their alternative: 403 where no alternative has all of its own', async () => {
  const document = apiDocument({
    '/write': { get: operation('write', { security: [{ oauth: ['write'] }] }) },
    '/either': { get: operation('either', { security: [{ oauth: ['read'] }, { oauth: ['write'] }] }) },
    '/mixed': { get: operation('mixed', { security: [{ oauth: ['write'], key: [] }, { oauth: ['read'] }] }) },
  }, components)
  const { send } = await openApi(document, { security: allow })
  const status = async (path: string, authorization: string, key?: string): Promise<number> => (await send(`GET ${path}`, { headers: { authorization, ...(key === undefined ? {} : { 'x-key': key }) } })).status
  assert.equal(await status('/write', 'write read'), 200)
  assert.equal(await status('/write', 'read'), 403)
  assert.equal(await status('/either', 'read'), 200)
  assert.equal(await status('/either', 'write'), 200)
  assert.equal(await status('/either', 'other'), 403)
  assert.equal(await status('/mixed', 'read'), 200)
  assert.equal(await status('/mixed', 'write'), 403, 'the scope of one alternative does not count for the other')
  assert.equal(await status('/mixed', 'write', 'good'), 200)
})

test('what a security handler may do to refuse', async () => {
  const document = apiDocument({ '/a': { get: operation('getA', { security: [{ key: [] }] }) } }, components)
  const spec = await compileApi(document)
  const counter = counting()
  const answerOf = async (key: SecurityHandler): Promise<number> => (await open({ spec, handlers: { getA: counter.handler }, security: { key } }).send('GET /a', { headers: { 'x-key': 'k' } })).status
  for (const falsy of [false, null, undefined, 0, '', Number.NaN, Promise.resolve(false)]) assert.equal(await answerOf(() => falsy), 401)
  const broken: SecurityHandler[] = [() => { throw new Error('the database is down') }, () => Promise.reject(new Error('no')), () => Promise.reject(null), () => { throw undefined }]
  for (const handler of broken) assert.equal(await answerOf(handler), 500)
  assert.equal(counter.calls, 0)
  assert.equal(await answerOf(() => true), 200)
})

test('credentials are read from where their scheme says', async () => {
  const document = apiDocument({
    '/query': { get: operation('inQuery', { security: [{ query: [] }] }) },
    '/cookie': { get: operation('inCookie', { security: [{ cookie: [] }] }) },
    '/basic': { get: operation('inBasic', { security: [{ basic: [] }] }) },
  }, { components: { securitySchemes: { query: { type: 'apiKey', in: 'query', name: 'k' }, cookie: { type: 'apiKey', in: 'cookie', name: 'k' }, basic: { type: 'http', scheme: 'basic' } } } })
  const seen: unknown[] = []
  const note: SecurityHandler = (credentials) => seen.push(credentials)
  const { send } = await openApi(document, { security: { query: note, cookie: note, basic: note } })
  assert.equal((await send('GET /query?k=a%20b')).status, 200)
  assert.equal((await send('GET /cookie', { headers: { cookie: 'x=1; k=c' } })).status, 200)
  assert.equal((await send('GET /basic', { headers: { authorization: `basic ${Buffer.from('ann:p:q').toString('base64')}` } })).status, 200)
  assert.deepEqual(seen, [{ kind: 'apiKey', key: 'a b' }, { kind: 'apiKey', key: 'c' }, { kind: 'basic', username: 'ann', password: 'p:q' }])
  const refused = await send('GET /basic', { headers: { authorization: 'Basic !!' } })
  assert.equal(refused.status, 401)
  assert.match(refused.headers['www-authenticate']!, /^Basic /)
})
