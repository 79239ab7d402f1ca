// The small form of the drill of test/drills: random operations and kills beside a model.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drill } from './drill.ts'

test('random operations of four lanes over two kills: nothing lost, doubled or half done', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const { done } = await drill({ lanes: 4, kills: 2, calls: 25, seed })
  assert.ok(done > 0)
})
