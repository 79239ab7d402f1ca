// docs/reference/constructs.md is what the doc comments say, and they say something of everything.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { constructsPage } from '../../scripts/constructs-page.ts'

test('the page of the constructs is fresh', () => {
  assert.equal(readFileSync('docs/reference/constructs.md', 'utf8'), constructsPage(), 'run "npm run docs"')
})

test('every prop and member is explained', () => {
  const rows = constructsPage().split('\n').filter((line) => line.startsWith('| `'))
  assert.ok(rows.length > 80)
  assert.deepEqual(rows.filter((row) => /^\| [^|]+ \| (?:[^|\\]|\\.)* \|  \|/.test(row)), [])
})

test('every optional prop names its default', () => {
  const rows = constructsPage().split('\n').filter((line) => /^\| `[^`]+`\? \|/.test(line))
  assert.ok(rows.length > 25)
  assert.deepEqual(rows.filter((row) => row.endsWith('|  |')), [])
})
