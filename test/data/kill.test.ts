// klue data migrate as a process of its own: killed in the middle of a batch, repeated, beside a running server, and what it prints.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { klue, startKlue } from '../cli/klue-process.ts'
import { openStageStore } from '../../src/dev/index.ts'
import { loadConfig } from '../../src/config/build.ts'
import { ensureTables } from '../../src/persist/index.ts'
import { makeProject, type ProjectFixture } from '../dev/project-fixture.ts'
import { noteDefinition, notes } from './stage-fixture.ts'

let project: ProjectFixture

// Kills its own process once, behind the first batch.
const migration = `import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { defineMigration, type Migration } from 'klue/data'
import { Note } from '../functions/gen/notes.ts'

export const migration: Migration = defineMigration({
  table: Note,
  when: 'before-live',
  each(note, context) {
    if (context.dryRun) return { ...note, text: note.text + '+' }
    appendFileSync('.seen', note.id + '\\n')
    if (readFileSync('.seen', 'utf8').split('\\n').length > 115 && !existsSync('.killed')) {
      writeFileSync('.killed', '')
      process.kill(process.pid, 'SIGKILL')
    }
    return note.text.endsWith('+') ? undefined : { ...note, text: note.text + '+' }
  },
})
`

before(async () => {
  project = await makeProject({ 'migrations/001-plus.ts': migration })
  const { config } = loadConfig({ root: project.root, unset: 'leave out' })
  const opened = await openStageStore(project.root, config)
  await ensureTables(opened.database, [noteDefinition])
  for (const Item of notes(130)) await opened.database.run('PutItem', { TableName: `${opened.database.prefix}notes`, Item })
  await opened.close()
})
after(() => project.remove())

test('a dry run shows what would change', async () => {
  const { code, stdout } = await klue(project.root, ['data', 'migrate', '--dry-run'])
  assert.equal(code, 0)
  assert.match(stdout, /^Dry run, nothing is written: 001-plus: 130 read, 130 changed\n {2}id=no…: text text of \d → text of \d\n/)
})

test('what was killed goes on at the last finished batch, and says so before and after', async () => {
  const killed = startKlue(project.root, ['data', 'migrate', '--segments', '1'])
  assert.equal((await killed.finished).code, null)
  const status = JSON.parse((await klue(project.root, ['data', 'status', '--json'])).stdout) as { state: string; counts: { read: number } }[]
  assert.deepEqual(status.map(({ state, counts }) => [state, counts.read]), [['running', 100]])
  // The lock of the killed process, on this machine, is taken over at once; a server that runs answers on behalf of the data.
  const server = startKlue(project.root, ['dev', '--port', '0', '--no-watch'])
  await server.until('Ctrl-C stops it.')
  const { code, stdout, stderr } = await klue(project.root, ['data', 'migrate'])
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^001-plus: 130 read, \d+ changed\n$/)
  server.child.kill('SIGTERM')
  await server.finished
  const seen = new Map<string, number>()
  for (const id of readFileSync(join(project.root, '.seen'), 'utf8').trim().split('\n')) seen.set(id, (seen.get(id) ?? 0) + 1)
  assert.equal(seen.size, 130)
  assert.ok([...seen.values()].filter((times) => times === 1).length >= 100, 'the first batch was done again')
  const list = await klue(project.root, ['data', 'status'])
  assert.match(list.stdout, /^001-plus {2}done {5}\d{4}-\d\d-\d\d \d\d:\d\d UTC {2}\S+ on \S+ {2}130 read, \d+ changed\n$/)
  assert.equal((await klue(project.root, ['data', 'migrate'])).stdout, 'Every migration has run on the stage local\n')
})

test('words that make no sense are told', async () => {
  for (const [words, says] of [[['data'], /wants to be told what to do/], [['data', 'toString'], /wants to be told what to do/], [['data', 'migrate', 'x'], /takes no x/], [['data', 'migrate', '--rate', '0'], /--rate 0 is no whole number from 1 to/], [['data', 'status', '--dry-run'], /klue data status has no --dry-run/]] as const) {
    const { code, stderr } = await klue(project.root, [...words])
    assert.deepEqual([code, says.test(stderr)], [1, true], stderr)
  }
})

test('a live stage is changed only with --yes', async () => {
  await project.write('klue-config.yaml', 'name: notes\nstages:\n  prod:\n    live: true\n    live_host: notes.example.com\n')
  const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'eu-west-1' }
  assert.match((await klue(project.root, ['data', 'migrate', '--stage', 'prod'], { env })).stderr, /the stage prod is live, and this changes its data \(add --yes where that is meant\)/)
})

test('without credentials the sentence is that of the other commands', async () => {
  const env = { AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere', AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }
  for (const words of [['data', 'status'], ['data', 'migrate', '--dry-run']]) {
    const { code, stderr } = await klue(project.root, [...words, '--stage', 'ann'], { env })
    assert.equal(code, 1)
    assert.match(stderr, /there are no AWS credentials with which to work on the data of ann/)
  }
})
