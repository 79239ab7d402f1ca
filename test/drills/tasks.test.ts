// The large form of the drill of deployed tasks: 10,000 tasks over SQS, four workers, 20 kills.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertDrilled } from '../tasks/assert-drilled.ts'
import { drillTasks } from '../tasks/sqs-drill.ts'

test('10,000 tasks over SQS, 4 workers, 20 kills: each done, none lost, no recorded step twice, attempts right', async (context) => {
  const drilled = await drillTasks({ tasks: 10_000, kills: 20, limitMs: 1_500_000 })
  assert.equal(drilled.kills, 20)
  assertDrilled(drilled, (sentence) => context.diagnostic(sentence))
})
