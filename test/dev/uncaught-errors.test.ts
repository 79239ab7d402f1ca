// Errors that nobody caught in klue dev: told with their place, reported, their request answered; serving goes on.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { klue, startKlue } from '../cli/klue-process.ts'
import { makeProject, notesService, type ProjectFixture } from './project-fixture.ts'

const cases = `
import { EventEmitter } from 'node:events'

const hostile = new Proxy({}, { get: () => { throw new Error('no') }, getPrototypeOf: () => { throw new Error('no') } })

const cases: Record<string, () => unknown> = {
  forgotten: () => void Promise.reject(new Error('a forgotten promise')),
  timer: () => void setTimeout(() => { throw new TypeError('thrown in a timer') }, 1),
  emitter: () => void setImmediate(() => new EventEmitter().emit('error', new Error('an emitted error'))),
  text: () => void Promise.reject('only a text'),
  nothing: () => void setImmediate(() => { throw undefined }),
  hostile: () => void Promise.reject(hostile),
  hung: () => new Promise(() => setTimeout(() => { throw new Error('thrown while it was waited for') }, 1)),
  executor: () => new Promise(async () => { throw new Error('thrown in an executor') }),
}
`
const service = notesService.replace("import { toLambda }", `${cases.slice(0, cases.indexOf('const hostile'))}import { toLambda }`).replace('export const service', `${cases.slice(cases.indexOf('const hostile'))}\nexport const service`).replace('getNote: ({ path }, context) => context.table(Note).load(path.id),', 'getNote: async ({ path }) => {\n      await cases[path.id]?.()\n      return { id: path.id, text: "" }\n    },')

let project: ProjectFixture
let server: ReturnType<typeof startKlue>
let url = ''
before(async () => {
  project = await makeProject({ 'functions/notes.ts': service })
  server = startKlue(project.root, ['dev', '--port', '0', '--no-watch'], { env: { DO_REPORT_ERROR: '1' } })
  url = /http:\/\/127\.0\.0\.1:\d+/.exec(await server.until('Ctrl-C'))![0]
})
after(() => project.remove())

const lineOf = (text: string): number => service.split('\n').findIndex((line) => line.includes(text)) + 1

for (const [id, text] of [['forgotten', 'Rejection of a promise that nobody waits for: a forgotten promise'], ['timer', 'Uncaught exception: thrown in a timer'], ['emitter', 'Uncaught exception: an emitted error']] as const) {
  test(`${id}: the request is answered as it would be, and the error is told with its place`, async () => {
    assert.equal((await fetch(`${url}/notes/${id}`)).status, 200)
    const shown = await server.until(new RegExp(`ERROR FATAL BACKEND ERROR notes getNote\\(\\): ${text}[^]*functions/notes\\.ts:\\d+`))
    assert.match(shown, new RegExp(`functions/notes\\.ts:${lineOf(`  ${id}: `)}:`))
    assert.equal((await fetch(`${url}/ping`)).status, 200)
  })
}

for (const id of ['text', 'nothing', 'hostile']) {
  test(`what is no error ends nothing either: ${id}`, async () => {
    assert.equal((await fetch(`${url}/notes/${id}`)).status, 200)
    assert.equal((await fetch(`${url}/ping`)).status, 200)
  })
}

for (const id of ['hung', 'executor']) {
  test(`a request that waits for what never comes is answered 500: ${id}`, async () => {
    const answer = await fetch(`${url}/notes/${id}`)
    const body = (await answer.json()) as Record<string, unknown>
    assert.deepEqual([answer.status, body['error']], [500, 'UNHANDLED_SERVER_ERROR'])
    assert.match(String(body['error_description']), /^thrown/)
  })
}

test('each of them is an incident, and the stop is an ordinary one', async () => {
  await server.until(/only a text[^]*an executor/)
  server.child.kill('SIGTERM')
  const { code } = await server.finished
  assert.equal(code, 0)
  const { stdout } = await klue(project.root, ['incidents', 'list', '--json'])
  const titles = (JSON.parse(stdout) as { title: string; count: number }[]).map(({ title }) => title).sort()
  for (const text of ['a forgotten promise', 'thrown in a timer', 'an emitted error', 'only a text', 'undefined', 'An exception that cannot be printed', 'thrown in an executor']) assert.equal(titles.filter((title) => title.startsWith('FATAL BACKEND ERROR notes ') && title.endsWith(text)).length, 1, `${text}: ${titles.join('\n')}`)
})

test('what a file forgets while it is loaded ends no start', async () => {
  const other = await makeProject({ 'functions/notes.ts': `${notesService}\nvoid Promise.reject(new Error('forgotten at the top'))\n` })
  const started = startKlue(other.root, ['dev', '--port', '0', '--no-watch', '--in-memory'])
  const shown = await started.until('Ctrl-C')
  await started.until('forgotten at the top')
  assert.equal((await fetch(`${/http:\/\/127\.0\.0\.1:\d+/.exec(shown)![0]}/ping`)).status, 200)
  started.child.kill('SIGTERM')
  assert.equal((await started.finished).code, 0)
  await other.remove()
})
