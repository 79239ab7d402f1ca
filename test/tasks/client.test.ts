// The typed client of operations that run as tasks: run, fire, and what the handle does.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type Client, createClient, type TaskHandle, type TaskMethod } from '../../src/client/index.ts'
import { lazyClient } from '../../src/client/lazy-client.ts'
import { type LocalProject, openLocalProject } from '../../src/dev/index.ts'
import { generateToken, localFetch } from '../../src/runtime/edge.ts'
import { apiOf, json, operation, serve, thrownBy } from '../client/things.ts'
import type { ProjectFixture } from '../dev/project-fixture.ts'
import { makeReportsProject } from './operations-project.ts'

interface Report { title: string; pages: number; by?: string }
type Operations = { makeReport: { task: true; success: Report; replies: object }; openReport: { task: true; success: string; replies: object } }
type Calls = { makeReport: { path: { kind: string }; query: { pages?: number }; headers: object; cookies: object; body: { title: string } }; openReport: { path: object; query: object; headers: object; cookies: object; body: string } }

const hooks = ((globalThis as { reportHooks?: Record<string, unknown> }).reportHooks ??= {}) as { makeReport?: (given: unknown, context: { progress(fraction: number): void; signal: AbortSignal }) => unknown }
let fixture: ProjectFixture
let project: LocalProject
let client: Client<Operations, Calls>
let lazy: Client<Operations, Calls>
const asked: string[] = []

before(async () => {
  fixture = await makeReportsProject()
  project = await openLocalProject({ root: fixture.root, inMemory: true, log: () => undefined })
  const { reportsClient } = (await import(pathToFileURL(join(fixture.root, 'functions/gen/reports.client.ts')).href)) as { reportsClient: never }
  const answer = localFetch(project.services[0]!.answer)
  const options = {
    url: 'http://local.invalid/prod', token: await generateToken(project.platform, 'ann', {}), clock: { sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 20)) },
    fetch: ((url: string, init: RequestInit) => {
      asked.push(`${init.method} ${new URL(url).pathname}`)
      // A gateway that serves it below a path.
      return answer(url.replace('/prod', ''), init)
    }) as typeof fetch,
  }
  client = createClient<Operations, Calls>(reportsClient, options)
  lazy = lazyClient<Operations, Calls>(reportsClient, options)
})
after(async () => {
  await project.close()
  await fixture.remove()
})
beforeEach(() => {
  delete hooks.makeReport
  asked.length = 0
})

const input = { path: { kind: 'annual' }, query: { pages: 9 }, body: { title: 't' } }
const result = { title: 't', pages: 9, by: 'ann' }

test('run resolves to the result, and so does the method itself; a short one takes one request', async () => {
  assert.deepEqual(await client.makeReport.run(input), result)
  assert.deepEqual(asked, ['POST /prod/reports/annual'])
  assert.deepEqual([await client.makeReport(input), await lazy.makeReport(input), await lazy.makeReport.run(input)], [result, result, result])
  assert.equal(await client.openReport.run({ body: 'moths' }), 'report on moths')
})

test('fire resolves to a handle as soon as it is accepted; it waits, tells of progress, and has the task as it was seen', async () => {
  let open = (): void => undefined
  hooks.makeReport = (_given, { progress }) => {
    progress(0.5)
    return new Promise<void>((resolve) => (open = resolve))
  }
  const handle: TaskHandle<Report> = await lazy.makeReport.fire(input)
  assert.equal(handle.task.status, 'waiting')
  const told: number[] = []
  handle.onProgress((fraction) => {
    told.push(fraction)
    open()
  })
  assert.deepEqual(await handle.wait(), result)
  assert.deepEqual([told, handle.task.status, handle.id], [[0.5], 'succeeded', handle.task.id])
  assert.ok(asked.slice(1).every((line) => line === `GET /prod/tasks/${handle.id}`), asked.join())
})

test('what it failed with is thrown, whether it was waited for by the service or by the client', async () => {
  const errors = await Promise.all([client.makeReport.run({ ...input, path: { kind: 'none' } }), (await client.makeReport.fire({ ...input, path: { kind: 'none' } })).wait()].map(thrownBy))
  assert.deepEqual(errors.map((error) => [(error as { code?: string }).code, (error as { status?: number }).status]), [['NO_SUCH_KIND', 404], ['NO_SUCH_KIND', 404]])
  assert.equal((await thrownBy(client.makeReport.fire({ ...input, body: {} as never })) as { code?: string }).code, 'INVALID_PARAMETER')
})

test('cancel ends it, and whoever waits is told; so does the signal of a wait that asks for it', async () => {
  hooks.makeReport = (_given, { signal }) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  const handle = await client.makeReport.fire(input)
  const waiting = thrownBy(handle.wait())
  assert.equal((await handle.cancel()).status, 'cancelled')
  assert.equal((await waiting as { code?: string }).code, 'TASK_CANCELLED')
  const second = await client.makeReport.fire(input)
  const reason = new Error('enough')
  const abort = new AbortController()
  const aborted = thrownBy(second.wait({ signal: abort.signal, cancelOnAbort: true }))
  abort.abort(reason)
  assert.equal(await aborted, reason)
  assert.equal((await second.look()).status, 'cancelled')
})

test('the wait has an end, which names the task and how far it had come', async () => {
  hooks.makeReport = (_given, { signal }) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  const handle = await client.makeReport.fire(input)
  const error = (await thrownBy(handle.wait({ timeoutMs: 60 }))) as unknown as { code: string; fields: object }
  assert.deepEqual([error.code, error.fields], ['BACKEND_TIMEOUT', { task: handle.id }])
  await handle.cancel()
})

test('a task at another host is not asked for, and an answer without one is no task', async () => {
  const api = apiOf([operation({ id: 'make', method: 'POST', settings: { task: { attempts: 1, timeoutSeconds: 60 } } })])
  const task = { id: 'a', status: 'waiting', created: '', updated: '' }
  for (const [headers, body, sentence] of [[{ location: 'https://elsewhere.example.com/tasks/a' }, task, /answered 202 with a task at another host/], [{}, task, /without the Location of its task/], [{ location: '/tasks/a' }, { ok: true }, /answered something that is no task/]] as const) {
    await using server = await serve((_request, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      json(response, 202, body)
    })
    const error = (await thrownBy((createClient(api, { url: server.url })['make'] as unknown as TaskMethod<unknown, unknown>).fire())) as { code?: string; message: string }
    assert.equal(error.code, 'BACKEND_RESPONSE_INVALID')
    assert.match(error.message, sentence)
    assert.equal(server.received.length, 1)
  }
})
