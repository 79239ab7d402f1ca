// docs/reference/control.md names every switch, and no other.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { settingNames } from '../../src/control/index.ts'

test('the page has a row for each switch', () => {
  const page = readFileSync('docs/reference/control.md', 'utf8').split('\n## ').find((part) => part.startsWith('Switches\n'))!
  assert.deepEqual([...page.matchAll(/^\| `([a-z_.]+)` \|/gm)].map(([, name]) => name), settingNames())
})
