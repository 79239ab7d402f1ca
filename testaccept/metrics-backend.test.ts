// The older backend: plain text in and out, Basic authorization.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { assertCallReturnError, assertCallReturnText, assertGetReturnError, send, test } from 'klue/testing'

const api = 'metrics-backend'
const auth = `Basic ${Buffer.from(`builds:${process.env['METRICS_BACKEND_PASSWORD'] ?? 'local-only'}`).toString('base64')}`
const path = (job: string): string => `/api/packages?job=${job}&build=1`
const text = { 'content-type': 'text/plain' }

test('packages are kept and given back as text', async () => {
  const job = `job-${randomUUID()}`
  const put = await send('put', path(job), { api, auth, headers: text, data: 'afw\n\n meas_base \n' })
  assert.equal(put.status, 204)
  assert.equal(await assertCallReturnText('get', path(job), { api, auth }), 'afw\nmeas_base')
})

test('an unknown build is 404', async () => {
  await assertGetReturnError(path(`job-${randomUUID()}`), { api, auth, status: 404, error: 'BUILD_UNKNOWN' })
})

test('no, other and wrong credentials are refused', async () => {
  await assertGetReturnError(path('j'), { api, status: 401, error: 'AUTHORIZATION_HEADER_MISSING' })
  await assertGetReturnError(path('j'), { api, auth: 'Bearer 1.2.3', status: 401, error: 'AUTHORIZATION_HEADER_MISSING' })
  const wrong = `Basic ${Buffer.from('builds:wrong').toString('base64')}`
  await assertGetReturnError(path('j'), { api, auth: wrong, status: 401, error: 'CREDENTIALS_INVALID' })
  await assertCallReturnError('put', path('j'), { api, auth: wrong, headers: text, data: 'x', status: 401, error: 'CREDENTIALS_INVALID' })
})

test('an empty job or build is refused, and is no crash', async () => {
  for (const query of ['job=&build=1', 'job=j&build=', 'job=&build=']) {
    await assertGetReturnError(`/api/packages?${query}`, { api, auth, status: 400, error: 'INVALID_PARAMETER' })
    await assertCallReturnError('put', `/api/packages?${query}`, { api, auth, headers: text, data: 'x', status: 400, error: 'INVALID_PARAMETER' })
  }
})

test('missing parameters and a body of another type are refused', async () => {
  await assertGetReturnError('/api/packages?job=j', { api, auth, status: 400, error: 'INVALID_PARAMETER' })
  await assertCallReturnError('put', path('j'), { api, auth, data: { packages: [] }, status: 415, error: 'UNSUPPORTED_MEDIA_TYPE' })
})
