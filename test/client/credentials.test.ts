// Credentials go to the operations that ask for them, and nowhere else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClientOptions, type ClientSpec, createClient } from '../../src/client/index.ts'
import { apiOf, json, operation, type Received, serve, thrownBy } from './things.ts'

const schemes: ClientSpec['securitySchemes'] = {
  token: { kind: 'bearer' },
  user: { kind: 'basic' },
  key: { kind: 'apiKey', name: 'X-Key', in: 'header' },
  queryKey: { kind: 'apiKey', name: 'api key', in: 'query' },
  cookieKey: { kind: 'apiKey', name: 'session', in: 'cookie' },
  oauth: { kind: 'custom' },
}

async function sent(security: Record<string, string[]>[], options: ClientOptions, call: { token?: string } = {}): Promise<Received> {
  await using server = await serve((_, response) => json(response, 200, {}))
  await createClient(apiOf([operation({ id: 'getA', security })], schemes), { url: server.url, ...options })['getA']!({}, call)
  return server.received[0]!
}

test('a token is sent where the operation asks for one', async () => {
  assert.equal((await sent([{ token: [] }], { token: 't' })).headers.authorization, 'Bearer t')
  assert.equal((await sent([{ token: [] }], { token: async () => 't2' })).headers.authorization, 'Bearer t2')
  assert.equal((await sent([{ oauth: ['read'] }], { token: 't' })).headers.authorization, 'Bearer t')
  assert.equal((await sent([], { token: 't' })).headers.authorization, undefined)
  assert.equal((await sent([{ token: [] }], { token: 't' }, { token: 'other' })).headers.authorization, 'Bearer other')
  assert.equal((await sent([{ token: [] }], { token: 't' }, { token: '' })).headers.authorization, undefined)
})

test('a token is not asked for where it is of no use', async () => {
  let asked = 0
  await sent([{ user: [] }], { token: () => (asked++, 't') })
  assert.equal(asked, 0)
})

test('basic authentication and API keys', async () => {
  const basic = (await sent([{ user: [] }], { username: 'ann', password: 'pä:ss' })).headers.authorization
  assert.equal(Buffer.from(basic!.slice('Basic '.length), 'base64').toString(), 'ann:pä:ss')
  assert.equal((await sent([{ key: [] }], { apiKey: 'k' })).headers['x-key'], 'k')
  assert.equal((await sent([{ queryKey: [] }], { apiKey: { queryKey: 'q&' } })).url, '/getA?api%20key=q%26')
  assert.equal((await sent([{ cookieKey: [] }], { apiKey: 'c' })).headers.cookie, 'session=c')
  const error = await thrownBy(sent([{ user: [] }], { username: 'a:b', password: 'p' }))
  assert.match(error.message, /must not hold a colon/)
})

test('the first alternative that can be satisfied as a whole is taken', async () => {
  const request = await sent([{}, { token: [], key: [] }, { user: [], key: [] }, { token: [] }], { username: 'u', password: 'p', apiKey: 'k' })
  assert.match(request.headers.authorization!, /^Basic /)
  assert.equal(request.headers['x-key'], 'k')
})

test('credentials never follow a redirect to another origin', async () => {
  await using other = await serve((_, response) => json(response, 200, { stolen: true }))
  await using server = await serve((_, response) => void response.writeHead(307, { location: `${other.url}/getA` }).end())
  for (const method of ['GET', 'POST']) {
    const client = createClient(apiOf([operation({ id: 'callA', method, security: [{ token: [] }] })], schemes), { url: server.url, token: 'secret', headers: { 'x-key': 'secret' } })
    const error = await thrownBy(client['callA']!({}))
    assert.equal(error['code'], 'BACKEND_RESPONSE_INVALID')
    assert.match(error.message, /answered 307: a redirect, which is not followed/)
  }
  assert.equal(other.received.length, 0)
})

test('a GET follows redirects of its own origin, but not for ever', async () => {
  await using server = await serve((request, response) => {
    if (request.url === '/found') return json(response, 200, { found: request.headers.authorization })
    response.writeHead(302, { location: request.url === '/getA' ? '/found' : request.url }).end()
  })
  const client = createClient(apiOf([operation({ id: 'getA', security: [{ token: [] }] }), operation({ id: 'getLoop' })], schemes), { url: server.url, token: 't' })
  assert.deepEqual(await client['getA']!(), { found: 'Bearer t' })
  assert.equal((await client.$send('getLoop')).status, 302)
  assert.equal(server.received.length, 8)
})

test('a declared redirect is an answer', async () => {
  await using server = await serve((_, response) => void response.writeHead(302, { location: '/elsewhere' }).end())
  const client = createClient(apiOf([operation({ id: 'getA', replies: [{ status: '302', media: [] }] })]), { url: server.url })
  const exchange = await client.$send('getA')
  assert.equal(exchange.headers.get('location'), '/elsewhere')
  assert.equal(server.received.length, 1)
})
