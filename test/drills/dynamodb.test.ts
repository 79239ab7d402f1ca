// The large form of the drill of the embedded DynamoDB: eight lanes, many kills.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drill } from '../platform/calls/drill.ts'

for (const [round, kills] of [20, 20].entries()) {
  test(`random operations of eight lanes over ${kills} kills, part ${round + 1}: nothing lost, doubled or half done`, async () => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    const { done, unknown } = await drill({ lanes: 8, kills, calls: 40, seed })
    assert.ok(done > 500, `only ${done} calls were done`)
    assert.ok(unknown > 0)
  })
}
