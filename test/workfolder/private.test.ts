// What lies below .klue is for its owner alone, whoever made it and with whatever rights.
import assert from 'node:assert/strict'
import { chmodSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { makePrivateFolder, writePrivateFile } from '../../src/workfolder/index.ts'


let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'klue-private-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const modeOf = (...parts: string[]): number => statSync(join(root, ...parts)).mode & 0o777

test('folders are 0700 and files 0600, and the project around them keeps its rights', () => {
  chmodSync(root, 0o755)
  writePrivateFile(join(root, '.klue', 'a', 'b', 'c.json'), '{}')
  assert.deepEqual([modeOf(), modeOf('.klue'), modeOf('.klue', 'a'), modeOf('.klue', 'a', 'b'), modeOf('.klue', 'a', 'b', 'c.json')], [0o755, 0o700, 0o700, 0o700, 0o600])
})

test('a folder that others could read is closed with all in it, programs stay programs, what is deployed stays readable', () => {
  for (const folder of ['data', 'infra/dev']) mkdirSync(join(root, '.klue', folder), { recursive: true })
  for (const [file, mode] of [['data/users.ldb', 0o644], ['run.sh', 0o775], ['infra/dev/index.mjs', 0o644]] as const) {
    writeFileSync(join(root, '.klue', file), 'x')
    chmodSync(join(root, '.klue', file), mode)
  }
  writeFileSync(join(root, 'own.cjs'), 'x', { mode: 0o644 })
  linkSync(join(root, 'own.cjs'), join(root, '.klue', 'linked.cjs'))
  symlinkSync(join(root, 'own.cjs'), join(root, '.klue', 'pointer'))
  for (const folder of ['.klue', '.klue/data']) chmodSync(join(root, folder), 0o755)
  makePrivateFolder(join(root, '.klue', 'dev'))
  assert.deepEqual(['', 'data', 'data/users.ldb', 'run.sh', 'infra', 'infra/dev/index.mjs', 'dev'].map((path) => modeOf('.klue', path)), [0o700, 0o700, 0o600, 0o700, 0o700, 0o644, 0o700])
  // A file of the project that is also known by a name in there.
  assert.equal(modeOf('own.cjs'), 0o644)
})

test('a file is replaced whole, and nothing stays beside it', () => {
  const path = join(root, '.klue', 'note.json')
  writePrivateFile(path, 'one')
  writePrivateFile(path, 'two')
  assert.equal(readFileSync(path, 'utf8'), 'two')
  mkdirSync(join(root, '.klue', 'taken', 'full'), { recursive: true })
  assert.throws(() => writePrivateFile(join(root, '.klue', 'taken'), 'x'), /\.klue[/\\]taken is a folder where klue keeps a file/)
  assert.deepEqual(process.getBuiltinModule('node:fs').readdirSync(join(root, '.klue')).sort(), ['note.json', 'taken'])
})
