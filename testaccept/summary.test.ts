// POST summary: a recomputation that runs as a task.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { assertGetReturnError, assertGetReturnJson, assertPostReturnError, assertPostReturnJson, test, testAuth, testClient } from 'klue/testing'
import { buildsClient } from '../functions/gen/builds.client.ts'

async function recordAll(job: string): Promise<void> {
  const auth = await testAuth()
  for (const [metric, value] of [['time', 1], ['time', 4], ['size', 7], ['time', 1]] as const) await assertPostReturnJson(`/jobs/${job}/metrics/${metric}/measurements`, { value }, { auth, status: 201 })
}

const metrics = [{ metric: 'size', count: 1, least: 7, most: 7, mean: 7 }, { metric: 'time', count: 3, least: 1, most: 4, mean: 2 }]

test('it is accepted, and its result is there in the end, for its caller alone', async () => {
  const job = `job-${randomUUID()}`
  await recordAll(job)
  const auth = await testAuth()
  const accepted = (await assertPostReturnJson(`/jobs/${job}/summary`, undefined, { auth, status: 202 })) as { id: string; status: string }
  assert.equal(accepted.status, 'waiting')
  let task = accepted as { status: string; result?: unknown }
  while (task.status === 'waiting' || task.status === 'running') task = (await assertGetReturnJson(`/tasks/${accepted.id}`, { auth })) as typeof task
  assert.deepEqual([task.status, task.result], ['succeeded', { job, metrics }])
  await assertGetReturnError(`/tasks/${accepted.id}`, { status: 401, error: 'AUTHORIZATION_HEADER_MISSING' })
  await assertGetReturnError(`/tasks/${randomUUID()}`, { auth, status: 404, error: 'NOT_FOUND' })
})

test('the client waits for the result', async () => {
  const job = `job-${randomUUID()}`
  const client = await testClient(buildsClient)
  assert.deepEqual(await client.recomputeSummary({ path: { job } }), { job, metrics: [] })
  await recordAll(job)
  assert.deepEqual(await (await client.recomputeSummary.fire({ path: { job } })).wait(), { job, metrics })
})

test('nobody has it run without a token', async () => {
  await assertPostReturnError('/jobs/a/summary', undefined, { status: 401, error: 'AUTHORIZATION_HEADER_MISSING' })
})
