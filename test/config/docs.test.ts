// docs/reference/config.md and the tables in the code say the same, row by row and both ways.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/build.ts'
import { groups, keyRows, replacedRows, variableRows } from './reference-tables.ts'

test('the reference page holds every key and variable, and nothing else', () => {
  const page = readFileSync('docs/reference/config.md', 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  assert.deepEqual(rows, [...groups.flatMap(keyRows), ...replacedRows(), ...variableRows()])
})

test('the reference service loads for every stage that it declares', () => {
  assert.equal(loadConfig({ root: '.', stage: 'local', env: {} }).config.name, 'builds')
  const live = loadConfig({ root: '.', stage: 'live', env: { METRICS_BACKEND_PASSWORD: 'from-the-environment' } }).config
  assert.equal(live.apis['metrics-backend']?.password, 'from-the-environment')
  assert.equal(live.hideInternalErrors, true)
  assert.equal(live.crashApi, false)
})
