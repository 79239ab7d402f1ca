// The weekly digest of the reference service: on Monday at eight in Berlin, of the seven days before.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLocalProject } from '../../src/dev/index.ts'
import { generateToken } from '../../src/runtime/edge.ts'
import type { LogRecord } from '../../src/runtime/index.ts'
import { readState, readTask } from '../../src/store/index.ts'
import { until } from './harness.ts'

test('it counts what was measured, by job', async () => {
  const lines: LogRecord[] = []
  let now = Date.parse('2027-03-29T05:59:30Z')
  const project = await openLocalProject({ root: process.cwd(), inMemory: true, log: (record) => void lines.push(record), tasks: { now: () => now, ticks: true } })
  try {
    const token = await generateToken(project.platform, 'ann', {})
    for (const [job, at] of [['nightly', '2027-03-22T05:59:59Z'], ['nightly', '2027-03-22T06:00:00Z'], ['nightly', '2027-03-28T23:00:00Z'], ['weekly', '2027-03-29T05:00:00Z'], ['later', '2027-03-29T06:00:00Z']] as const) {
      const { status } = await project.services[0]!.answer({ method: 'POST', path: `/jobs/${job}/metrics/m/measurements`, query: '', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify({ value: 1, measured_at: at })), sourceIp: '' })
      assert.equal(status, 201)
    }
    const database = project.platform.database()
    await until('the first look', () => readState(database, { kind: 'schedule', name: 'weeklyDigest' }))
    now = Date.parse('2027-03-29T06:00:00Z')
    const line = await until('its line', () => lines.find((one) => one['fired_by'] === 'schedule:weeklyDigest'), 60_000)
    const id = line['task_id'] as string
    const { state } = await until('its end', async () => {
      const found = await readTask(database, id)
      return found?.state.status === 'succeeded' && found
    })
    assert.deepEqual(state.result, { from: '2027-03-22T06:00:00.000Z', to: '2027-03-29T06:00:00.000Z', jobs: [{ job: 'nightly', measurements: 2 }, { job: 'weekly', measurements: 1 }] })
  } finally {
    await project.close()
  }
})
