// GET deviation: how far a metric moved, with the packages that the older backend names.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { assertGetReturnError, assertGetReturnJson, assertPostReturnJson, test, testAuth, testClient } from 'klue/testing'
import { metricsBackendClient } from '../functions/gen/metrics-backend.client.ts'

const team = { username: 'builds', password: process.env['METRICS_BACKEND_PASSWORD'] ?? 'local-only' }

async function recordAll(job: string, values: { value: number; unit?: string; build?: string }[]): Promise<void> {
  const auth = await testAuth()
  for (const [index, data] of values.entries()) {
    const measuredAt = new Date(Date.UTC(2030, 0, 1, 12, index)).toISOString()
    await assertPostReturnJson(`/jobs/${job}/metrics/m/measurements`, { ...data, measured_at: measuredAt }, { auth, status: 201 })
  }
}

async function deviation(job: string, threshold?: number): Promise<unknown> {
  return assertGetReturnJson(`/jobs/${job}/metrics/m/deviation${threshold === undefined ? '' : `?threshold=${threshold}`}`, { auth: await testAuth() })
}

test('fewer than two values, the same value, or a zero before: not changed', async () => {
  const job = `job-${randomUUID()}`
  assert.deepEqual(await deviation(job), { changed: false })
  await recordAll(job, [{ value: 5 }])
  assert.deepEqual(await deviation(job), { changed: false })
  await recordAll(job, [{ value: 5 }, { value: 5 }])
  assert.deepEqual(await deviation(job), { changed: false })
  const zero = `job-${randomUUID()}`
  await recordAll(zero, [{ value: 0 }, { value: 7 }])
  assert.deepEqual(await deviation(zero), { changed: false })
})

test('a change is told with its size, without the packages where none are known', async () => {
  const job = `job-${randomUUID()}`
  await recordAll(job, [{ value: 1 }, { value: 1.5, unit: 's', build: '12' }])
  assert.deepEqual(await deviation(job), { changed: true, current: 1.5, previous: 1, delta_pct: 50, units: 's', changecount: 0 })
})

test('a fall counts like a rise, and values are rounded', async () => {
  const job = `job-${randomUUID()}`
  await recordAll(job, [{ value: 3.00049 }, { value: 1.23456 }])
  assert.deepEqual(await deviation(job), { changed: true, current: 1.235, previous: 3, delta_pct: 58.85, units: '', changecount: 0 })
})

test('the threshold itself is no change yet', async () => {
  const job = `job-${randomUUID()}`
  await recordAll(job, [{ value: 100 }, { value: 110 }])
  assert.deepEqual(await deviation(job, 10), { changed: false })
  assert.equal(((await deviation(job, 9.99)) as { changed: boolean }).changed, true)
})

test('the packages of the build come from the metrics backend', async () => {
  const job = `job-${randomUUID()}`
  const backend = await testClient(metricsBackendClient, team)
  await backend.putPackages({ query: { job, build: '13' }, body: 'afw\nmeas_base\n' })
  await recordAll(job, [{ value: 1 }, { value: 2, build: '13' }])
  const result = (await deviation(job)) as { changecount: number; changed_packages: string[] }
  assert.equal(result.changecount, 2)
  assert.deepEqual(result.changed_packages, ['afw', 'meas_base'])
})

test('a threshold that is no number is refused', async () => {
  const auth = await testAuth()
  for (const threshold of ['many', '-1', '']) await assertGetReturnError(`/jobs/j/metrics/m/deviation?threshold=${threshold}`, { auth, status: 400, error: 'INVALID_PARAMETER' })
})
