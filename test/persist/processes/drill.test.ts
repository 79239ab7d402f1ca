// The small form of the drill of test/drills: processes with random steps, faults and kills on one store, beside a model.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drill } from './drill.ts'

test('random steps of three processes, each killed once: nothing lost, doubled or half done', async () => {
  const { done, unknown } = await drill({ processes: 3, steps: 30, kills: 1, seed: Math.floor(Math.random() * 2 ** 31) })
  assert.ok(done > 0)
  assert.ok(unknown > 0)
})
