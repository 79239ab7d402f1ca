// klue data as it is typed: export, import, copy, backfill and seed on this machine, with a server that runs and without one.
import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { startKlue } from '../cli/klue-process.ts'
import { makeProject, notesApi, type ProjectFixture } from '../dev/project-fixture.ts'

let project: ProjectFixture

before(async () => {
  project = await makeProject({ 'apis/notes.yaml': notesApi.replace('text: { type: string }\n', "text: { type: string }\n        state: { type: string, default: open }\n"), 'seeds/notes.yaml': '- { id: a, text: One }\n- { id: b, text: Two }\n' })
})
after(() => project.remove())

interface Ended {
  code: number
  out: string
  wrong: string
}

async function data(...words: string[]): Promise<Ended> {
  const [out, wrong]: [string[], string[]] = [[], []]
  const code = await runCommandLine({ root: project.root, words: ['data', ...words], commands, output: { hasColor: false, print: (text) => void out.push(text), printError: (text) => void wrong.push(text), printJson: (value) => void out.push(JSON.stringify(value)) } })
  return { code, out: out.join('\n'), wrong: wrong.join('\n') }
}

test('seeds, an export and an import of all tables, without a server', async () => {
  assert.deepEqual(await data('seed'), { code: 0, out: 'notes: 2 written', wrong: '' })
  assert.equal((await data('seed', 'Note')).out, 'notes: 0 written, 2 there already')
  const { code, out, wrong } = await data('export', 'all', '--out', 'backup')
  assert.deepEqual([code, out], [0, 'notes: 2 items in backup/notes.jsonl.gz'])
  assert.match(wrong, /nothing is masked in what was exported of the stage local; the files are for you alone \(0600\)/)
  assert.equal(statSync(join(project.root, 'backup', 'notes.jsonl.gz')).mode & 0o777, 0o600)
  assert.equal((await data('import', 'all', 'backup')).out, 'notes: 0 written, 2 there already')
})

test('beside a running server it works on the same data', async () => {
  const server = startKlue(project.root, ['dev', '--port', '0', '--no-watch'])
  try {
    const url = /service +(\S+)/.exec(await server.until('Ctrl-C stops it.'))![1]!
    await fetch(`${url}/notes/c`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"text":"Three"}' })
    assert.equal((await data('backfill', 'notes')).out, 'notes: 3 read, 3 changed')
    assert.equal((await data('export', 'Note', '--out', 'notes.jsonl')).out, 'notes: 3 items in notes.jsonl')
    assert.deepEqual(readFileSync(join(project.root, 'notes.jsonl'), 'utf8').trim().split('\n').sort()[2], '{"Item":{"id":{"S":"c"},"text":{"S":"Three"},"state":{"S":"open"}}}')
    const { code, out, wrong } = await data('import', 'notes', 'backup')
    assert.deepEqual([code, out], [1, 'notes: 0 written, 2 there already and others'])
    assert.match(wrong, /2 items of notes are there already and others, and were left as they are: id=…; id=… \(--replace writes over them, --skip-existing leaves them\)/)
  } finally {
    server.child.kill('SIGTERM')
    await server.finished
  }
})

test('what is stopped by Ctrl-C says so and ends with 130', async () => {
  await project.write('many.jsonl', Array.from({ length: 40 }, (_, index) => `{"Item":{"id":{"S":"many-${index}"},"text":{"S":"x"}}}\n`).join(''))
  const before = process.listenerCount('SIGINT')
  // So slow that it is still at work, however fast this machine is.
  const importing = data('import', 'notes', 'many.jsonl', '--rate', '1')
  while (process.listenerCount('SIGINT') === before) await new Promise((done) => setImmediate(done))
  process.emit('SIGINT')
  const { code, wrong } = await importing
  assert.deepEqual([code, wrong], [130, 'klue: stopped; the same command goes on at the last finished batch'])
})

test('what is refused is told in a sentence', async () => {
  await project.write('klue-config.yaml', 'name: notes\nstages:\n  prod:\n    live: true\n    live_host: notes.example.com\n  local:\n    seeds: [demo.yaml]\n')
  Object.assign(process.env, { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'eu-west-1' })
  const live = / the stage prod is live, and this (?:writes to it|changes its data) \(add --yes where that is meant\)/
  for (const [words, says] of [
    [['copy', 'notes', '--from-stage', 'ann', '--to-stage', 'prod'], live],
    [['import', 'notes', 'notes.jsonl', '--stage', 'prod'], live],
    [['backfill', 'all', '--stage', 'prod'], live],
    [['seed', '--stage', 'prod'], /the stage prod is live, and seeds are for stages that nobody depends on/],
    [['copy', 'notes', '--to-stage', 'ann'], /from where and to where/],
    [['copy', 'notes', '--from-stage', 'ann', '--to-stage', 'ann'], /copied to itself/],
    [['export', 'all'], /wants a folder/],
    [['export'], /klue data export wants a table, or "all"/],
    [['import', 'notes'], /takes a table and a file/],
    [['import', 'notes', 'x', '--replace', '--skip-existing'], /exclude each other/],
    [['export', 'notes', '--rate', '5'], /has no --rate/],
  ] as const) {
    const { code, wrong } = await data(...words)
    assert.deepEqual([code, says.test(wrong)], [1, true], `${words.join(' ')}: ${wrong}`)
  }
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION']) delete process.env[name]
  assert.match((await data('export', 'nots')).wrong, /there is no table nots \(did you mean notes\?\)/)
  assert.match((await data('seed')).wrong, /klue-config\.yaml seeds: there is no file or folder demo\.yaml/)
  assert.match((await data('import', 'notes', 'nothing.jsonl')).wrong, /nothing\.jsonl: there is no such file/)
})
