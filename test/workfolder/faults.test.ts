// Whatever is wrong with .klue is told in one sentence, with the place and what to do.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { isUsageError } from '../../src/errors/index.ts'
import { folderFault, makePrivateFolder, writePrivateFile } from '../../src/workfolder/index.ts'

let root: string
let klue: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'klue-faults-'))
  klue = join(root, '.klue')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function told(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    assert.ok(isUsageError(error) && error.faults.length === 1 && error.faults[0]!.code === 'folder-unusable', String(error))
    assert.ok(!error.message.includes('\n') && error.faults[0]!.hint !== undefined)
    return error.message
  }
  return assert.fail('nothing was told')
}

test('a file, a link to a file, a link to nowhere and a circle of links where a folder belongs', () => {
  const file = join(root, 'file')
  writeFileSync(file, 'x')
  const cases: [prepare: () => void, sentence: RegExp][] = [
    [() => writeFileSync(klue, 'x'), /^\.klue is no folder, and klue keeps one there \(remove or rename what is there/],
    [() => symlinkSync(file, klue), /^\.klue is no folder/],
    [() => symlinkSync(join(root, 'nowhere'), klue), /^\.klue is a link that leads nowhere \(make the folder that it leads to, or remove the link\)/],
    [() => symlinkSync(klue, klue), /^\.klue is a link that leads nowhere/],
    [() => (mkdirSync(klue), writeFileSync(join(klue, 'a'), 'x')), /^\.klue\/a is no folder/],
  ]
  for (const [prepare, sentence] of cases) {
    prepare()
    assert.match(told(() => makePrivateFolder(join(klue, 'a', 'b'))), sentence)
    assert.match(told(() => writePrivateFile(join(klue, 'a', 'b.json'), 'x')), sentence)
    rmSync(klue, { recursive: true, force: true })
  }
})

test('a link to a folder elsewhere is as good as a folder', () => {
  mkdirSync(join(root, 'elsewhere'))
  symlinkSync(join(root, 'elsewhere'), klue)
  writePrivateFile(join(klue, 'a.json'), 'x')
  assert.equal(readFileSync(join(root, 'elsewhere', 'a.json'), 'utf8'), 'x')
})

test('errors of the system, with or without a path, also as the cause of another', () => {
  const failing = (code: string, fields: object = {}): Error => Object.assign(new Error(`${code}: it failed`), { code, errno: -1, syscall: 'open', ...fields })
  const path = join(klue, 'dev', 'x.mjs')
  for (const [error, sentence] of [
    [failing('EROFS', { path }), /^\.klue\/dev\/x\.mjs cannot be written: its file system is read-only \(mount it for writing, or mount a folder that can be written at \.klue\)/],
    [failing('ENOSPC', { path }), /^\.klue\/dev\/x\.mjs cannot be written: there is no room left on its file system \(make room there; "klue dev --reset-data"/],
    [failing('ENOSPC'), /^A file cannot be written: there is no room left/],
    [failing('EDQUOT', { path }), /your share of its file system is used up/],
    [failing('EXDEV', { path: '/elsewhere', dest: path }), /^\.klue\/dev\/x\.mjs cannot be used \(EXDEV\) \(check the file system/],
    [failing('EIO', { path }), /cannot be used \(EIO\)/],
    [failing('EMFILE', { path }), /cannot be used \(EMFILE\)/],
    [failing('ENOENT', { path }), /^\.klue\/dev\/x\.mjs is gone \(leave \.klue alone while klue runs/],
    [new Error('outer', { cause: new Error('inner', { cause: failing('EROFS', { path }) }) }), /its file system is read-only/],
  ] as const) assert.match(folderFault(error)!.message, sentence)
  for (const other of [failing('EROFS', { path: '/somewhere/else' }), failing('EACCES'), Object.assign(new Error('x'), { code: 'ERR_MODULE_NOT_FOUND', path }), new Error('x'), undefined, 'text']) assert.equal(folderFault(other), undefined)
})

test('what belongs to somebody else, and what its own rights close', () => {
  makePrivateFolder(klue)
  const failing = Object.assign(new Error('x'), { code: 'EACCES', errno: -13, path: join(klue, 'a') })
  assert.match(folderFault(failing)!.message, /^\.klue\/a cannot be used: its rights do not let you \(give them back with: chmod -R u\+rwX \.klue\)/)
  const { getuid } = process
  process.getuid = () => 4_000_000
  try {
    assert.match(folderFault(failing)!.message, /^\.klue\/a cannot be used: it belongs to another user \(uid \d+\) \(give it back with: sudo chown/)
  } finally {
    process.getuid = getuid!
  }
})

test('a device that is full', () => {
  // Only Linux has one.
  if (!existsSync('/dev/full')) return
  mkdirSync(klue)
  chmodSync(klue, 0o700)
  symlinkSync('/dev/full', join(klue, `a.json.${process.pid}.new`))
  assert.match(told(() => writePrivateFile(join(klue, 'a.json'), 'x')), /^\.klue\/a\.json cannot be written: there is no room left/)
})
