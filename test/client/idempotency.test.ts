// Idempotency keys of the client: one for each logical call, kept over its attempts, in the place that the document names.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, type ClientOptions } from '../../src/client/index.ts'
import { apiOf, json, operation, serve, thrownBy } from './things.ts'

const settings = { idempotency: { required: true, ttlSeconds: 86_400 } }
const body = { required: true, media: ['application/json'] }
const api = apiOf([
  operation({ id: 'pay', method: 'POST', body, settings }),
  operation({ id: 'payInBody', method: 'POST', body, settings: { idempotency: { ...settings.idempotency, pointer: '/meta/key' } } }),
  operation({ id: 'plain', method: 'POST', body }),
])
const clock: ClientOptions['clock'] = { sleep: () => Promise.resolve(), random: () => 0 }
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

test('a call has one key over its attempts, another call another one; what has no key is not sent again', async () => {
  await using server = await serve(({ url }, response, count) => {
    if (url === '/pay' && count === 1) response.destroy()
    else if (url === '/pay' && count === 2) response.writeHead(409, { 'retry-after': '1' }).end()
    else if (url === '/plain') response.destroy()
    else json(response, 200, { count })
  })
  const client = createClient(api, { url: server.url, clock })
  assert.deepEqual(await client['pay']!({ body: { amount: 1 } }), { count: 3 })
  const keys = server.received.map(({ headers }) => headers['idempotency-key'])
  assert.match(String(keys[0]), uuid)
  assert.deepEqual(keys, [keys[0], keys[0], keys[0]])
  await client['pay']!({ body: { amount: 1 } })
  assert.match(String(server.received[3]!.headers['idempotency-key']), uuid)
  assert.notEqual(server.received[3]!.headers['idempotency-key'], keys[0])
  await thrownBy(client['plain']!({ body: {} }))
  assert.deepEqual([server.received.length, server.received[4]!.headers['idempotency-key']], [5, undefined])
})

test('429 and 503 with Retry-After are waited for; a 409 that names no time, 422 and 500 are answers', async () => {
  for (const [status, headers, calls] of [[429, { 'retry-after': '1' }, 2], [503, { 'retry-after': '1' }, 2], [409, {}, 1], [422, {}, 1], [500, {}, 1]] as const) {
    await using server = await serve((_request, response, count) => (count === 1 ? void response.writeHead(status, headers).end() : json(response, 200, {})))
    const attempts = await attemptsOf(server.url)
    assert.deepEqual([attempts, server.received.length], [calls, calls], String(status))
  }
})

async function attemptsOf(url: string): Promise<number> {
  return (await createClient(api, clock === undefined ? { url } : { url, clock }).$send('pay', { body: {} })).attempts
}

test('an own key is sent, quoted where it has to be, also to operations that ask for none; an own header wins', async () => {
  await using server = await serve((_request, response) => json(response, 200, {}))
  const client = createClient(api, { url: server.url, clock })
  await client.$send('pay', { body: {} }, { idempotencyKey: 'order-17' })
  await client.$send('plain', { body: {} }, { idempotencyKey: 'a"b\\c,d' })
  await client.$send('pay', { body: {} }, { headers: { 'Idempotency-Key': 'mine', 'idempotency-key': 'mine' } })
  assert.deepEqual(server.received.map(({ headers }) => headers['idempotency-key']), ['order-17', '"a\\"b\\\\c,d"', 'mine'])
})

test('the key lies in the body where the document or the option says so; the caller’s object stays as it is', async () => {
  await using server = await serve((_request, response) => json(response, 200, {}))
  const client = createClient(api, { url: server.url, clock })
  const given = { amount: 1, meta: { note: 'x' } }
  await client.$send('payInBody', { body: given }, { idempotencyKey: 'one' })
  await client.$send('payInBody', { body: { meta: { key: 'own' } } })
  await client.$with({ idempotencyIn: 'body' }).$send('pay', { body: { amount: 2 } }, { idempotencyKey: 'two' })
  await client.$with({ idempotencyIn: 'body' }).$send('plain', { body: { amount: 3 } })
  assert.deepEqual(server.received.map((request) => [JSON.parse(String(request.body)), request.headers['idempotency-key']]), [
    [{ amount: 1, meta: { note: 'x', key: 'one' } }, undefined],
    [{ meta: { key: 'own' } }, undefined],
    [{ amount: 2, idempotency_key: 'two' }, undefined],
    [{ amount: 3 }, undefined],
  ])
  assert.deepEqual(given, { amount: 1, meta: { note: 'x' } })
  const error = await thrownBy(client.$send('payInBody', { body: ['a list'] }))
  assert.deepEqual([error['code'], error.message], ['INVALID_PARAMETER', 'The idempotency key of payInBody belongs into its body at /meta/key, and the body is no object there'])
})

test('a page without randomUUID makes keys of the same form', async () => {
  await using server = await serve((_request, response) => json(response, 200, {}))
  const own = crypto.randomUUID.bind(crypto)
  Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true, writable: true })
  try {
    await createClient(api, { url: server.url, clock }).$send('pay', { body: {} })
  } finally {
    Object.defineProperty(crypto, 'randomUUID', { value: own, configurable: true, writable: true })
  }
  assert.match(String(server.received[0]!.headers['idempotency-key']), uuid)
})
