// Who lacks Python, or the right to its packages, is told what to install.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { root } from '../rules/imports.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-python-'))
after(() => rmSync(folder, { recursive: true, force: true }))

// A clone in which nothing is installed yet, and a PATH on which only these programs lie.
function runWith(name: string, programs: Record<string, string>): { status: number | null; stderr: string } {
  const clone = join(folder, name)
  for (const path of ['scripts', join('test', 'deploy', 'requirements.txt')]) cpSync(join(root, path), join(clone, path), { recursive: true })
  mkdirSync(join(clone, 'bin'))
  for (const [program, script] of Object.entries(programs)) writeFileSync(join(clone, 'bin', program), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  const { status, stderr } = spawnSync(process.execPath, [join(clone, 'scripts', 'deploy-test.mjs')], { encoding: 'utf8', env: { PATH: join(clone, 'bin') } })
  return { status, stderr }
}

test('without Python the suite says what to install', () => {
  const { status, stderr } = runWith('none', {})
  assert.equal(status, 1)
  assert.match(stderr, /^The deploy suite needs Python 3\.10 or newer with pip: none was found \(install one, .*\)\n$/)
})

test('with an old Python it says so', () => {
  const { status, stderr } = runWith('old', { python3: 'echo 3.8' })
  assert.equal(status, 1)
  assert.match(stderr, /python3 is 3\.8 \(install one/)
})

test('without the means to make a virtual environment it names the package', () => {
  const { status, stderr } = runWith('no-venv', { python3: 'case "$2" in *version*) echo 3.12;; *) echo "No module named venv" >&2; exit 1;; esac' })
  assert.equal(status, 1)
  assert.match(stderr, /could not make a virtual environment: No module named venv \(.*python3-venv\)\n$/)
})
