// Call id, call path and tokens: in from the caller, on to the called API, in the log.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../src/dev/index.ts'
import { generateToken } from '../../src/runtime/edge.ts'
import { type ErrorBody, isError } from '../../src/runtime/index.ts'
import type { ClientSpec } from '../../src/openapi/index.ts'
import { apiDocument, compileApi, type LooseHandlers, type LooseOperations, open, operation, type PlatformParts } from './service-fixture.ts'

const bearer = { components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } }
const security = [{ token: [] }]
const backSpec = await compileApi(apiDocument({ '/seen': { get: operation('seen') }, '/user': { get: operation('user', { security }) }, '/fail': { get: operation('fails') } }, bearer), 'back')
const frontSpec = await compileApi(apiDocument({ '/call': { get: operation('call') }, '/as-me': { get: operation('asMe', { security }) }, '/as-service': { get: operation('asService', { security }) }, '/fail': { get: operation('passOn') } }, bearer), 'front')

const { api, securitySchemes, operations } = backSpec.table
const backClient: ClientSpec<LooseOperations, LooseOperations> = { api, servers: [], securitySchemes, operations }

const back = open({
  spec: backSpec,
  handlers: {
    seen: (_input, context) => ({ callId: context.callId, callPath: context.callPath }),
    user: (_input, context) => ({ id: context.user?.id }),
    fails: () => ({ status: 543, error: 'BACK_FAILED', error_description: 'x', error_id: 'the-id-of-the-back' }),
  } as LooseHandlers,
})

function front(parts: PlatformParts) {
  const call = (name: 'seen' | 'user' | 'fails'): LooseHandlers[string] => async (_input, context) => {
    const client = context.client(backClient) as unknown as Record<string, (input?: object) => Promise<unknown>>
    return client[name]!({})
  }
  const asService: LooseHandlers[string] = async (_input, context) => {
    const user = call('user')!
    const inside = await context.backendToken({ userId: 'robot' }, () => Promise.resolve(user(_input, context)))
    const thrown = await context.backendToken({ userId: 'robot' }, () => Promise.reject(new Error('inside'))).catch(() => 'thrown')
    return { inside, thrown, after: await user(_input, context), me: context.user?.id }
  }
  return open({ spec: frontSpec, handlers: { call: call('seen')!, asMe: call('user')!, asService, passOn: call('fails')! } }, parts)
}

const local = front({ local: new Map([['back', back.answer]]) })

test('ids come in, are logged, and go on to an API in this process', async () => {
  back.log.length = 0
  const headers = { kluecallid: 'id-1', kluecallpath: 'web.app' }
  assert.deepEqual((await local.send('GET /call', { headers })).json, { callId: 'id-1', callPath: 'web.app.front.back' })
  assert.deepEqual([local.log.at(-1)!['call_id'], local.log.at(-1)!['call_path']], ['id-1', 'web.app.front'])
  assert.deepEqual([back.log.at(-1)!['call_id'], back.log.at(-1)!['call_path']], ['id-1', 'web.app.front.back'])
})

test('ids go on over a socket just the same', async () => {
  const server = await startServer({ port: 0, bodyLimitBytes: () => 1000, answer: back.answer })
  try {
    const remote = front({ config: { apis: { back: { url: `http://127.0.0.1:${server.port}` } } } })
    assert.deepEqual((await remote.send('GET /call', { headers: { kluecallid: 'id-2', kluecallpath: 'web' } })).json, { callId: 'id-2', callPath: 'web.front.back' })
  } finally {
    await server.close(0)
  }
})

test('without ids a call starts its own, and strange ones are replaced', async () => {
  const first = (await local.send('GET /call')).json
  assert.match(first['callId'] as string, /^[0-9a-f-]{36}$/)
  assert.equal(first['callPath'], 'front.back')
  for (const strange of ['', ' ', 'a b', 'x'.repeat(129), 'é', '<script>', 'a\nb', 'a,b']) {
    const seen = (await local.send('GET /call', { headers: { kluecallid: strange, kluecallpath: strange.repeat(6) } })).json
    assert.match(seen['callId'] as string, /^[0-9a-f-]{36}$/, JSON.stringify(strange))
    assert.equal(seen['callPath'], 'front.back', JSON.stringify(strange))
  }
})

test('an error of the called API keeps its status, code and id on the way up', async () => {
  const answer = await local.send('GET /fail')
  const body = answer.json as unknown as ErrorBody
  assert.ok(isError(body))
  assert.deepEqual([answer.status, body.error, body.error_id], [543, 'BACK_FAILED', 'the-id-of-the-back'])
})

test('the token of the caller goes on; backendToken replaces it inside only, also after a throw', async () => {
  const authorization = `Bearer ${await generateToken(local.platform, 'ann')}`
  assert.deepEqual((await local.send('GET /as-me', { headers: { authorization } })).json, { id: 'ann' })
  assert.deepEqual((await local.send('GET /as-service', { headers: { authorization } })).json, { inside: { id: 'robot' }, thrown: 'thrown', after: { id: 'ann' }, me: 'ann' })
})

test('the token of one request never reaches another that runs at the same time', async () => {
  const users = Array.from({ length: 20 }, (_, index) => `user-${index}`)
  const answers = await Promise.all(users.map(async (user, index) => {
    const headers = { authorization: `Bearer ${await generateToken(local.platform, user)}` }
    return (await local.send(index % 2 === 0 ? 'GET /as-me' : 'GET /as-service', { headers })).json
  }))
  for (const [index, user] of users.entries()) {
    if (index % 2 === 0) assert.deepEqual(answers[index], { id: user })
    else assert.deepEqual([answers[index]!['after'], answers[index]!['inside']], [{ id: user }, { id: 'robot' }])
  }
})

test('an API whose address is unknown is a clear sentence', async () => {
  const answer = await front({}).send('GET /call')
  assert.equal(answer.status, 500)
  assert.match(answer.json['error_description'] as string, /apis\.back\.url.*not configured/)
})
