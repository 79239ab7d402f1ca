// A .klue that cannot be used is one sentence in every command, never a stack; klue dev --reset-data begins anew.
import assert from 'node:assert/strict'
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { findRunning } from '../../src/dev/index.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import { makeProject } from '../dev/project-fixture.ts'
import { klue, startKlue } from './klue-process.ts'

const project = await makeProject()
after(() => project.remove())
const folder = join(project.root, '.klue')
const data = join(folder, 'dynamodb')

async function run(...words: string[]): Promise<{ code: number; errors: string[] }> {
  const errors: string[] = []
  const ignore = (): void => undefined
  const code = await runCommandLine({ root: project.root, words, commands, output: { hasColor: false, print: ignore, printJson: ignore, printError: (text) => void errors.push(text) } })
  return { code, errors }
}

async function tells(sentence: RegExp, ...words: string[]): Promise<void> {
  const { code, errors } = await run(...words)
  assert.deepEqual([code, errors.length], [1, 1], `${words.join(' ')}: ${errors.join('\n')}`)
  assert.match(errors[0]!, sentence)
  assert.doesNotMatch(errors[0]!, /\n|^\s+at /)
}

async function withData(): Promise<string> {
  rmSync(folder, { recursive: true, force: true })
  assert.equal((await run('user', 'list')).code, 0)
  // What it wrote is in a table file by now, and this in the log of last writes.
  const dynamo = await openLocalDynamo({ folder: data })
  assert.equal((await dynamo.call('PutItem', JSON.stringify({ TableName: 'notes-local-klue', Item: { pk: { S: 'a' }, sk: { S: 'b' } } }))).status, 200)
  await dynamo.close()
  return join(data, 'dynamo')
}

const files = (name: RegExp): string[] => readdirSync(join(data, 'dynamo')).filter((file) => name.test(file)).map((file) => join(data, 'dynamo', file))

test('something else in the place of a folder or file', async () => {
  const cases: [prepare: () => void, sentence: RegExp, ...commands: string[][]][] = [
    [() => writeFileSync(folder, 'x'), /^klue: \.klue is no folder, and klue keeps one there \(remove or rename/, ['user', 'list'], ['logs'], ['stats'], ['secret', 'list'], ['token', '--user', 'ann'], ['dev', '--port', '0']],
    [() => symlinkSync('/nowhere/at/all', folder), /^klue: \.klue is a link that leads nowhere/, ['user', 'list'], ['secret', 'list']],
    [() => mkdirSync(join(folder, 'secrets.json'), { recursive: true }), /^klue: \.klue\/secrets\.json is a folder where klue keeps a file/, ['user', 'list'], ['secret', 'list']],
    [() => (mkdirSync(folder), writeFileSync(join(folder, 'secrets.json'), '{"a":')), /secrets\.json: the file must hold one JSON object of names and texts \(repair it, or delete it/, ['user', 'list'], ['secret', 'list']],
    [() => (mkdirSync(folder), writeFileSync(data, 'x')), /^klue: \.klue\/dynamodb is no folder/, ['user', 'list'], ['logs']],
    [() => mkdirSync(join(data, 'dynamo.lock'), { recursive: true }), /^klue: \.klue\/dynamodb\/dynamo\.lock is a folder where klue keeps a file/, ['user', 'list']],
  ]
  for (const [prepare, sentence, ...words] of cases) {
    rmSync(folder, { recursive: true, force: true })
    prepare()
    for (const command of words) await tells(sentence, ...command)
  }
  rmSync(folder, { recursive: true, force: true })
  writeFileSync(folder, 'x')
  const { code, errors } = await run('check')
  assert.equal(code, 1)
  assert.match(errors[0]!, /^\.klue is no folder/)
})

test('data that is damaged', async () => {
  const cases: [damage: (path: string) => void, reason: string][] = [
    [(path) => rmSync(join(path, 'CURRENT')), 'the file CURRENT is missing'],
    [(path) => writeFileSync(join(path, 'CURRENT'), 'junk'), 'Corruption'],
    [() => files(/^MANIFEST/).forEach((file) => rmSync(file)), 'IO error'],
    [() => files(/^MANIFEST/).forEach((file) => truncateSync(file, 10)), 'the file MANIFEST-\\d+ is not the one that was left'],
    [() => files(/\.log$/).forEach((file) => truncateSync(file, 20)), 'the file \\d+\\.log is not the one that was left'],
    [() => files(/\.log$/).forEach((file) => writeFileSync(file, 'x'.repeat(statSync(file).size))), 'the file \\d+\\.log is not the one that was left'],
    [() => files(/\.ldb$/).forEach((file) => writeFileSync(file, 'junk'.repeat(2000))), 'the file \\d+\\.ldb is not the one that was left'],
    [() => (rmSync(join(data, 'closed.json')), files(/\.ldb$/).forEach((file) => writeFileSync(file, 'junk'.repeat(2000)))), 'Corruption'],
  ]
  for (const [damage, reason] of cases) {
    damage(await withData())
    const sentence = new RegExp(`^klue: the local data in .*dynamo is damaged: ${reason}.*\\(put back a copy of that folder, or begin anew with "klue dev --reset-data"`)
    await tells(sentence, 'user', 'list')
    await tells(sentence, 'logs')
  }
})

test('notes of other processes that are damaged are none', async () => {
  await withData()
  for (const text of ['null', '[]', '5', '{"pid":0}', `{"pid":${process.pid}}`, `{"pid":${process.pid},"stage":"local","addresses":[null]}`, '{"pid":"x"']) {
    for (const name of ['running.json', 'generated.json', 'bundle.json']) writeFileSync(join(folder, name), text)
    for (const name of ['endpoint.json', 'closed.json']) writeFileSync(join(data, name), text)
    assert.equal(findRunning(project.root), undefined)
    assert.deepEqual(await run('user', 'list'), { code: 0, errors: [] })
  }
})

test('klue dev says it too, begins anew with --reset-data, and leaves nothing that others may read', async () => {
  rmSync(join(await withData(), 'CURRENT'))
  const failed = await klue(project.root, ['dev', '--port', '0'])
  assert.equal(failed.code, 1)
  assert.match(failed.stderr, /^klue: the local data in .* is damaged: the file CURRENT is missing \([^\n]*\n$/)
  const secrets = statSync(join(folder, 'secrets.json')).ino
  const server = startKlue(project.root, ['dev', '--port', '0', '--no-watch', '--reset-data'])
  const printed = await server.until('Ctrl-C')
  assert.match(printed, /^Deleting the local data of this project: tables, users and log in \.klue\/dynamodb \(\d+ files?, \d+ kB\)\. Secrets stay\.\n/)
  assert.equal(statSync(join(folder, 'secrets.json')).ino, secrets)
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)![0]
  assert.equal((await fetch(`${url}/notes/a`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"text":"a"}' })).status, 200)
  const held = await klue(project.root, ['dev', '--port', '0', '--reset-data'])
  assert.deepEqual([held.code, held.stdout], [1, ''])
  assert.match(held.stderr, /^klue: the data folder .* is already open in the process/)
  assert.deepEqual(await run('user', 'list'), { code: 0, errors: [] })
  const open = [folder, ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))].filter((path) => (lstatSync(path).mode & 0o077) !== 0)
  assert.deepEqual(open, [])
  server.child.kill('SIGTERM')
  assert.equal((await server.finished).code, 0)
})

test('there is nothing to reset where nothing is, and both ways at once make no sense', async () => {
  rmSync(folder, { recursive: true, force: true })
  const { resetData } = await import('../../src/dev/edge.ts')
  await resetData(project.root, () => assert.fail('something was told'))
  writeFileSync(join(project.root, 'not-a-folder'), 'x')
  mkdirSync(folder)
  symlinkSync(join(project.root, 'not-a-folder'), data)
  await resetData(project.root, ({ files: count }) => assert.equal(count, 1))
  assert.deepEqual([existsSync(data), existsSync(join(project.root, 'not-a-folder'))], [false, true])
  await (await openLocalDynamo({ folder: data })).close()
  await tells(/--reset-data and --in-memory exclude each other/, 'dev', '--reset-data', '--in-memory')
})
