// x-klue-idempotency in documents: what is refused, what becomes of it, what is published, what klue check tells.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkApis, noticesOf, readApis, readPublished } from '../../src/openapi/index.ts'
import { generated, openapi, project } from './project.ts'

const schemes = 'securitySchemes: { token: { type: http, scheme: bearer } }'

function transfers(setting: string, { method = 'post', security = '[{ token: [] }]', more = '' }: { method?: string; security?: string; more?: string } = {}): string {
  return openapi(`
/transfers:
  ${method}:
    operationId: transfer
    security: ${security}
    x-klue-idempotency: ${setting}
    parameters: [{ name: X-Account, in: header, schema: { type: string } }]
    ${method === 'get' ? '' : "requestBody: { content: { application/json: { schema: { type: object, properties: { amount: { type: number }, idempotency_key: { $ref: '#/components/schemas/Key' } } } } } }"}
    responses: { 201: { $ref: '#/components/responses/Made' } }
${more}`, `schemas: { Key: { type: string } }\nresponses: { Made: { description: Made, content: { application/json: { schema: { type: object } } } } }\n${schemes}`)
}

async function faultsOf(t: Parameters<typeof project>[0], document: string): Promise<string[]> {
  const root = project(t, { 'apis/test.yaml': document })
  return checkApis(await readApis(root)).map(({ code, pointer, message, hint, line }) => {
    assert.ok(typeof line === 'number', `${message} has a line`)
    return `${code} ${pointer?.replace('/paths/~1transfers/', '')} ${message}${hint === undefined ? '' : ` (${hint})`}`
  })
}

test('the short and the long form are compiled, with their defaults', async (t) => {
  const settings = async (value: string, options = {}): Promise<unknown> => (await generated(t, transfers(value, options))).table.operations[0]!.settings.idempotency
  assert.deepEqual(await settings('required'), { required: true, ttlSeconds: 86_400 })
  assert.deepEqual(await settings('optional'), { required: false, ttlSeconds: 86_400 })
  assert.deepEqual(await settings('{}'), { required: true, ttlSeconds: 86_400 })
  assert.deepEqual(await settings('{ required: false, ttl: 7d, key: /idempotency_key, anonymous: true, on_unknown: refuse, headers: [X-Account] }', { security: '[]' }), { required: false, ttlSeconds: 604_800, pointer: '/idempotency_key', anonymous: true, refuses: true, headers: ['x-account'] })
  assert.deepEqual(await settings('{ ttl: 3600, key: header, anonymous: false, on_unknown: take_over }'), { required: true, ttlSeconds: 3600 })
})

test('each wrong value is told in one sentence, with its place', async (t) => {
  const faults = (value: string, options = {}): Promise<string[]> => faultsOf(t, transfers(value, options))
  assert.deepEqual(await faults('sometimes'), ['extension-invalid post/x-klue-idempotency x-klue-idempotency must be required, optional or a mapping, not "sometimes"'])
  assert.deepEqual(await faults('{ tll: 1d }'), ['extension-invalid post/x-klue-idempotency/tll x-klue-idempotency has no key tll (did you mean "ttl"?)'])
  const ttl = 'seconds or a duration such as 24h or 7d, from 60 seconds to 365 days'
  for (const [value, shown] of [['59', '59'], ['1.5', '1.5'], ['366d', '"366d"'], ['soon', '"soon"']]) assert.deepEqual(await faults(`{ ttl: ${value} }`), [`extension-invalid post/x-klue-idempotency/ttl ttl of x-klue-idempotency must be ${ttl}, not ${shown}`])
  assert.deepEqual(await faults('{ key: body }'), ['extension-invalid post/x-klue-idempotency/key key of x-klue-idempotency must be header, or a JSON pointer into the body such as /idempotency_key, not "body"'])
  assert.deepEqual(await faults('{ required: yes please, anonymous: 1, on_unknown: retry, headers: X-Account }'), [
    'extension-invalid post/x-klue-idempotency/required required of x-klue-idempotency must be true or false, not "yes please"',
    'extension-invalid post/x-klue-idempotency/anonymous anonymous of x-klue-idempotency must be true or false, not 1',
    'extension-invalid post/x-klue-idempotency/on_unknown on_unknown of x-klue-idempotency must be take_over or refuse, not "retry"',
    'extension-invalid post/x-klue-idempotency/headers headers of x-klue-idempotency must be a list of names of declared headers, not "X-Account"',
  ])
  assert.deepEqual(await faults('{ key: /amount }'), ['idempotency-key-undeclared post/x-klue-idempotency/key The JSON body of transfer declares no text at /amount (declare it as type: string, or use key: header)'])
  assert.deepEqual(await faults('{ key: /idempotency_key/deeper }'), ['idempotency-key-undeclared post/x-klue-idempotency/key The JSON body of transfer declares no text at /idempotency_key/deeper (declare it as type: string, or use key: header)'])
  assert.deepEqual(await faults('{ headers: [X-Other] }'), ['idempotency-header-undeclared post/x-klue-idempotency/headers transfer declares no header x-other that requests could be compared by (declare it as a parameter with in: header, or leave it out)'])
})

test('an operation that anybody may call needs anonymous: true; one that changes nothing takes no key', async (t) => {
  for (const security of ['[]', '[{ token: [] }, {}]']) {
    assert.deepEqual((await faultsOf(t, transfers('required', { security }))).map((fault) => fault.slice(0, 22)), ['idempotency-anonymous '])
    assert.deepEqual(await faultsOf(t, transfers('{ anonymous: true }', { security })), [])
  }
  assert.deepEqual(await faultsOf(t, transfers('required', { method: 'get' })), ['extension-misplaced get/x-klue-idempotency x-klue-idempotency has no meaning for GET, which changes nothing however often it is sent (take it away, or change the method)'])
})

test('the published document shows the header, its answers and Idempotent-Replayed; the shared response stays as it is', async (t) => {
  const root = project(t, { 'apis/test.yaml': transfers('required') })
  const { document, source } = (await readPublished(root, 'test'))!
  const operation = (document['paths'] as Record<string, Record<string, Record<string, unknown>>>)['/transfers']!['post']! as { parameters: object[]; responses: Record<string, { description: string; headers?: Record<string, object>; content?: object }> }
  assert.deepEqual(operation.parameters.map((parameter) => [(parameter as { name: string }).name, (parameter as { required?: boolean }).required]), [['X-Account', undefined], ['Idempotency-Key', true]])
  assert.deepEqual(Object.keys(operation.responses), ['201', '400', '409', '422'])
  assert.deepEqual(Object.keys(operation.responses['201']!.headers!), ['Idempotent-Replayed'])
  assert.deepEqual(Object.keys(operation.responses['409']!.headers!), ['Retry-After'])
  for (const status of ['400', '409', '422']) assert.ok(operation.responses[status]!.content !== undefined, `${status} shows its body`)
  assert.equal(JSON.stringify(document['components']).includes('Idempotent-Replayed'), false)
  assert.ok(source.includes('x-klue-idempotency: required'))
})

test('with its key in the body the published document has no header; a declared answer keeps what it says', async (t) => {
  const own = transfers('{ key: /idempotency_key, required: false }').replace('responses: { 201:', "responses: { 409: { description: Own, headers: { Retry-After: { description: Mine } } }, default: { description: Any, content: { application/problem+json: {} } }, 201:")
  const root = project(t, { 'apis/test.yaml': own })
  const { document } = (await readPublished(root, 'test'))!
  const operation = (document['paths'] as Record<string, Record<string, Record<string, unknown>>>)['/transfers']!['post']! as { parameters: object[]; responses: Record<string, { description: string; headers?: Record<string, { description: string }>; content?: object }> }
  assert.equal(operation.parameters.length, 1)
  assert.equal(operation.responses['409']!.description, 'Own')
  assert.equal(operation.responses['409']!.headers!['Retry-After']!.description, 'Mine')
  assert.deepEqual(operation.responses['422']!.content, { 'application/problem+json': {} })
  // What a default covers needs no row of its own in the table.
  assert.deepEqual((await generated(t, own)).table.operations[0]!.replies.map(({ status }) => status), ['201', '409', 'default'])
  assert.deepEqual((await generated(t, transfers('required'))).table.operations[0]!.replies.map(({ status }) => status), ['201', '400', '409', '422'])
})

test('answers above 64 KB by their bounds are a notice, where they are kept', async (t) => {
  const answer = (schema: string, setting: string): string => openapi(`
/reports:
  post:
    operationId: report
    security: [{ token: [] }]
    ${setting}
    responses: { 201: { description: Made, content: { application/json: { schema: ${schema} } } } }`, schemes)
  const notices = async (schema: string, setting = 'x-klue-idempotency: required'): Promise<string[]> => noticesOf(await readApis(project(t, { 'apis/test.yaml': answer(schema, setting) }))).map(({ code, message }) => `${code} ${/\d+ bytes/.exec(message)?.[0]}`)
  const list = (count: number): string => `{ type: array, maxItems: ${count}, items: { type: string, maxLength: 97 } }`
  assert.deepEqual(await notices(list(640)), [])
  assert.deepEqual(await notices(list(641)), ['idempotency-answer-large 64100 bytes'])
  assert.deepEqual(await notices(list(641), ''), [])
  // No bound is no number.
  assert.deepEqual(await notices('{ type: array, items: { type: string } }'), [])
  assert.deepEqual(await notices(`{ type: object, properties: { rows: ${list(641)} } }`), ['idempotency-answer-large 64110 bytes'])
  assert.deepEqual(await notices(`{ oneOf: [${list(1)}, ${list(700)}] }`), ['idempotency-answer-large 70000 bytes'])
})
