// Changes of handlers, documents and configuration while a project runs.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type ReloadEvent, type RunningProject, startProject } from '../../src/dev/index.ts'
import { makeProject, notesApi, notesService, type ProjectFixture } from './project-fixture.ts'

let project: ProjectFixture
let running: RunningProject
const events: ReloadEvent[] = []
let onEvent: (() => void) | undefined

before(async () => {
  project = await makeProject()
  running = await startProject({ root: project.root, inMemory: true, port: 0, watch: true, log: () => undefined, onReload: (event) => void (events.push(event), onEvent?.()) })
})
after(async () => {
  await running.stop()
  await project.remove()
})

/** Changes a file and resolves to the last event that follows; some systems tell of one change twice. */
async function change(file: string, text: string): Promise<ReloadEvent> {
  const count = events.length
  const next = new Promise<void>((resolve) => (onEvent = resolve))
  await project.write(file, text)
  if (events.length === count) await next
  return events.at(-1)!
}

async function get(path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${running.addresses[0]!.url}${path}`)
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

const withAnswer = (text: string): string => notesService.replace('context.table(Note).load(path.id)', `(void context, { id: path.id, text: '${text}' })`)

test('a changed handler answers', async () => {
  assert.equal((await change('functions/notes.ts', withAnswer('one'))).ok, true)
  assert.equal((await get('/notes/1')).body['text'], 'one')
})

test('with a fault the last good build keeps answering, and the place of the fault is told', async () => {
  const event = await change('functions/notes.ts', `${withAnswer('two')}\nconst broken = (\n`)
  assert.equal(event.ok, false)
  assert.match((event as { faults: string }).faults, /^functions\/notes\.ts:\d+:\d+: /)
  assert.equal((await get('/notes/1')).body['text'], 'one')
  assert.equal((await change('functions/notes.ts', withAnswer('three'))).ok, true)
  assert.equal((await get('/notes/1')).body['text'], 'three')
})

test('a changed document changes types, routes and validation', async () => {
  const tighter = notesApi.replace('{ name: id, in: path, required: true, schema: { type: string } }', '{ name: id, in: path, required: true, schema: { type: string, minLength: 3 } }')
  assert.equal((await change('apis/notes.yaml', tighter)).ok, true)
  assert.equal((await get('/notes/1')).status, 400)
  assert.equal((await get('/notes/123')).status, 200)
})

test('a fault in a document is told with its line, an operation without handler too', async () => {
  const broken = await change('apis/notes.yaml', notesApi.replace('operationId: getNote', 'operationID: getNote'))
  assert.match((broken as { faults: string }).faults, /apis\/notes\.yaml:\d+:\d+.*operationId/)
  const unbound = await change('apis/notes.yaml', notesApi.replace('operationId: getNote', 'operationId: readNote'))
  assert.match((unbound as { faults: string }).faults, /apis\/notes\.yaml:\d+: the operation readNote has no handler/)
  assert.match((unbound as { faults: string }).faults, /functions\/notes\.ts:\d+: the handler getNote belongs to no operation/)
  assert.equal((await get('/notes/123')).status, 200)
  assert.equal((await change('apis/notes.yaml', notesApi)).ok, true)
})

test('changed configuration counts at once, and a fault in it is told', async () => {
  assert.equal((await change('klue-config.yaml', 'name: notes\ncrash_api: true\n')).ok, true)
  assert.equal((await get('/crash/internalexception')).status, 500)
  const faulty = await change('klue-config.yaml', 'name: notes\ncrash_api: maybe\n')
  assert.match((faulty as { faults: string }).faults, /klue-config\.yaml:2.* crash_api/)
  assert.equal((await get('/crash/internalexception')).status, 500)
})

test('old builds do not pile up', () => {
  const builds = readdirSync(join(project.root, '.klue', 'dev', String(process.pid))).filter((name) => name.startsWith('build-'))
  assert.ok(builds.length <= 2, builds.join(' '))
})
