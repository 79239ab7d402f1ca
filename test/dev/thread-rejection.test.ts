// A promise that the service's own reporter forgets takes nothing down: it is told, and log and data go on.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startKlue } from '../cli/klue-process.ts'
import { makeProject, notesService } from './project-fixture.ts'

const reporter = `// Forgets promises, for tests.
import { type ErrorReporter, toReporter } from 'klue/lambda'

export const errorReporter: ErrorReporter = () => {
  void Promise.reject(new Error('the reporter forgot a promise'))
  void Promise.reject('and a text')
}

export const handler: ReturnType<typeof toReporter> = toReporter(errorReporter)
`

const project = await makeProject({ 'functions/reporter.ts': reporter, 'functions/notes.ts': notesService.replace('context.table(Note).load(path.id)', "path.id === 'bad' ? Promise.reject(new Error('it is bad')) : context.table(Note).load(path.id)") })
after(() => project.remove())

test('it is told with its place, and tables are used as before', async () => {
  const server = startKlue(project.root, ['dev', '--port', '0', '--no-watch'], { env: { DO_REPORT_ERROR: '1' } })
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await server.until('Ctrl-C'))![0]
  assert.equal((await fetch(`${url}/notes/bad`)).status, 500)
  const shown = await server.until(/in the thread of data and log: and a text/)
  assert.match(shown, /in the thread of data and log: the reporter forgot a promise\n[^]*functions\/reporter\.ts:5:/)
  assert.equal((await fetch(`${url}/notes/good`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"text":"a"}' })).status, 200)
  assert.deepEqual(await (await fetch(`${url}/notes/good`)).json(), { id: 'good', text: 'a' })
  server.child.kill('SIGTERM')
  assert.equal((await server.finished).code, 0)
})
