// Lines are printed in their order, each once, few writes for many.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatherLines } from '../../src/cli/gathered-lines.ts'

test('the first line comes at once after what runs, the others together, and a flush leaves none', async () => {
  const printed: string[] = []
  const lines = gatherLines<number>((value) => `line ${value}`, (text) => void printed.push(text))
  lines.add(0)
  assert.deepEqual(printed, [])
  while (printed.length === 0) await new Promise((resolve) => setImmediate(resolve))
  for (let index = 1; index < 1000; index++) lines.add(index)
  while (printed.length < 2) await new Promise((resolve) => setTimeout(resolve, 1))
  lines.add(1000)
  lines.flush()
  lines.flush()
  const expected = Array.from({ length: 1001 }, (_, index) => `line ${index}`)
  assert.deepEqual(printed.join('\n').split('\n'), expected)
  assert.ok(printed.length < 10)
})
