// What can be deployed: a commit with its version and nothing beside it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { checkStillClean, cleanCommit } from '../../../src/deploy/version-stamp.ts'
import { isUsageError } from '../../../src/errors/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-commit-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const git = (...words: string[]): string => execFileSync('git', ['-C', folder, '-c', 'user.name=A', '-c', 'user.email=a@example.com', ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
const fault = (code: string, file = '') => (error: unknown): boolean => isUsageError(error) && error.faults[0]!.code === code && error.faults[0]!.file === file

test('a commit is deployed when everything is in it', () => {
  assert.throws(() => cleanCommit(folder), fault('git-missing'))
  git('init', '--quiet')
  assert.throws(() => cleanCommit(folder), fault('git-missing'))
  writeFileSync(join(folder, 'a'), '1')
  git('add', 'a')
  git('commit', '--quiet', '--message', 'one')
  const { version, commit } = cleanCommit(folder)
  assert.match(version, /^\d{6}-\d{4}-1-[0-9a-f]{6}$/)
  assert.equal(commit, git('rev-parse', 'HEAD'))
})

test('a changed file and a new one are named, at the beginning and after the tests', () => {
  writeFileSync(join(folder, 'a'), '2')
  assert.throws(() => cleanCommit(folder), fault('git-dirty', 'a'))
  git('commit', '--quiet', '--all', '--message', 'two')
  checkStillClean(folder)
  writeFileSync(join(folder, 'b'), '1')
  assert.throws(() => cleanCommit(folder), fault('git-dirty', 'b'))
  assert.throws(() => checkStillClean(folder), fault('git-changed', 'b'))
})

test('a clone without its history has no version', () => {
  rmSync(join(folder, 'b'))
  const clone = `${folder}-clone`
  after(() => rmSync(clone, { recursive: true, force: true }))
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${folder}`, clone], { stdio: 'ignore' })
  assert.throws(() => cleanCommit(clone), fault('git-shallow'))
})
