// The small form of the drill of deployed tasks; the large one is in test/drills.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertDrilled } from './assert-drilled.ts'
import { drillTasks } from './sqs-drill.ts'

test('150 tasks over SQS, 4 workers, 10 kills: each done, none lost, no recorded step twice, attempts right', async (context) => {
  const drilled = await drillTasks({ tasks: 150, kills: 10, limitMs: 120_000 })
  assert.equal(drilled.kills, 10)
  assertDrilled(drilled, (sentence) => context.diagnostic(sentence))
})
