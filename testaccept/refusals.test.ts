// What every path answers to requests that it does not take, and what browsers need.
import assert from 'node:assert/strict'
import { assertCallReturnError, assertGetReturnError, assertPostReturnError, liveSafe, send, test, testAuth } from 'klue/testing'

const measurements = '/jobs/nightly/metrics/m/measurements'

liveSafe('an unknown path is 404 in the error model', async () => {
  await assertGetReturnError('/no/such/path', { status: 404, error: 'NOT_FOUND' })
  await assertGetReturnError('/jobs/nightly/measurements/', { status: 404, error: 'NOT_FOUND' })
  await assertGetReturnError('/doc/unknown', { status: 404, error: 'NOT_FOUND' })
})

liveSafe('a wrong method is 405 and says which methods there are', async () => {
  const answer = await send('patch', measurements)
  assert.equal(answer.status, 405)
  assert.equal((answer.body as { error: string }).error, 'METHOD_NOT_ALLOWED')
  assert.equal(answer.headers.get('allow'), 'OPTIONS, POST')
  await assertPostReturnError('/ping', {}, { status: 405, error: 'METHOD_NOT_ALLOWED' })
})

test('a body of another type is 415, one that is no JSON is 400', async () => {
  const auth = await testAuth()
  await assertPostReturnError(measurements, 'value=1', { auth, headers: { 'content-type': 'application/x-www-form-urlencoded' }, status: 415, error: 'UNSUPPORTED_MEDIA_TYPE' })
  const json = { 'content-type': 'application/json' }
  const broken = await assertPostReturnError(measurements, '{"value":', { auth, headers: json, status: 400, error: 'INVALID_PARAMETER' })
  assert.equal(broken['error_description'], "Cannot parse json data: have you set 'Content-Type' to 'application/json'?")
  await assertPostReturnError(measurements, undefined, { auth, headers: json, status: 400, error: 'INVALID_PARAMETER' })
})

test('a body above the limit is 413', async () => {
  const data = `{"value":1,"unit":"${'x'.repeat(6_300_000)}"}`
  await assertCallReturnError('post', measurements, { auth: await testAuth(), headers: { 'content-type': 'application/json' }, data, status: 413, error: 'PAYLOAD_TOO_LARGE' })
})

liveSafe('a browser may ask first, and reads answers and errors', async () => {
  const origin = 'https://console.example.com'
  const preflight = await send('options', measurements, { headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } })
  assert.equal(preflight.status, 200)
  assert.equal(preflight.headers.get('access-control-allow-origin'), origin)
  assert.equal(preflight.headers.get('access-control-allow-methods'), 'OPTIONS, POST')
  assert.equal(preflight.headers.get('access-control-allow-headers'), 'authorization')
  for (const path of ['/ping', '/no/such/path', '/jobs/j/measurements']) {
    const answer = await send('get', path, { headers: { origin } })
    assert.equal(answer.headers.get('access-control-allow-origin'), origin)
    assert.match(answer.headers.get('vary') ?? '', /Origin/)
  }
  assert.equal((await send('get', '/ping')).headers.get('access-control-allow-origin'), '*')
})

liveSafe('a call id travels in and out of no answer, and a strange one harms nothing', async () => {
  for (const id of ['11111111-2222-4333-8444-555555555555', 'x'.repeat(4000), '{"a":1}']) {
    const answer = await send('get', '/ping', { headers: { KlueCallID: id, KlueCallPath: id } })
    assert.equal(answer.status, 200)
  }
})

test('a token cookie reads, and changes nothing for another site', async () => {
  const cookie = `token=${encodeURIComponent(await testAuth())}`
  assert.equal((await send('get', '/jobs/nightly/measurements', { headers: { cookie } })).status, 200)
  await assertPostReturnError(measurements, { value: 1 }, { headers: { cookie }, status: 403, error: 'ORIGIN_FORBIDDEN' })
  await assertPostReturnError(measurements, { value: 1 }, { headers: { cookie, origin: 'https://evil.example' }, status: 403, error: 'ORIGIN_FORBIDDEN' })
  // A header that is there, however wrong, is not rescued by the cookie.
  await assertGetReturnError('/jobs/nightly/measurements', { auth: 'Bearer 1.2.3', headers: { cookie }, status: 401, error: 'TOKEN_INVALID' })
})
