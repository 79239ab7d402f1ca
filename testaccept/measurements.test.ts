// Recording, listing, reading and deleting measurements.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { assertCallReturnError, assertGetReturnError, assertGetReturnJson, assertPostReturnError, assertPostReturnJson, type Json, send, test, testAuth, testClient } from 'klue/testing'
import { buildsClient } from '../functions/gen/builds.client.ts'

const at = (minute: number): string => new Date(Date.UTC(2030, 0, 1, 12, minute)).toISOString()

function newJob(): string {
  return `job-${randomUUID()}`
}

async function record(job: string, metric: string, data: Json): Promise<Json> {
  return assertPostReturnJson(`/jobs/${job}/metrics/${metric}/measurements`, data, { status: 201, auth: await testAuth() })
}

test('a measurement is recorded, with defaults, and can be read and deleted', async () => {
  const auth = await testAuth()
  const job = newJob()
  const answer = await send('post', `/jobs/${job}/metrics/duration/measurements`, { auth, data: { value: 12.5 } })
  assert.equal(answer.status, 201)
  const path = answer.headers.get('location')!
  const saved = answer.body as Json
  assert.deepEqual([saved['value'], saved['unit'], saved['job'], saved['metric'], saved['recorded_by']], [12.5, '', job, 'duration', 'test-jwt-token'])
  assert.deepEqual(await assertGetReturnJson(path, { auth }), saved)
  assert.equal((await send('delete', path, { auth })).status, 204)
  await assertGetReturnError(path, { auth, status: 404, error: 'ITEM_NOT_FOUND' })
  await assertCallReturnError('delete', path, { auth, status: 404, error: 'ITEM_NOT_FOUND' })
})

test('a measurement that is sent twice with one key is recorded once', async () => {
  const auth = await testAuth()
  const job = newJob()
  const path = `/jobs/${job}/metrics/duration/measurements`
  const headers = { 'Idempotency-Key': randomUUID() }
  const first = await send('post', path, { auth, data: { value: 12.5 }, headers })
  const again = await send('post', path, { auth, data: { value: 12.5 }, headers })
  assert.deepEqual([first.status, first.headers.get('idempotent-replayed')], [201, null])
  assert.deepEqual([again.status, again.headers.get('idempotent-replayed'), again.body, again.headers.get('location')], [201, 'true', first.body, first.headers.get('location')])
  const { measurements } = await assertGetReturnJson<{ measurements: Json[] }>(`/jobs/${job}/measurements`, { auth })
  assert.equal(measurements.length, 1)
  const other = await send('post', path, { auth, data: { value: 13 }, headers })
  assert.deepEqual([other.status, (other.body as Json)['error']], [422, 'IDEMPOTENCY_KEY_REUSED'])
  const malformed = await send('post', path, { auth, data: { value: 13 }, headers: { 'Idempotency-Key': 'two words' } })
  assert.deepEqual([malformed.status, (malformed.body as Json)['error']], [400, 'IDEMPOTENCY_KEY_INVALID'])
})

test('the typed client sends a key of its own, and the same one where it is given', async () => {
  const client = await testClient(buildsClient)
  const call = { path: { job: newJob(), metric: 'duration' }, body: { value: 1 } }
  const [one, other] = [await client.recordMeasurement(call), await client.recordMeasurement(call)]
  assert.notEqual(one.id, other.id)
  const idempotencyKey = randomUUID()
  const [first, again] = [await client.recordMeasurement(call, { idempotencyKey }), await client.recordMeasurement(call, { idempotencyKey })]
  assert.equal(first.id, again.id)
})

test('numbers come back as they were sent', async () => {
  const job = newJob()
  for (const value of [0.1, -0, 1e-7, 123456789.12345679, Number.MAX_SAFE_INTEGER, 5e-100]) {
    assert.equal((await record(job, 'exact', { value }))['value'], value === 0 ? 0 : value)
  }
})

test('a listing is filtered by metric and time, the newest first', async () => {
  const auth = await testAuth()
  const job = newJob()
  for (const [minute, metric] of [[1, 'a'], [2, 'b'], [3, 'a'], [4, 'a']] as const) await record(job, metric, { value: minute, measured_at: at(minute) })
  const values = async (query: string): Promise<unknown> => {
    const page = await assertGetReturnJson<{ measurements: Json[] }>(`/jobs/${job}/measurements${query}`, { auth })
    return page.measurements.map(({ value }) => value)
  }
  assert.deepEqual(await values(''), [4, 3, 2, 1])
  assert.deepEqual(await values('?metric=a'), [4, 3, 1])
  assert.deepEqual(await values(`?metric=a&from=${at(3)}`), [4, 3])
  assert.deepEqual(await values(`?metric=a&to=${at(3)}`), [1])
  assert.deepEqual(await values(`?from=${at(2)}&to=${at(4)}`), [3, 2])
  assert.deepEqual(await values('?metric=unknown'), [])
})

test('pages follow each other without a gap', async () => {
  const client = await testClient(buildsClient)
  const job = newJob()
  for (let minute = 0; minute < 7; minute += 1) await record(job, 'm', { value: minute, measured_at: at(minute) })
  const seen: number[] = []
  let cursor: string | undefined
  do {
    const page = await client.listMeasurements({ path: { job }, query: { limit: 3, cursor } })
    seen.push(...page.measurements.map(({ value }) => value))
    cursor = page.cursor
  } while (cursor !== undefined)
  assert.deepEqual(seen, [6, 5, 4, 3, 2, 1, 0])
})

test('a cursor of another listing is refused', async () => {
  const auth = await testAuth()
  const job = newJob()
  for (let minute = 0; minute < 3; minute += 1) await record(job, 'm', { value: minute, measured_at: at(minute) })
  const { cursor } = await assertGetReturnJson<{ cursor: string }>(`/jobs/${job}/measurements?metric=m&limit=1`, { auth })
  await assertGetReturnError(`/jobs/${newJob()}/measurements?metric=m&cursor=${cursor}`, { auth, status: 400, error: 'INVALID_CURSOR' })
  await assertGetReturnError(`/jobs/${job}/measurements?cursor=nonsense`, { auth, status: 400, error: 'INVALID_CURSOR' })
})

test('a value that cannot be stored is refused, and is no crash', async () => {
  const auth = await testAuth()
  const path = `/jobs/${newJob()}/metrics/m/measurements`
  for (const value of [1e199, -1e199, 1.1e30]) await assertPostReturnError(path, { value }, { auth, status: 400, error: 'INVALID_PARAMETER' })
  await assertPostReturnError(path, { value: 1e-199 }, { auth, status: 400, error: 'VALUE_NOT_STORABLE' })
})

test('the latest value is that of the latest measurement, not of the last recording', async () => {
  const auth = await testAuth()
  const job = newJob()
  await assertGetReturnError(`/jobs/${job}/metrics/m/latest`, { auth, status: 404, error: 'NO_MEASUREMENTS' })
  await record(job, 'm', { value: 2, measured_at: at(2) })
  await record(job, 'm', { value: 1, measured_at: at(1) })
  assert.equal((await assertGetReturnJson(`/jobs/${job}/metrics/m/latest`, { auth }))['value'], 2)
})

test('every fault of a request is named', async () => {
  const auth = await testAuth()
  const body = await assertPostReturnError('/jobs/nightly/metrics/-bad/measurements', { value: 'many', measured_at: 'yesterday', extra: 1 }, { auth, status: 400, error: 'INVALID_PARAMETER' })
  const pointers = (body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer).sort()
  assert.deepEqual(pointers, ['/body/extra', '/body/measured_at', '/body/value', '/path/metric'])
  for (const query of ['limit=0', 'limit=201', 'limit=many', 'from=2030-13-01T00:00:00Z', 'metric=%20']) {
    await assertGetReturnError(`/jobs/nightly/measurements?${query}`, { auth, status: 400, error: 'INVALID_PARAMETER' })
  }
  const long = 'x'.repeat(65)
  await assertGetReturnError(`/jobs/${long}/metrics/m/latest`, { auth, status: 400, error: 'INVALID_PARAMETER' })
  await assertGetReturnError(`/jobs/j/metrics/m/measurements/${long}`, { auth, status: 400, error: 'INVALID_PARAMETER' })
  await assertCallReturnError('delete', `/jobs/j/metrics/m/measurements/${long}`, { auth, status: 400, error: 'INVALID_PARAMETER' })
})

test('nothing answers without a valid token', async () => {
  const refused = { status: 401, error: 'AUTHORIZATION_HEADER_MISSING' }
  for (const path of ['/jobs/j/measurements', '/jobs/j/metrics/m/latest', '/jobs/j/metrics/m/deviation', '/jobs/j/metrics/m/measurements/1']) {
    await assertGetReturnError(path, refused)
    await assertGetReturnError(path, { auth: 'Bearer 1.2.3', status: 401, error: 'TOKEN_INVALID' })
  }
  await assertCallReturnError('delete', '/jobs/j/metrics/m/measurements/1', refused)
  // Who may not ask is told so before what is wrong with the question.
  await assertPostReturnError('/jobs/j/metrics/m/measurements', { value: 'many' }, refused)
})
