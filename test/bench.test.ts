// What the benchmark loads into processes that it measures runs as plain JavaScript.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

test('measured processes load nothing that has to be transpiled', () => {
  for (const file of ['build.mjs', 'same-answers.mjs', 'events.mjs', 'documents.mjs', 'request-log.mjs', 'secret-read.mjs', 'turns.mjs']) {
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', `await import('./bench/${file}')`], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } })
    assert.equal(status, 0, `${file}: ${stderr}`)
  }
})
