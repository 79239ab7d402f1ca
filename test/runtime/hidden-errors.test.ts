// hide_internal_errors: what exceptions, called APIs and inner errors say is for the log and the report alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toReport } from '../../src/reports/index.ts'
import { type Context, defineError, fromErrorBody, reply } from '../../src/runtime/index.ts'
import { operation as clientOperation, things } from '../client/things.ts'
import { type Answer, apiDocument, compileApi, type LooseHandlers, open, type Opened, operation } from './service-fixture.ts'

const spec = await compileApi(apiDocument({
  '/fail': { get: operation('failing') },
  '/strict': { get: operation('strict', { responses: { 200: { description: 'OK', content: { 'application/json': { schema: { type: 'object', additionalProperties: false } } } } } }) },
}))
const called = { ...things, operations: [clientOperation({ id: 'getThing', path: '/thing' })] }
// The password is cut out of the log; all the rest of the text has to be there, and nowhere else.
const said = '<h1>Traceback</h1> db-host-17 refused postgres://app:hunter22@db-host-17/main'
const refused = Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' })

function serve(run: (context: Context) => unknown, hides: boolean = true): Opened {
  const handler: LooseHandlers[string] = (_input, context) => run(context)
  return open({ spec, handlers: { failing: handler, strict: handler } as LooseHandlers }, { config: { hide_internal_errors: hides, response_check: 'fail', log_result_level: 'never' } })
}

type Fetched = () => Response | Promise<Response>

const calling = (fetched: Fetched) => (context: Context): Promise<unknown> => (context.client(called as never, { url: 'http://api.test', fetch: async () => fetched(), attempts: 1 }) as { getThing(): Promise<unknown> }).getThing()

const json = (status: number, body: object): Fetched => () => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
const html = (status: number): Fetched => () => new Response(said, { status, headers: { 'content-type': 'text/html' } })

const ofCalls: [name: string, fetched: Fetched, expected: [status: number, code: string, description: string]][] = [
  ['a page of an error', html(500), [502, 'BACKEND_RESPONSE_INVALID', 'The called API answered something that cannot be understood']],
  ['a page of a refusal', html(403), [502, 'BACKEND_RESPONSE_INVALID', 'The called API answered something that cannot be understood']],
  ['a page instead of JSON', html(200), [502, 'BACKEND_RESPONSE_INVALID', 'The called API answered something that cannot be understood']],
  ['an error of another shape', json(500, { trace: said }), [502, 'BACKEND_RESPONSE_INVALID', 'The called API answered something that cannot be understood']],
  ['an error of the model', json(500, { status: 500, error: 'UNHANDLED_SERVER_ERROR', error_description: said }), [500, 'UNHANDLED_SERVER_ERROR', 'The called API met an error']],
  ['an error of the model with status 200', json(200, { status: 503, error: 'DOWN', error_description: said, trace: said, errors: [{ pointer: said, message: said }], error_caught: said }), [503, 'DOWN', 'The called API met an error']],
  ['a failure of a connection', () => Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(said), { cause: refused }) })), [502, 'BACKEND_UNREACHABLE', 'The called API could not be reached']],
  ['a failure of each address', () => Promise.reject(new TypeError('fetch failed', { cause: new AggregateError([refused], said) })), [502, 'BACKEND_UNREACHABLE', 'The called API could not be reached']],
]

const shown = ({ status, json: body }: Answer): unknown[] => [status, body['error'], body['error_description']]

for (const [name, fetched, expected] of ofCalls) {
  test(`${name} of a called API: the caller learns the kind, the log and the report have the text`, async () => {
    const { send, log } = serve(calling(fetched))
    const answer = await send('GET /fail')
    assert.deepEqual(shown(answer), expected)
    assert.deepEqual(Object.keys(answer.json).sort(), ['error', 'error_description', 'error_id', 'status'])
    assert.doesNotMatch(answer.text, /Traceback|10\.1\.2\.3|ECONN|db-host|hunter22/)
    const line = log.at(-1)!
    assert.equal(line['error_id'], answer.json['error_id'])
    assert.match(JSON.stringify([line['error_description'], line['error_fields']]), /Traceback.*db-host-17/)
    assert.doesNotMatch(JSON.stringify(line), /hunter22/)
  })
}

test('the report of a hidden error has its text', async () => {
  const { send, log } = serve(() => { throw new Error('the table builds-live is gone') })
  assert.equal((await send('GET /fail')).json['error_description'], 'The server met an unexpected error')
  const report = toReport({ ...log.at(-1)!, muted: undefined }, { service: 'test', stage: 'live' })!
  assert.equal(report.title, 'FATAL BACKEND ERROR test 500 UNHANDLED_SERVER_ERROR: failing(): the table builds-live is gone')
  assert.match(report.body, /"error_description": "the table builds-live is gone"/)
})

test('errors of libraries, of the SDK and of the kit are unknown exceptions', async () => {
  const sdk = Object.assign(new Error(`AccessDenied: arn:aws:iam::123456789012:role/app ${said}`), { name: 'AccessDeniedException', $fault: 'client', $metadata: { httpStatusCode: 400 } })
  for (const thrown of [sdk, new AggregateError([refused], said), said, { message: said }, { error: said }, refused]) {
    for (const run of [() => { throw thrown }, () => Promise.reject(thrown)]) {
      const { send, log } = serve(run)
      const answer = await send('GET /fail')
      assert.deepEqual(shown(answer), [500, 'UNHANDLED_SERVER_ERROR', 'The server met an unexpected error'])
      assert.match(String(log.at(-1)!['error_description']), /db-host-17|ECONNREFUSED 10\.1\.2\.3|\[object Object\]/)
    }
  }
  const { send } = serve((context) => context.table({ table: 'build' } as never).load({ id: 'x' }))
  assert.equal((await send('GET /fail')).json['error_description'], 'The server met an unexpected error')
})

test('what a handler returned against its document is not quoted to callers', async () => {
  const { send, log } = serve(() => ({ passwordHashOfAnn: 1 }))
  const answer = await send('GET /strict')
  assert.deepEqual(shown(answer), [500, 'RESPONSE_INVALID', 'The handler returned something that the specification does not declare'])
  assert.equal('errors' in answer.json, false)
  assert.match(JSON.stringify(log.at(-1)), /\/body\/passwordHashOfAnn/)
})

test('inner errors are left out of declared errors, which keep their own words', async () => {
  const soldOut = defineError('SOLD_OUT', 409, 'There is nothing left')
  for (const inner of [new Error(said), fromErrorBody({ status: 500, error: 'X', error_description: said }), { trace: said }]) {
    const { send, log } = serve(() => soldOut('No bolts', { fields: { left: 0 }, headers: { 'retry-after': '5' } }).tellUser('Sold out').caught(inner))
    const answer = await send('GET /fail')
    const { error_id: id, ...body } = answer.json
    assert.deepEqual(body, { status: 409, error: 'SOLD_OUT', error_description: 'No bolts', user_message: 'Sold out', left: 0 })
    assert.deepEqual([answer.headers['retry-after'], log.at(-1)!['error_id']], ['5', id])
    assert.match(String(log.at(-1)!['caught']), /db-host-17/)
    assert.doesNotMatch(String(log.at(-1)!['caught']), /hunter22/)
  }
})

test('what a called API refuses, and what a service says itself, is told', async () => {
  const refusal = { status: 404, error: 'NO_SUCH_JOB', error_description: 'There is no job nightly', error_id: '0b0ff1e3-3a1a-4d3c-9a52-2b7a53cbd1a5', job: 'nightly' }
  assert.deepEqual((await serve(calling(json(404, refusal))).send('GET /fail')).json, refusal)
  const model = { status: 503, error: 'REBUILDING', error_description: 'The archive is being rebuilt' }
  for (const run of [() => model, () => { throw defineError('REBUILDING', 503, 'The archive is being rebuilt')() }, () => reply(503, model)]) assert.deepEqual(shown(await serve(run).send('GET /fail')), [503, 'REBUILDING', 'The archive is being rebuilt'])
})

test('an answer of another service that is handed on as it came is hidden, with its id kept', async () => {
  const body = { status: 500, error: 'THEIRS', error_description: said, error_id: '0b0ff1e3-3a1a-4d3c-9a52-2b7a53cbd1a5', trace: said }
  for (const run of [() => body, () => { throw body }, () => reply(200, body), () => { throw fromErrorBody(body) }]) {
    assert.deepEqual((await serve(run).send('GET /fail')).json, { status: 500, error: 'THEIRS', error_description: 'The called API met an error', error_id: body.error_id })
  }
})

test('without hide_internal_errors all of it is told', async () => {
  for (const [, fetched] of ofCalls) assert.match((await serve(calling(fetched), false).send('GET /fail')).text, /db-host-17/)
})

test('a service may say what callers are told of an error of its own', async () => {
  const broken = defineError('STORE_BROKEN', 500, 'The store is broken')
  const run = (): never => { throw broken(said, { publicMessage: 'Try again in a minute', fields: { host: 'db-host-17' } }) }
  const { send, log } = serve(run)
  assert.deepEqual(shown(await send('GET /fail')), [500, 'STORE_BROKEN', 'Try again in a minute'])
  assert.deepEqual(log.at(-1)!['error_fields'], { host: 'db-host-17' })
  assert.equal((await serve(run, false).send('GET /fail')).json['host'], 'db-host-17')
})
