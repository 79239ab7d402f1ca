// x-klue-task in documents: what is refused, what becomes of it, what is published.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkApis, readApis, readPublished } from '../../src/openapi/index.ts'
import { generated, openapi, project } from './project.ts'

function reports(setting: string, { method = 'post', responses = '200: { $ref: "#/components/responses/Made" }', security = '[{ token: [] }]', more = '' } = {}): string {
  return openapi(`
/reports:
  ${method}:
    operationId: makeReport
    security: ${security}
    x-klue-task: ${setting}
    responses: { ${responses} }
${more}`, 'responses: { Made: { description: Made, content: { application/json: { schema: { type: object } } } } }\nsecuritySchemes: { token: { type: http, scheme: bearer }, key: { type: apiKey, in: header, name: X-Key } }')
}

async function faultsOf(t: Parameters<typeof project>[0], document: string): Promise<string[]> {
  return checkApis(await readApis(project(t, { 'apis/test.yaml': document }))).map(({ code, pointer, message, hint, line }) => {
    assert.ok(typeof line === 'number', `${message} has a line`)
    return `${code} ${pointer?.replace('/paths/~1reports/', '')} ${message}${hint === undefined ? '' : ` (${hint})`}`
  })
}

test('the short and the long form are compiled with their defaults, and the 202 is no answer of the handler', async (t) => {
  const compiled = async (value: string): Promise<{ settings: unknown; statuses: string[]; success: number }> => {
    const { settings, replies, successStatus } = (await generated(t, reports(value))).table.operations[0]!
    return { settings: settings.task, statuses: replies.map(({ status }) => status), success: successStatus }
  }
  assert.deepEqual(await compiled('true'), { settings: { attempts: 1, timeoutSeconds: 900 }, statuses: ['200', '202'], success: 200 })
  assert.deepEqual((await compiled('{}')).settings, { attempts: 1, timeoutSeconds: 900 })
  assert.deepEqual((await compiled('{ attempts: 3, timeout: 60, concurrency: 2, envelope: _task }')).settings, { attempts: 3, timeoutSeconds: 60, concurrency: 2, envelope: '_task' })
})

test('each wrong value is told in one sentence, with its place', async (t) => {
  const faults = (value: string, options = {}): Promise<string[]> => faultsOf(t, reports(value, options))
  assert.deepEqual(await faults('true'), [])
  assert.deepEqual(await faults('false'), ['extension-invalid post/x-klue-task x-klue-task must be true or a mapping, not false'])
  assert.deepEqual(await faults('{ atempts: 2 }'), ['extension-invalid post/x-klue-task/atempts x-klue-task has no key atempts (did you mean "attempts"?)'])
  assert.deepEqual(await faults('{ attempts: 0, timeout: 901, concurrency: 1.5, envelope: task }'), [
    'extension-invalid post/x-klue-task/attempts attempts of x-klue-task must be a whole number from 1 to 100, not 0',
    'extension-invalid post/x-klue-task/timeout timeout of x-klue-task must be a whole number of seconds from 1 to 900, not 901',
    'extension-invalid post/x-klue-task/concurrency concurrency of x-klue-task must be a whole number from 1 to 100, not 1.5',
    'extension-invalid post/x-klue-task/envelope envelope of x-klue-task must be _task, not "task"',
  ])
  assert.deepEqual(await faults('true', { method: 'get' }), ['extension-misplaced get/x-klue-task x-klue-task has no meaning for GET, which begins nothing (take it away, or change the method to POST)'])
  assert.deepEqual(await faults('true', { responses: '202: { description: Later }' }), ["task-answer-declared post/responses/202 makeReport is a task, whose 202 is klue's own: the task and its Location (declare the answer that the handler gives in the end, for example 200)"])
})

test('the published document shows the 202, Prefer and the operations of tasks; the source stays as it is', async (t) => {
  const root = project(t, { 'apis/test.yaml': reports('{ envelope: _task }', { more: '/open:\n  put:\n    operationId: other\n    security: [{ key: [] }]\n    x-klue-task: true\n    responses: { 204: { description: Done } }' }) })
  const published = (await readPublished(root, 'test', '/jobs'))!
  const paths = published.document['paths'] as Record<string, Record<string, { parameters?: { name: string }[]; security?: unknown; responses: Record<string, { headers?: object; content?: Record<string, { schema: { required?: string[] } }> }> }>>
  const made = paths['/reports']!['post']!
  assert.deepEqual(made.parameters!.map(({ name }) => name), ['Prefer'])
  assert.deepEqual(Object.keys(made.responses['202']!.headers!), ['Location'])
  assert.deepEqual(made.responses['202']!.content!['application/json']!.schema.required, ['_task'])
  assert.deepEqual(Object.keys(made.responses['200']!.headers!), ['Preference-Applied'])
  assert.deepEqual(paths['/open']!['put']!.responses['202']!.content!['application/json']!.schema.required, ['id', 'status', 'created', 'updated'])
  const { get, delete: cancel } = paths['/jobs/{task}']!
  assert.deepEqual([Object.keys(get!.responses), Object.keys(cancel!.responses)], [['200', '404'], ['200', '404']])
  assert.deepEqual(get!.security, [{ token: [] }, { key: [] }])
  assert.ok(!published.source.includes('202'))
  assert.deepEqual(checkApis(await readApis(project(t, { 'apis/test.yaml': JSON.stringify(published.document).replaceAll(/"x-klue-task":(true|\{[^}]*\}),?/g, '') }))), [], 'what is published is a sound document')
})

test('a document without such operations is published as it was', async (t) => {
  const root = project(t, { 'apis/test.yaml': reports('true').replace(/^.*x-klue-task.*\n/m, '') })
  const { document } = (await readPublished(root, 'test'))!
  assert.deepEqual(Object.keys(document['paths'] as object), ['/reports'])
})

test('the generated types say which operation is a task', async (t) => {
  const { root } = await generated(t, reports('true'))
  assert.match(readFileSync(join(root, 'functions/gen/test.ts'), 'utf8'), /success: .*\n {4}task: true\n/)
})
