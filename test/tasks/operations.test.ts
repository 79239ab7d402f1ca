// Operations that run as tasks: accepted, waited for, shown to whoever had them run, cancelled, refused.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type LocalProject, openLocalProject } from '../../src/dev/index.ts'
import { generateToken } from '../../src/runtime/edge.ts'
import type { LogRecord } from '../../src/runtime/index.ts'
import { readTask } from '../../src/store/index.ts'
import type { ProjectFixture } from '../dev/project-fixture.ts'
import { until } from './harness.ts'
import { makeReportsProject, reportsApi } from './operations-project.ts'

interface Given { path: { kind: string }; query: { pages: number }; headers: Record<string, string>; body: { title: string }; raw: { headers: Record<string, string>; query: string } }
interface Run { task: { id: string; attempt: number }; user: { id: string; token: string } | undefined; progress(fraction: number): void; signal: AbortSignal }

const hooks = ((globalThis as { reportHooks?: Record<string, unknown> }).reportHooks ??= {}) as { makeReport?: (given: Given, context: Run) => unknown; openReport?: (body: string, context: Run) => unknown; keyedReport?: () => unknown; paidReport?: () => unknown }
let fixture: ProjectFixture
let project: LocalProject
const lines: LogRecord[] = []
const tokens: Record<string, string> = {}

before(async () => {
  fixture = await makeReportsProject()
  project = await openLocalProject({ root: fixture.root, inMemory: true, log: (record) => void lines.push(record) })
  for (const user of ['ann', 'ben']) tokens[user] = await generateToken(project.platform, user, {})
})
after(async () => {
  await project.close()
  await fixture.remove()
})
beforeEach(() => {
  for (const name of Object.keys(hooks)) delete (hooks as Record<string, unknown>)[name]
})

interface Shown { id: string; status: string; created: string; updated: string; result?: unknown; error?: { status: number; error: string; error_id?: string }; error_description?: string; _task?: { id: string } }
interface Answer { status: number; headers: Record<string, string>; cookies: string[]; json: Shown; text: string }

async function send(line: string, { user, body, headers = {} }: { user?: string; body?: unknown; headers?: Record<string, string> } = {}): Promise<Answer> {
  const [method, target] = line.split(' ') as [string, string]
  const [path, query = ''] = target.split('?') as [string, string?]
  const given = { ...(user === undefined ? {} : { authorization: `Bearer ${tokens[user]}` }), ...(body === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' }), ...headers }
  const answer = await project.services[0]!.answer({ method, path, query, headers: given, ...(body === undefined ? {} : { body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }), sourceIp: '' })
  const text = String(answer.body)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  return { ...answer, text, json: json as Answer['json'] }
}

const make = (kind: string, more: Parameters<typeof send>[1] = {}): Promise<Answer> => send(`POST /reports/${kind}`, { user: 'ann', body: { title: 't' }, ...more })
const over = (location: string, user?: string): Promise<Answer> => until(`the end of ${location}`, async () => {
  const shown = await send(`GET ${location}`, user === undefined ? {} : { user })
  return !['waiting', 'running'].includes(shown.json.status) && shown
})

test('it is answered with 202, the task and its Location; the handler gets the same input and user; its result is shown', async () => {
  let run: { given: Given; context: Run } | undefined
  hooks.makeReport = (given, context) => void (run = { given, context })
  const accepted = await send('POST /reports/annual?pages=7', { user: 'ann', body: { title: 'all', password: 'to-be-hidden' }, headers: { 'x-mark': 'm', 'x-other': 'o', cookie: 'token=abc' } })
  assert.equal(accepted.status, 202, accepted.text)
  const { id, status, created, updated, ...rest } = accepted.json
  assert.deepEqual([accepted.headers['location'], status, rest], [`/tasks/${id}`, 'waiting', {}])
  assert.ok(!Number.isNaN(Date.parse(created)) && updated >= created)
  const done = await over(`/tasks/${id}`, 'ann')
  assert.deepEqual([done.status, done.json.status, done.json.result], [200, 'succeeded', { title: 'all', pages: 7, by: 'ann' }])
  assert.deepEqual([{ ...run!.given.path }, { ...run!.given.query }, { ...run!.given.headers }, run!.given.body], [{ kind: 'annual' }, { pages: 7 }, { 'x-mark': 'm' }, { title: 'all', password: 'to-be-hidden' }])
  assert.deepEqual([run!.context.task.id, run!.context.task.attempt, run!.context.user!.id], [id, 1, 'ann'])
  // Nothing that proves who sent it is kept.
  const stored = JSON.stringify(await readTask(project.platform.database(), id))
  assert.ok(!/authorization|eyJ|token=|x-other/i.test(stored), stored)
  const line = await until('its line', () => lines.find((one) => one['task_id'] === id))
  assert.deepEqual([line['operation'], line['method'], line['fired_by'], (line['data'] as { body: object }).body], ['task:reports.makeReport', 'TASK', 'makeReport', { title: 'all', password: '********' }])
})

test('what does not fit is refused at once, and nobody who may not call it has it run', async () => {
  assert.equal((await make('a', { body: { name: 1 } })).status, 400)
  assert.equal((await send('POST /reports/a', { body: { title: 't' } })).status, 401)
  assert.equal((await make('a', { body: { title: 'x'.repeat(300_000) } })).status, 413)
})

test('Prefer: wait answers as if it had run here, else with the task', async () => {
  const waited = await make('annual', { headers: { prefer: 'respond-async, wait=10' } })
  assert.deepEqual([waited.status, waited.headers['preference-applied'], waited.headers['x-pages'], waited.cookies, waited.json], [201, 'wait', '3', [], { title: 't', pages: 3, by: 'ann' }])
  const refused = await make('none', { headers: { prefer: 'wait=10' } })
  assert.deepEqual([refused.status, refused.json.error as unknown, refused.headers['preference-applied']], [404, 'NO_SUCH_KIND', 'wait'])
  const busy = await make('busy', { headers: { prefer: 'wait=10' } })
  assert.deepEqual([busy.status, busy.json], [409, { wait: 7 }])
  let open = (): void => undefined
  hooks.makeReport = () => new Promise<void>((resolve) => (open = resolve))
  const later = await make('annual', { headers: { prefer: 'wait=1' } })
  assert.deepEqual([later.status, later.headers['preference-applied'], later.json.status], [202, undefined, 'running'])
  open()
  await over(later.headers['location']!, 'ann')
})

test('a refusal is its end at once and told to nobody, an exception is told and reported', async () => {
  const none = await make('none')
  const refused = await over(none.headers['location']!, 'ann')
  assert.deepEqual([refused.json.status, refused.json.error!.status, refused.json.error!.error, refused.json.result], ['failed', 404, 'NO_SUCH_KIND', undefined])
  assert.equal(lines.some((one) => one.kind === 'report' && (one['data'] as { task_id: string }).task_id === none.json.id), false)
  const busy = await over((await make('busy')).headers['location']!, 'ann')
  assert.deepEqual([busy.json.status, busy.json.error], ['failed', { error: 'REFUSED', error_description: 'The operation was answered with 409', wait: 7, status: 409 }])
  const broken = await over((await make('broken')).headers['location']!, 'ann')
  assert.deepEqual([broken.json.status, broken.json.error], ['failed', { status: 500, error: 'UNHANDLED_SERVER_ERROR', error_description: 'the printer burns', error_id: broken.json.error!.error_id }])
  assert.equal(lines.some((one) => one.kind === 'report' && (one['data'] as { task_id: string }).task_id === broken.json.id), true)
})

test('it is there for its owner alone; others get 404, as for one that does not exist', async () => {
  const { headers, json } = await make('annual')
  const location = headers['location']!
  assert.equal((await send(`GET ${location}`, { user: 'ann' })).status, 200)
  const [other, none] = [await send(`GET ${location}`, { user: 'ben' }), await send('GET /tasks/00000000-0000-4000-8000-000000000000', { user: 'ben' })]
  assert.deepEqual([other.status, none.status, other.json.error_description], [404, 404, none.json.error_description])
  assert.equal((await send(`DELETE ${location}`, { user: 'ben' })).status, 404)
  assert.equal((await send(`GET ${location}`)).status, 401)
  assert.equal((await over(location, 'ann')).json.status, 'succeeded')
  assert.equal((await send(`GET /tasks/${'../'.repeat(10)}${json.id}`, { user: 'ann' })).status, 404)
  assert.equal((await send('POST /tasks/x', { user: 'ann' })).status, 405)
})

test('whoever is known by a key alone sees what was begun with that key', async () => {
  const { status, headers } = await send('POST /keyed?api_key=good1')
  assert.equal(status, 202)
  const location = headers['location']!
  assert.deepEqual(await Promise.all(['?api_key=good1', '?api_key=good2', '?api_key=bad', ''].map(async (query) => (await send(`GET ${location}${query}`)).status)), [200, 404, 401, 401])
  const stored = JSON.stringify(await readTask(project.platform.database(), location.slice(7)))
  assert.ok(!stored.includes('good1'), stored)
})

test('without a principal the id is the right; the envelope stands where it is asked for; what fails is tried again', async () => {
  let runs = 0
  hooks.openReport = (_body, { progress }) => {
    progress(0.5)
    if ((runs += 1) === 1) throw Object.assign(new Error('later'), { status: 503 })
  }
  const { status, json } = await send('PUT /open', { body: 'moths', headers: { 'content-type': 'text/plain' } })
  assert.deepEqual([status, Object.keys(json)], [202, ['_task']])
  const { id } = json._task!
  const scheduled = await until('the first failure', async () => {
    const shown = await send(`GET /tasks/${id}`)
    return runs === 1 && shown.json.status === 'waiting' && shown
  })
  assert.equal(scheduled.json.error, undefined, 'what is tried again has not failed')
  assert.equal((await readTask(project.platform.database(), id))!.state.attempt, 1)
})

test('DELETE ends it, aborts its run, and leaves what is over as it is', async () => {
  let signal: AbortSignal | undefined
  hooks.makeReport = (_given, context) => new Promise<void>((resolve) => {
    signal = context.signal
    signal.addEventListener('abort', () => resolve())
  })
  const { headers } = await make('annual')
  await until('the run', () => signal)
  const ended = await send(`DELETE ${headers['location']!}`, { user: 'ann' })
  assert.deepEqual([ended.status, ended.json.status], [200, 'cancelled'])
  await until('the abort', () => signal!.aborted)
  const again = await send(`DELETE ${headers['location']!}`, { user: 'ann' })
  assert.deepEqual([again.status, again.json.status], [200, 'cancelled'])
  delete hooks.makeReport
  const done = await make('annual')
  await over(done.headers['location']!, 'ann')
  assert.equal((await send(`DELETE ${done.headers['location']!}`, { user: 'ann' })).json.status, 'succeeded')
})

test('with an idempotency key there is one task, and its 202 is given again', async () => {
  let paid = 0
  hooks.paidReport = () => (paid += 1)
  const [first, second] = [await send('POST /paid', { user: 'ann', headers: { 'idempotency-key': 'k-1' } }), await send('POST /paid', { user: 'ann', headers: { 'idempotency-key': 'k-1' } })]
  assert.deepEqual([first.status, second.status, second.headers['idempotent-replayed'], second.headers['location']], [202, 202, 'true', first.headers['location']])
  assert.equal((await over(first.headers['location']!, 'ann')).json.status, 'succeeded')
  assert.equal(paid, 1)
})

test('documents that stand where tasks are to be seen are refused with their place, and tasks_path moves them', async () => {
  const taken = await makeReportsProject({ 'apis/reports.yaml': reportsApi.replace('  /plain:\n', '  /tasks/{id}:\n    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]\n') })
  try {
    await assert.rejects(openLocalProject({ root: taken.root, inMemory: true, log: () => undefined }), /apis\/reports\.yaml:\d+.*plain answers at \/tasks\/\{id\}, where tasks are to be seen \(give it another path, or set tasks_path\)/)
    await taken.write('klue-config.yaml', 'name: reports\ntasks_path: /jobs\n')
    const moved = await openLocalProject({ root: taken.root, inMemory: true, log: () => undefined })
    const { headers } = await moved.services[0]!.answer({ method: 'PUT', path: '/open', query: '', headers: {}, sourceIp: '' })
    assert.match(headers['location']!, /^\/jobs\//)
    assert.equal((await moved.services[0]!.answer({ method: 'GET', path: headers['location']!, query: '', headers: {}, sourceIp: '' })).status, 200)
    const document = JSON.parse((await moved.services[0]!.answer({ method: 'GET', path: '/doc/reports.json', query: '', headers: {}, sourceIp: '' })).body as string) as { paths: object }
    assert.ok('/jobs/{task}' in document.paths)
    await moved.close()
  } finally {
    await taken.remove()
  }
})
