// A reporter of the service that breaks takes the thread of data and log down, but no answer.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startKlue } from '../cli/klue-process.ts'
import { makeProject, notesService } from './project-fixture.ts'

const reporter = `// Breaks, for tests.
import { type ErrorReporter, toReporter } from 'klue/lambda'

export const errorReporter: ErrorReporter = () => void setImmediate(() => { throw new Error('the reporter broke') })

export const handler: ReturnType<typeof toReporter> = toReporter(errorReporter)
`

const project = await makeProject({ 'functions/reporter.ts': reporter, 'functions/notes.ts': notesService.replace('context.table(Note).load(path.id)', "path.id === 'bad' ? Promise.reject(new Error('it is bad')) : { id: path.id, text: '' }") })
after(() => project.remove())

async function start(): Promise<{ server: ReturnType<typeof startKlue>; url: string }> {
  const server = startKlue(project.root, ['dev', '--port', '0', '--no-watch'], { env: { DO_REPORT_ERROR: '1' } })
  return { server, url: /http:\/\/127\.0\.0\.1:\d+/.exec(await server.until('Ctrl-C'))![0] }
}

test('the end of the thread is told in a sentence, answers go on, and the data can be opened again', async () => {
  const { server, url } = await start()
  assert.equal((await fetch(`${url}/notes/bad`)).status, 500)
  await server.until('The thread of the local data and log ended (the reporter broke); requests are still answered')
  assert.equal((await fetch(`${url}/notes/good`)).status, 200)
  // What needs a table fails, and says why.
  assert.equal((await fetch(`${url}/notes/good`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"text":"a"}' })).status, 500)
  const next = await start()
  assert.equal((await fetch(`${next.url}/notes/good`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"text":"a"}' })).status, 200)
  for (const one of [server, next.server]) {
    one.child.kill('SIGTERM')
    assert.equal((await one.finished).code, 0)
  }
})
