// What people see: a line a step, one screen at the end, the history as columns; and what is chosen from it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isUsageError } from '../../../src/errors/index.ts'
import { duration, endScreen, eventLine, historyTable } from '../../../src/deploy/pipeline/screen.ts'
import { retained } from '../../../src/deploy/pipeline/remove.ts'
import { wantedVersion } from '../../../src/deploy/pipeline/rollback.ts'
import type { Deployment } from '../../../src/store/index.ts'

test('a step has a line when it begins and one when it ends', () => {
  assert.equal(eventLine({ step: 'test', state: 'started', title: 'npm test' }, false), '  test       npm test …')
  assert.equal(eventLine({ step: 'test', state: 'done', seconds: 4.2 }, false), '✔ test       4.2 s')
  assert.equal(eventLine({ step: 'gate', state: 'failed', seconds: 185, note: 'why' }, false), '✖ gate       3 min 5 s  why')
  assert.equal(eventLine({ step: 'suite', state: 'skipped', note: 'first' }, false), '– suite      first')
  assert.ok(eventLine({ step: 'test', state: 'done', seconds: 1 }, true)!.startsWith('\u001b[32m✔\u001b[0m test'))
  assert.equal(duration(59.94), '59.9 s')
})

test('the screen says how it ended, what is live, and the exit code', () => {
  assert.equal(endScreen({ result: 'live', stage: 'ann', version: 'v', lines: ['v is live'], urls: { Url: 'https://a.example.com' } }), '\nDone\n  v is live\n  Url  https://a.example.com')
  assert.equal(endScreen({ result: 'taken back', stage: 'ann', version: 'v', step: 'prove', lines: ['a test fails', 'live is what it was'], output: ['✖ it greets'] }), '\nFailed and taken back (step prove)\n  a test fails\n  live is what it was\n    ✖ it greets\n  Exit code 4')
})

const row = (version: string, state: Deployment['state'], more: Partial<Deployment> = {}): Deployment => ({ id: version, version, commit: '', time: `2026-03-${version.slice(4, 6)}T09:30:00.000Z`, who: 'ann', state, functions: state === 'failed' ? {} : { builds: Number(version.slice(4, 6)) }, allowed: [], ...more })
const history = [row('260304-0930-4-dddddd', 'failed', { note: 'a test fails' }), row('260303-0930-3-cccccc', 'live', { allowed: [{ operation: 'getA', reason: 'unused', changes: [] }] }), row('260302-0930-2-bbbbbb', 'rolled back'), row('260301-0930-1-aaaaaa', 'live')]

test('the history marks what is live, and keeps notes and reasons', () => {
  assert.equal(historyTable(history), [
    '   260304-0930-4-dddddd  2026-03-04 09:30 UTC  failed                 ann',
    '     a test fails',
    '*  260303-0930-3-cccccc  2026-03-03 09:30 UTC  live         builds 3  ann',
    '     breaking change of getA let through: unused',
    '   260302-0930-2-bbbbbb  2026-03-02 09:30 UTC  rolled back  builds 2  ann',
    '   260301-0930-1-aaaaaa  2026-03-01 09:30 UTC  was live     builds 1  ann',
  ].join('\n'))
  const moved = historyTable(history, { builds: 4 }).split('\n')
  assert.deepEqual([moved[0], moved[3]], ['*  builds 4 is live and not in this history: a plain cdk deploy has moved it', '   260303-0930-3-cccccc  2026-03-03 09:30 UTC  was live     builds 3  ann'])
})

test('a rollback goes to the version before, or to one that is named by its beginning or its end', () => {
  assert.equal(wantedVersion(history, undefined, 'ann').version, '260301-0930-1-aaaaaa')
  assert.equal(wantedVersion(history, '260302', 'ann').version, '260302-0930-2-bbbbbb')
  assert.equal(wantedVersion(history, 'aaaaaa', 'ann').version, '260301-0930-1-aaaaaa')
  const code = (expected: string) => (error: unknown) => isUsageError(error) && error.faults[0]!.code === expected
  assert.throws(() => wantedVersion(history, '2603', 'ann'), code('version-unknown'))
  assert.throws(() => wantedVersion(history, '260304', 'ann'), code('version-unknown'))
  assert.throws(() => wantedVersion(history.slice(0, 2), undefined, 'ann'), code('version-none'))
})

test('what outlives a stack is told by its name', () => {
  const template = { Resources: { A: { Type: 'AWS::DynamoDB::GlobalTable', DeletionPolicy: 'Retain' }, B: { Type: 'AWS::DynamoDB::GlobalTable', DeletionPolicy: 'Delete' }, C: { Type: 'AWS::Logs::LogGroup', DeletionPolicy: 'Retain' }, D: { Type: 'AWS::Lambda::Version', DeletionPolicy: 'Retain' } } }
  assert.deepEqual(retained(template, new Map([['A', 'builds-live-measurement']])), ['the table builds-live-measurement', 'the log C'])
})
