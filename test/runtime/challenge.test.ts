// WWW-Authenticate: each 401 says what to show, a 403 for want of scopes says which; no name breaks out of the header.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineError, reply, type SecurityHandler } from '../../src/runtime/index.ts'
import { type Answer, apiDocument, type LooseHandlers, openApi, type Opened, operation } from './service-fixture.ts'

const oauth2 = { type: 'oauth2', flows: { clientCredentials: { tokenUrl: 'https://example.com/token', scopes: { read: '', write: '' } } } }
const securitySchemes = {
  token: { type: 'http', scheme: 'bearer' },
  pass: { type: 'http', scheme: 'basic' },
  key: { type: 'apiKey', in: 'header', name: 'X-Key' },
  digest: { type: 'http', scheme: 'Digest' },
  tls: { type: 'mutualTLS' },
  oauth: oauth2,
  oidc: { type: 'openIdConnect', openIdConnectUrl: 'https://example.com/.well-known/openid-configuration' },
}
const basic = 'Basic realm="klue", charset="UTF-8"'
const apiKey = 'ApiKey realm="klue", in="header", name="x-key"'
const refuseAll: Record<string, SecurityHandler> = Object.fromEntries(Object.keys(securitySchemes).filter((name) => name !== 'token').map((name) => [name, () => false]))
const unauthorized = defineError('NOT_YOU', 401, 'It is not for you')

function serve(security: unknown, more: { handlers?: LooseHandlers; security?: Record<string, SecurityHandler> } = {}): Promise<Opened> {
  const document = { ...apiDocument({ '/a': { get: operation('getA', { security }) } }, { components: { securitySchemes } }), openapi: '3.1.0' }
  return openApi(document, { security: { ...refuseAll, ...more.security }, ...(more.handlers === undefined ? {} : { handlers: more.handlers }) })
}

const said = ({ status, headers }: Answer): unknown => [status, headers['www-authenticate']]

test('a 401 has the challenge of each scheme that the operation names, once', async () => {
  const cases: [security: unknown, challenge: string][] = [
    [[{ token: [] }], 'Bearer'],
    [[{ pass: [] }], basic],
    [[{ key: [] }], apiKey],
    [[{ digest: [] }], 'Digest realm="klue"'],
    [[{ tls: [] }], 'mutualTLS realm="klue"'],
    [[{ oauth: [] }], 'Bearer'],
    [[{ oidc: [] }], 'Bearer'],
    [[{ token: [] }, { pass: [] }, { key: [] }], `Bearer, ${basic}, ${apiKey}`],
    [[{ token: [], key: [] }], `Bearer, ${apiKey}`],
    [[{ oauth: ['read'] }, { oauth: ['write'] }, { token: [] }], 'Bearer'],
  ]
  for (const [security, challenge] of cases) assert.deepEqual(said(await (await serve(security)).send('GET /a')), [401, challenge], JSON.stringify(security))
})

test('a refused token is named, whichever check refuses it; other credentials are not', async () => {
  const bad = { authorization: 'Bearer a.b.c' }
  const refused = 'Bearer error="invalid_token"'
  assert.deepEqual(said(await (await serve([{ token: [] }, { pass: [] }])).send('GET /a', { headers: bad })), [401, `${refused}, ${basic}`])
  for (const scheme of ['oauth', 'oidc']) assert.deepEqual(said(await (await serve([{ [scheme]: [] }])).send('GET /a', { headers: bad })), [401, refused], scheme)
  const own = await serve([{ token: [] }], { security: { token: () => { throw unauthorized() } } })
  assert.deepEqual(said(await own.send('GET /a', { headers: bad })), [401, refused])
  const both = await (await serve([{ token: [] }, { pass: [] }])).send('GET /a', { headers: { authorization: 'Basic YW5uOnB3' } })
  assert.deepEqual([...(said(both) as unknown[]), both.json['error']], [401, `Bearer, ${basic}`, 'CREDENTIALS_INVALID'])
})

test('a bearer check of the service sees tokens alone', async () => {
  const seen: unknown[] = []
  const { send } = await serve([{ token: [] }], { security: { token: (credentials) => seen.push(credentials) } })
  for (const authorization of ['Basic YW5uOnB3', 'a.b.c', 'Bearer', 'Bearer a b']) assert.equal((await send('GET /a', { headers: { authorization } })).json['error'], 'TOKEN_INVALID', authorization)
  assert.equal((await send('GET /a', { headers: { authorization: 'bearer opaque' } })).status, 200)
  assert.deepEqual(seen, [{ kind: 'bearer', token: 'opaque' }])
})

test('a 401 of a handler says what to show, unless it says so itself', async () => {
  const ways: LooseHandlers[string][] = [
    () => { throw unauthorized() },
    () => unauthorized(),
    () => reply(401, {}),
    () => ({ status: 401, error: 'NOT_YOU', error_description: 'It is not for you' }),
    () => reply(401, unauthorized().toBody()),
  ]
  for (const handler of ways) {
    assert.deepEqual(said(await (await serve([{ key: [] }], { handlers: { getA: handler }, security: { key: () => true } })).send('GET /a', { headers: { 'x-key': 'k' } })), [401, apiKey], String(handler))
    const open = await openApi(apiDocument({ '/a': { get: operation('getA') } }), { handlers: { getA: handler } })
    assert.deepEqual(said(await open.send('GET /a')), [401, 'Bearer'], String(handler))
  }
  const own: LooseHandlers[string][] = [() => reply(401, {}, { headers: { 'WWW-Authenticate': 'Own' } }), () => { throw unauthorized(undefined, { headers: { 'www-authenticate': 'Own' } }) }]
  for (const getA of own) assert.deepEqual(said(await (await serve([], { handlers: { getA } })).send('GET /a')), [401, 'Own'])
})

test('a 401 of an open operation has the challenge of each scheme of its API', async () => {
  const document = apiDocument({ '/login': { post: operation('login') } }, { components: { securitySchemes: { token: securitySchemes.token, pass: securitySchemes.pass } } })
  const { send } = await openApi(document, { security: { pass: () => true }, handlers: { login: () => { throw unauthorized() } } })
  assert.deepEqual(said(await send('POST /login', { headers: { authorization: 'Bearer a.b.c' } })), [401, `Bearer, ${basic}`], 'nobody looked at the token')
})

test('403 for want of scopes names those of the alternative', async () => {
  const { send } = await serve([{ oauth: ['read', 'write'] }], { security: { oauth: () => ({ scope: 'read' }) } })
  assert.deepEqual(said(await send('GET /a', { headers: { authorization: 'x' } })), [403, 'Bearer error="insufficient_scope", scope="read write"'])
  const key = await serve([{ key: ['admin'] }], { security: { key: () => true } })
  assert.deepEqual(said(await key.send('GET /a', { headers: { 'x-key': 'k' } })), [403, undefined], 'no token would help')
  const own = await serve([{ key: [] }], { security: { key: () => { throw defineError('NOT_YOU', 403, 'no')() } } })
  assert.deepEqual(said(await own.send('GET /a', { headers: { 'x-key': 'k' } })), [403, undefined])
})

test('names and scopes stay inside their quotes', async () => {
  const name = 'k", Basic realm="evil\r\nSet-Cookie: a=b\\'
  const document = apiDocument({ '/a': { get: operation('getA', { security: [{ key: [] }] }) }, '/b': { get: operation('getB', { security: [{ oauth: ['x"\r\ny: z é'] }] }) } }, { components: { securitySchemes: { key: { type: 'apiKey', in: 'query', name }, oauth: oauth2 } } })
  const { send } = await openApi(document, { security: { key: () => false, oauth: () => true } })
  for (const [path, status] of [['/a', 401], ['/b', 403]] as const) {
    const answer = await send(`GET ${path}`, { headers: { authorization: 'x' } })
    assert.equal(answer.status, status)
    assert.match(answer.headers['www-authenticate']!, /^[A-Za-z]+ [a-z]+="(?:[ !#-[\]-~]|\\["\\])*"(?:, [a-z]+="(?:[ !#-[\]-~]|\\["\\])*")*$/)
  }
})

test('a scheme that no header can name is refused with its document', async () => {
  for (const scheme of ['di gest', 'a"b', 'x\r\ny', '']) await assert.rejects(openApi(apiDocument({ '/a': { get: operation('getA') } }, { components: { securitySchemes: { odd: { type: 'http', scheme } } } })), /no name of an HTTP authentication scheme/, scheme)
})

test('what a security handler gives without meaning yes lets nobody in', async () => {
  let calls = 0
  const getA: LooseHandlers[string] = (_input, { user }) => ({ ran: (calls += 1), id: user?.id })
  const answerOf = async (verdict: unknown): Promise<Answer> => (await serve([{ key: [] }], { handlers: { getA }, security: { key: () => verdict } })).send('GET /a', { headers: { 'x-key': 'k' } })
  const returned: [unknown, number, string][] = [
    [unauthorized(), 401, 'NOT_YOU'],
    [defineError('NOT_HERE', 403, 'no')(), 403, 'NOT_HERE'],
    [unauthorized().toBody(), 401, 'NOT_YOU'],
    [new Error('the database is down'), 500, 'UNHANDLED_SERVER_ERROR'],
  ]
  for (const [verdict, status, code] of returned) {
    const { status: answered, json } = await answerOf(verdict)
    assert.deepEqual([answered, json['error']], [status, code])
  }
  for (const verdict of [[], [{ id: 'ann' }], () => true, reply(401, {}), reply(200, {}), { id: 42 }, { id: '' }, { id: null }, { id: ['ann'] }, { id: {} }]) {
    const { status, json } = await answerOf(verdict)
    assert.deepEqual([status, json['error']], [500, 'UNHANDLED_SERVER_ERROR'])
    assert.match(String(json['error_description']), /^The security handler of key returned /)
  }
  assert.equal(calls, 0)
  for (const verdict of [{ id: 'ann' }, { id: 'ann', role: 1 }]) assert.equal((await answerOf(verdict)).json['id'], 'ann')
  for (const verdict of [true, 1, 'yes', {}, { id: undefined }]) assert.equal((await answerOf(verdict)).json['id'], '')
})

test('Basic credentials that are no UTF-8 text are refused: all such names would be one', async () => {
  const seen: unknown[] = []
  const { send } = await serve([{ pass: [] }], { security: { pass: (credentials) => seen.push(credentials) } })
  for (const bytes of [Buffer.from([0xff, 0x3a, 0x70]), Buffer.from([0xfe, 0x3a, 0x70]), Buffer.from('a\0b:p'), Buffer.from('ann:p\nq'), Buffer.from('ann:p\u0085')]) {
    const answer = await send('GET /a', { headers: { authorization: `Basic ${bytes.toString('base64')}` } })
    assert.deepEqual([answer.json['error'], ...(said(answer) as unknown[])], ['CREDENTIALS_INVALID', 401, basic])
  }
  assert.equal(seen.length, 0)
  assert.equal((await send('GET /a', { headers: { authorization: `Basic ${Buffer.from('zoë:pä:ß').toString('base64')}` } })).status, 200)
  assert.deepEqual(seen, [{ kind: 'basic', username: 'zoë', password: 'pä:ß' }])
})
