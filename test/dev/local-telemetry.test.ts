// What a local service was asked for stands in its log: klue logs and klue stats, while it runs and afterwards.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { klue, type KlueProcess, startKlue } from '../cli/klue-process.ts'
import { makeProject, notesService, type ProjectFixture } from './project-fixture.ts'

let project: ProjectFixture
let server: KlueProcess
let url: string

const failing = notesService.replace('context.table(Note).load(path.id)', "path.id === 'bad' ? Promise.reject(new Error('it is bad')) : context.table(Note).load(path.id)")

const reporter = `// Tells people, for tests.
import { appendFileSync } from 'node:fs'
import { type ErrorReporter, toReporter } from 'klue/lambda'
import { getConfig } from 'klue/runtime'

export const errorReporter: ErrorReporter = (title) => appendFileSync('told.txt', \`\${title}, \${getConfig().logDays} days, \${getConfig()['log_days']} days\`)

export const handler: ReturnType<typeof toReporter> = toReporter(errorReporter)
`

before(async () => {
  project = await makeProject({ 'functions/reporter.ts': reporter, 'functions/notes.ts': failing, 'klue-config.yaml': 'name: notes\nalerts: { failing: { metric: errors } }\n' })
  server = startKlue(project.root, ['dev', '--port', '0', '--no-watch'], { env: { DO_REPORT_ERROR: '1' } })
  url = /http:\/\/127\.0\.0\.1:\d+/.exec(await server.until('Ctrl-C'))![0]
})

after(async () => {
  server.child.kill('SIGKILL')
  await server.finished
  await project.remove()
})

async function jsonLines(words: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await klue(project.root, words)
  assert.equal(code, 0, stderr)
  return stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>)
}

test('requests are listed and counted while the service runs, followed, and after it has stopped', async () => {
  const statuses = []
  for (const path of ['/notes/none', '/notes/bad']) statuses.push((await fetch(`${url}${path}`)).status)
  assert.deepEqual(statuses, [404, 500])
  let rows: Record<string, unknown>[] = []
  while (rows.length < 2) rows = await jsonLines(['logs'])
  assert.deepEqual(rows.map(({ status, operation, path }) => [status, operation, path]), [[404, 'getNote', '/notes/none'], [500, 'getNote', '/notes/bad']])
  assert.deepEqual((await jsonLines(['logs', '--status', '5xx', '--level', 'error', '--operation', 'getNote', '--since', '2h', '--limit', '5'])).map(({ status }) => status), [500])
  const following = startKlue(project.root, ['logs', '--follow', '--status', '404'])
  await following.until('/notes/none')
  await fetch(`${url}/notes/later`)
  await following.until('/notes/later')
  following.child.kill('SIGINT')
  const { code, stdout } = await following.finished
  assert.deepEqual([code, stdout.split('\n').filter((line) => line !== '').length], [0, 2])
  // A crash is told once, as a file and on the terminal.
  await server.until('FATAL BACKEND ERROR notes 500')
  const folder = join(project.root, '.klue', 'reports')
  while (!existsSync(folder) || readdirSync(folder).length < 2) await sleep(20)
  assert.ok(readdirSync(folder).some((file) => readFileSync(join(folder, file), 'utf8').includes('it is bad')))
  // So does the service's own reporter.
  while (!existsSync(join(project.root, 'told.txt'))) await sleep(20)
  assert.match(readFileSync(join(project.root, 'told.txt'), 'utf8'), /FATAL BACKEND ERROR notes 500.*, 90 days, 90 days/)
  await fetch(`${url}/notes/last`)
  server.child.kill('SIGTERM')
  assert.equal((await server.finished).code, 0)
  const [stats] = await jsonLines(['stats', '--since', '1h'])
  assert.deepEqual([stats!['operation'], stats!['requests'], stats!['errors'], stats!['statuses']], ['getNote', 4, 1, { 404: 3, 500: 1 }])
  assert.ok((stats!['p50_ms'] as number) > 0)
})

test('a command line that makes no sense is refused in a sentence', async () => {
  for (const [words, says] of [[['logs', '--level', 'loud'], '--level loud is no level'], [['logs', '--status', '9'], '--status 9 is no status'], [['logs', '--since', 'ever'], '--since ever is no time'], [['stats', '--since', '3y'], '--since 3y is no time'], [['logs', '--limit', '0'], '--limit 0 is no number of requests'], [['ingest'], 'wants to be told what to do'], [['ingest', 'redrive'], 'the stage local has no queue']] as const) {
    const { code, stderr } = await klue(project.root, [...words])
    assert.equal(code, 1)
    assert.ok(stderr.includes(says), `${words.join(' ')}: ${stderr}`)
  }
})
