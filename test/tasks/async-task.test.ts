// asyncTask: a function whose calls are queued.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type LocalProject, openLocalProject } from '../../src/dev/index.ts'
import { asyncTask } from '../../src/runtime/index.ts'
import type { LogRecord } from '../../src/runtime/index.ts'
import { makeProject, type ProjectFixture } from '../dev/project-fixture.ts'
import { until } from './harness.ts'

const told = ((globalThis as { asyncTold?: unknown[][] }).asyncTold ??= [])
const service = `import { toLambda } from 'klue/lambda'
import { asyncTask, defineService } from 'klue/runtime'
import { notes } from './gen/notes.ts'

const inner = asyncTask((text: string) => void globalThis.asyncTold.push(['inner', text]), { name: 'inner' })
const sendEmail = asyncTask(async (title: string, body: { at: Date | string }, more?: number) => {
  globalThis.asyncTold.push(['email', title, body, more])
  if (title === 'fail') throw new Error('no post today')
  await inner('after ' + title)
}, { name: 'sendEmail' })
export const service = defineService({
  spec: notes,
  tasks: [sendEmail, inner],
  handlers: {
    signUp: async ({ path }) => {
      const fired = [await sendEmail.fire(path.name, { at: new Date(0) }), await sendEmail(path.name + ' again', { at: '' }, 5)]
      return fired.map(({ id }) => id)
    },
    here: async ({ path }) => (await sendEmail.run(path.name, { at: '' }), []),
  },
  routes: { 'POST /raw': async () => (await inner('raw'), {}) },
})
export const handler = toLambda(service)
`
const list = "responses: { '200': { description: ok, content: { application/json: { schema: { type: array, items: { type: string } } } } } }"
const at = "parameters: [{ name: name, in: path, required: true, schema: { type: string } }]"

let fixture: ProjectFixture
let project: LocalProject
const lines: LogRecord[] = []
before(async () => {
  fixture = await makeProject({ 'apis/notes.yaml': `openapi: 3.0.3\ninfo: { title: Notes, version: '1' }\npaths:\n  /users/{name}: { post: { operationId: signUp, ${at}, ${list} } }\n  /here/{name}: { post: { operationId: here, ${at}, ${list} } }\n`, 'functions/notes.ts': service })
  project = await openLocalProject({ root: fixture.root, inMemory: true, log: (record) => void lines.push(record) })
})
after(async () => {
  await project.close()
  await fixture.remove()
})

async function post(path: string): Promise<string[]> {
  const answer = await project.services[0]!.answer({ method: 'POST', path, query: '', headers: {}, sourceIp: '' })
  assert.equal(answer.status, 200, String(answer.body))
  return JSON.parse(String(answer.body)) as string[]
}

test('fire and a plain call queue it, also out of another one; arguments are JSON, the call id travels', async () => {
  const ids = await post('/users/ann')
  await until('both', () => told.filter(([name]) => name === 'inner').length === 2)
  assert.deepEqual(told.filter(([name]) => name === 'email').sort(([, one], [, other]) => (String(one) < String(other) ? -1 : 1)), [['email', 'ann', { at: '1970-01-01T00:00:00.000Z' }, undefined], ['email', 'ann again', { at: '' }, 5]])
  const line = await until('its line', () => lines.find((one) => one['task_id'] === ids[0]))
  const request = lines.find((one) => one['path'] === '/users/ann')!
  assert.deepEqual([line['operation'], line['call_id'], line['fired_by']], ['task:sendEmail', request['call_id'], 'signUp'])
  await until('the inner line', () => lines.some((one) => one['operation'] === 'task:inner' && one['fired_by'] === 'task:sendEmail' && one['call_id'] === request['call_id']))
})

test('what it throws is reported as fatal, and it is not tried again', async () => {
  const [id] = await post('/users/fail')
  const report = await until('the report', () => lines.find((one) => one.kind === 'report' && (one['data'] as { task_id: string }).task_id === id))
  assert.deepEqual([report['fatal'], report['title']], [true, 'the task sendEmail failed after one run: no post today'])
  assert.equal(told.filter(([name, title]) => name === 'email' && title === 'fail').length, 1)
})

test('run calls it here; raw routes may fire, too', async () => {
  await post('/here/bob')
  assert.equal(told.some(([name, title]) => name === 'email' && title === 'bob'), true)
  assert.equal((await project.services[0]!.answer({ method: 'POST', path: '/raw', query: '', headers: {}, sourceIp: '' })).status, 200)
  await until('raw', () => told.some(([name, text]) => name === 'inner' && text === 'raw'))
})

test('outside of a request it is refused in a sentence, as are wrong options', async () => {
  const lone = asyncTask((text: string) => text.length, { name: 'lone' })
  assert.equal(lone.run('abc'), 3)
  await assert.rejects(lone.fire('abc'), /lone\.fire: it is called outside of a request and of a task, so that nobody could say for whom it is to run \(call lone\.run to have it run here\)/)
  assert.throws(() => asyncTask(() => undefined, { name: 'two words' }), /the name of a task must begin with a letter/)
  assert.throws(() => asyncTask(() => undefined, { name: 'fine', delaySeconds: -1 }), /delaySeconds must be a number of seconds/)
})
