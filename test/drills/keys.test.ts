// The large form of the storm of idempotency keys: 20 processes, 20 kills.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertOneEffect, keyStorm } from '../runtime/key-storm.ts'

test('1,000 equal requests with one key and 800 with four others, from 20 processes with 20 kills: one recorded effect and one answer for each key', async (context) => {
  const storm = { processes: 20, requests: { 'one-key': 1000, 'key-2': 200, 'key-3': 200, 'key-4': 200, 'key-5': 200 }, kills: 10, atRandom: 10 }
  const stormed = await keyStorm(storm)
  context.diagnostic(`${stormed.kills} kills, ${stormed.lost.length} of them between an effect and its record, ${stormed.seen.filter(({ status }) => status === 504).length} answers too late; attempts: ${stormed.items.map(({ attempt }) => attempt).join(', ')}`)
  assert.equal(stormed.kills, 20)
  assertOneEffect(storm, stormed)
})
