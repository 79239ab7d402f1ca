// Lines that were on their way when a process was killed are in the tables after the next start, each once, and what was cut off is told.
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, test } from 'node:test'
import { leftLines, openLineJournal } from '../../src/dev/line-journal.ts'
import { klue, startKlue } from '../cli/klue-process.ts'
import { makeProject, notesService } from './project-fixture.ts'

let folder: string
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'klue-journal-')), 'lines')
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }))

const nothing = (sentence: string): void => assert.fail(sentence)
// As a process leaves it that is gone: ids of processes are never so high.
const head = '{"pid":2147483646}\n'

test('lines of this process are its own until it is gone; those of others come back with the same ids', () => {
  const journal = openLineJournal(folder, nothing)
  assert.equal(existsSync(folder), false)
  for (const number of [1, 2]) journal.keep(`{"n":${number}}`)
  assert.equal(statSync(join(folder, `${journal.origin}.jsonl`)).mode & 0o077, 0)
  assert.deepEqual(leftLines(folder).lines, [])
  writeFileSync(join(folder, 'gone.jsonl'), `${head}7 {"n":7}\n8 {"n":8}\n9 {"n`)
  const left = leftLines(folder)
  assert.deepEqual([left.lines, left.cut], [[{ id: 'gone-7', text: '{"n":7}' }, { id: 'gone-8', text: '{"n":8}' }], 1])
  left.forget()
  assert.deepEqual(readdirSync(folder), [`${journal.origin}.jsonl`])
  journal.allStored()
  journal.keep('{"n":3}')
  appendFileSync(join(folder, 'copy.jsonl'), head + process.getBuiltinModule('node:fs').readFileSync(join(folder, `${journal.origin}.jsonl`), 'utf8').split('\n').slice(1).join('\n'))
  // Numbers go on: a line never has the id of another.
  assert.deepEqual(leftLines(folder).lines, [{ id: 'copy-3', text: '{"n":3}' }])
  journal.close()
  journal.keep('{"n":4}')
  assert.deepEqual(readdirSync(folder), ['copy.jsonl'])
})

test('files that are empty, damaged or something else harm nobody', () => {
  mkdirSync(join(folder, 'folder.jsonl'), { recursive: true })
  for (const [name, text] of [['empty', ''], ['headless', 'x'], ['junk', `${head}junk\n{"a":1}\n5 [1]\n`]] as const) writeFileSync(join(folder, `${name}.jsonl`), text)
  assert.deepEqual([leftLines(folder).lines, leftLines(folder).cut], [[], 3])
  assert.deepEqual(leftLines(join(folder, 'none')).lines, [])
})

test('where lines cannot be kept it is told once, and requests go on', () => {
  writeFileSync(folder, 'a file')
  const told: string[] = []
  const journal = openLineJournal(folder, (sentence) => void told.push(sentence))
  for (let count = 0; count < 3; count++) journal.keep('{}')
  journal.allStored()
  journal.close()
  assert.equal(told.length, 1)
  assert.match(told[0]!, /^Lines of the log are lost if this process is killed: they cannot be kept in /)
})

const project = await makeProject({ 'functions/notes.ts': notesService.replace('context.table(Note).load(path.id)', "path.id === 'die' ? (context.log.error('the last words'), process.kill(process.pid, 'SIGKILL'), new Promise<never>(() => undefined)) : { id: path.id, text: '' }") })
after(() => project.remove())

test('after a real kill every answered request is in the log, once', async () => {
  for (let round = 0; round < 2; round++) {
    const server = startKlue(project.root, ['dev', '--port', '0', '--no-watch'])
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await server.until('Ctrl-C'))![0]
    if (round === 1) {
      await server.until(/An earlier process did not end in order: \d+ lines? of its log (is|are) stored now/)
      server.child.kill('SIGTERM')
      assert.equal((await server.finished).code, 0)
      break
    }
    for (let index = 0; index < 30; index++) assert.equal((await fetch(`${url}/notes/n${index}`)).status, 200)
    await assert.rejects(fetch(`${url}/notes/die`))
    assert.equal((await server.finished).code, null)
  }
  const { stdout } = await klue(project.root, ['logs', '--limit', '1000'])
  const paths = stdout.trim().split('\n').map((line) => (JSON.parse(line) as { path: string }).path).filter((path) => path.startsWith('/notes/n'))
  assert.deepEqual(paths.sort(), Array.from({ length: 30 }, (_, index) => `/notes/n${index}`).sort())
  assert.deepEqual(readdirSync(join(project.root, '.klue', 'lines')), [])
})
