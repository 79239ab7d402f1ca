// docs/reference/scale.md is what the constants of the estimate give.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { scalePage } from '../../scripts/scale-page.ts'

test('the page of scale is fresh', () => {
  assert.equal(readFileSync('docs/reference/scale.md', 'utf8'), scalePage(), 'run "npm run docs"')
})
