// The large form of the drill of tables: eight processes on one store, each killed several times between any two calls.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drill } from '../persist/processes/drill.ts'

test('put, update, transact, unique, delete and batch of eight processes, with faults and 32 kills: nothing lost, doubled or half done', async () => {
  const { done, refused, unknown } = await drill({ processes: 8, steps: 150, kills: 4, seed: Math.floor(Math.random() * 2 ** 31) })
  assert.ok(done > 600, `only ${done} steps were done`)
  assert.ok(refused > 20 && unknown >= 32, `${refused} were refused, ${unknown} cut off`)
})
