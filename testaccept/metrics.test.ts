// Metrics of a job: counted as they are recorded, listed page by page.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { assertGetReturnError, assertGetReturnJson, assertPostReturnError, assertPostReturnJson, type Json, send, test, testAuth, testClient } from 'klue/testing'
import { buildsClient } from '../functions/gen/builds.client.ts'

const at = (minute: number): string => new Date(Date.UTC(2030, 0, 1, 12, minute)).toISOString()

function newJob(): string {
  return `job-${randomUUID()}`
}

async function record(job: string, metric: string, data: Json): Promise<Json> {
  return assertPostReturnJson(`/jobs/${job}/metrics/${metric}/measurements`, data, { status: 201, auth: await testAuth() })
}

async function metricsOf(job: string, query = ''): Promise<Json[]> {
  return (await assertGetReturnJson<{ metrics: Json[] }>(`/jobs/${job}/metrics${query}`, { auth: await testAuth() })).metrics
}

test('a metric comes with its first measurement, and counts each of those recorded at the same time once', async () => {
  const job = newJob()
  assert.deepEqual(await metricsOf(job), [])
  await record(job, 'm', { value: 1, unit: 'ms' })
  const [first] = await metricsOf(job)
  assert.deepEqual([first!['recorded'], first!['unit'], first!['first_recorded_at']], [1, 'ms', first!['last_recorded_at']])
  await Promise.all(Array.from({ length: 6 }, (_, minute) => record(job, 'm', { value: minute, unit: 's', measured_at: at(minute) })))
  const [later] = await metricsOf(job)
  assert.deepEqual([later!['recorded'], later!['unit'], later!['first_recorded_at']], [7, 's', first!['first_recorded_at']])
})

test('what is refused, and what comes again with its key, does not count', async () => {
  const auth = await testAuth()
  const job = newJob()
  const path = `/jobs/${job}/metrics/m/measurements`
  const headers = { 'Idempotency-Key': randomUUID() }
  for (let time = 0; time < 2; time += 1) assert.equal((await send('post', path, { auth, data: { value: 1 }, headers })).status, 201)
  await assertPostReturnError(path, { value: 1e-199 }, { auth, status: 400, error: 'VALUE_NOT_STORABLE' })
  assert.deepEqual((await metricsOf(job)).map(({ recorded }) => recorded), [1])
})

test('metrics are listed by name, page by page without a gap', async () => {
  const auth = await testAuth()
  const client = await testClient(buildsClient)
  const job = newJob()
  for (const metric of ['size', 'duration', 'errors', 'coverage', 'warnings']) await record(job, metric, { value: 1 })
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await client.listMetrics({ path: { job }, query: { limit: 2, cursor } })
    seen.push(...page.metrics.map(({ metric }) => metric))
    cursor = page.cursor
  } while (cursor !== undefined)
  assert.deepEqual(seen, ['coverage', 'duration', 'errors', 'size', 'warnings'])
  const { cursor: ofThis } = await assertGetReturnJson<{ cursor: string }>(`/jobs/${job}/metrics?limit=1`, { auth })
  await assertGetReturnError(`/jobs/${newJob()}/metrics?cursor=${ofThis}`, { auth, status: 400, error: 'INVALID_CURSOR' })
  await assertGetReturnError(`/jobs/${job}/metrics?limit=0`, { auth, status: 400, error: 'INVALID_PARAMETER' })
})

test('measurements are counted, within times too, without those that are deleted', async () => {
  const auth = await testAuth()
  const client = await testClient(buildsClient)
  const job = newJob()
  const path = { job, metric: 'm' }
  assert.deepEqual(await client.countMeasurements({ path }), { count: 0 })
  const saved: Json[] = []
  for (let minute = 0; minute < 4; minute += 1) saved.push(await record(job, 'm', { value: minute, measured_at: at(minute) }))
  await record(job, 'other', { value: 1 })
  const counted = async (query: string): Promise<unknown> => (await assertGetReturnJson(`/jobs/${job}/metrics/m/count${query}`, { auth }))['count']
  assert.deepEqual([await counted(''), await counted(`?from=${at(1)}`), await counted(`?to=${at(1)}`), await counted(`?from=${at(1)}&to=${at(3)}`)], [4, 3, 1, 2])
  assert.equal((await send('delete', `/jobs/${job}/metrics/m/measurements/${String(saved[0]!['id'])}`, { auth })).status, 204)
  assert.equal(await counted(''), 3)
  assert.deepEqual((await metricsOf(job)).map(({ metric, recorded }) => [metric, recorded]), [['m', 4], ['other', 1]])
  await assertGetReturnError(`/jobs/${job}/metrics/m/count?from=soon`, { auth, status: 400, error: 'INVALID_PARAMETER' })
})

test('nothing is counted without a valid token', async () => {
  for (const path of ['/jobs/j/metrics', '/jobs/j/metrics/m/count']) await assertGetReturnError(path, { status: 401, error: 'AUTHORIZATION_HEADER_MISSING' })
})
