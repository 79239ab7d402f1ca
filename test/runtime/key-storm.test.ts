// A small storm of equal requests with one key, from processes that are killed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertOneEffect, keyStorm } from './key-storm.ts'

test('40 equal requests from 2 processes with 2 kills: one recorded effect, one answer', async () => {
  const storm = { processes: 2, requests: { 'one-key': 40 }, kills: 2 }
  const stormed = await keyStorm(storm)
  assert.equal(stormed.kills, 2)
  assertOneEffect(storm, stormed)
})
