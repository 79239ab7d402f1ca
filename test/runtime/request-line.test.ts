// The line of a request: its fields, what handlers note in it, what it holds of bodies, and that no secret is in it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import * as fc from 'fast-check'
import ts from 'typescript'
import { type Context, reply, reportSlow } from '../../src/runtime/index.ts'
import { type LogRecord, type RequestRecord, toLine } from '../../src/runtime/edge.ts'
import { maskerOf } from '../../src/runtime/line/mask.ts'
import { apiDocument, compileApi, type LooseHandlers, open, type Opened, operation, type PlatformParts, type Sent } from './service-fixture.ts'

const stars = '********'
const spec = await compileApi(apiDocument({
  '/things/{id}': {
    get: operation('getThing', { 'x-klue-slow-ms': 400 }),
    post: operation('postThing', { requestBody: { content: { 'application/json': { schema: {} }, 'application/x-www-form-urlencoded': { schema: { type: 'object' } }, 'text/plain': { schema: { type: 'string' } } } } }),
    parameters: [{ in: 'path', name: 'id', required: true, schema: { type: 'string' } }],
  },
}))

type Run = (context: Context, body: unknown) => unknown

function service(run: Run, parts: PlatformParts = {}, wrap: LooseHandlers = {}): Opened {
  return open({ spec, handlers: { getThing: (_input, context) => run(context, undefined) as object, postThing: ({ body }, context) => run(context, body) as object, ...wrap } }, parts)
}

async function lineOf(run: Run, { line = 'GET /things/7', sent, parts }: { line?: string; sent?: Sent; parts?: PlatformParts } = {}): Promise<RequestRecord> {
  const opened = service(run, parts)
  await opened.send(line, sent)
  return written(opened.log, 'request') as RequestRecord
}

// As it is printed: what is undefined is not there.
function written(log: LogRecord[], kind: LogRecord['kind']): LogRecord {
  const { klue, ...record } = JSON.parse(toLine(log.find((one) => one.kind === kind)!)) as LogRecord
  assert.equal(klue, 1)
  return record as LogRecord
}

test('log-record.md has a row for every field of the type, and no other', () => {
  const source = ts.createSourceFile('request-record.ts', readFileSync('src/runtime/line/request-record.ts', 'utf8'), ts.ScriptTarget.Latest)
  const fields = source.statements.filter(ts.isInterfaceDeclaration).flatMap(({ members }) => members.map(({ name }) => (name as ts.Identifier).text))
  const page = readFileSync('docs/reference/log-record.md', 'utf8')
  const part = page.slice(page.indexOf('## Line of a request'), page.indexOf('## Events and spans'))
  assert.deepEqual([...part.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name), fields)
})

test('a plain request: every field that has something to say', async () => {
  const { time, started, call_id, duration_ms, ...line } = await lineOf(() => ({ a: 1 }), { line: 'GET /things/7?q=x', sent: { headers: { 'user-agent': 'test/1', accept: '*/*' }, more: { requestId: 'r1' } }, parts: { config: { live: true, live_host: 'a.example.com' } } })
  assert.match(`${time} ${started}`, /^\d{4}-\d\d-\d\dT[\d:.]+Z \d{4}-\d\d-\d\dT[\d:.]+Z$/)
  assert.match(call_id, /^[\w-]{36}$/)
  assert.ok(duration_ms >= 0)
  assert.deepEqual(line, { kind: 'request', level: 'info', message: 'GET /things/7 200', service: 'test', stage: 'test', operation: 'getThing', method: 'GET', path: '/things/7', query: 'q=x', status: 200, length: 7, in_bytes: 63, out_bytes: 90, response_type: 'application/json', call_path: 'test', ip: '127.0.0.1', user_agent: 'test/1', request_id: 'r1' })
})

test('the level is the higher of what the status says and what was noted', async () => {
  const levels = await Promise.all([
    lineOf(() => ({})),
    lineOf(({ log }) => (log.warn('odd'), {})),
    lineOf(({ log }) => (log.info('fine'), reply(500, {}) as object), { parts: { config: { response_check: 'off' } } }),
    lineOf(({ log }) => (log.debug('not noted'), reply(404, {}) as object), { parts: { config: { response_check: 'off' } } }),
  ])
  assert.deepEqual(levels.map(({ level, trace }) => [level, trace?.length ?? 0]), [['info', 0], ['warn', 1], ['error', 1], ['warn', 0]])
})

test('LOGLEVEL and DEBUG say from which level on events are noted', async () => {
  const run: Run = ({ log }) => (log.debug('d'), log.info('i'), log.error('e'), {})
  for (const [level, debug, names] of [['ERROR', '', ['e']], ['debug', '', ['d', 'i', 'e']], ['', '1', ['d', 'i', 'e']], ['odd', '1', ['i', 'e']]] as const) {
    Object.assign(process.env, { LOGLEVEL: level, DEBUG: debug })
    try {
      assert.deepEqual((await lineOf(run)).trace?.map(({ name }) => name), names)
    } finally {
      delete process.env['LOGLEVEL']
      delete process.env['DEBUG']
    }
  }
})

test('events take fields as Powertools and pino give them; errors keep their stack once', async () => {
  const error = Object.assign(new Error('broken'), { code: 'E_X' })
  const { trace, messages } = await lineOf(({ log }) => {
    log.info('one', { a: 1, password: 'abc' })
    log.info({ b: 2 }, 'two')
    log.error(error, 'three')
    log.error('four', error)
    log.warn(error)
    const child = log.child({ job: 'x' })
    child.appendKeys({ step: 1 })
    child.info('five', { c: 3 })
    log.info('six '.repeat(100))
    return {}
  })
  const err = { name: 'Error', message: 'broken', code: 'E_X' }
  assert.deepEqual(trace!.map(({ name, data, ...event }) => ('msg' in event ? [name.slice(0, 5), data, event.msg] : [name, data])), [
    ['one', { a: 1, password: stars }], ['two', { b: 2 }], ['three', { err }, 0], ['four', { err }, 0], ['broke', { err }, 0], ['five', { job: 'x', step: 1, c: 3 }], ['six s', undefined, 1],
  ])
  assert.equal(messages!.length, 2)
  assert.match(messages![0]!, /^Error: broken\n {4}at /)
})

test('spans nest, run side by side and keep what failed', async () => {
  const { trace } = await lineOf(async ({ log }) => {
    await Promise.all(['a', 'b'].map((name) => log.span(name, { token: 'abc' }, async () => {
      await sleep(5)
      log.info(`in ${name}`)
      await log.span(`inside ${name}`, async () => sleep(1))
    })))
    await assert.rejects(log.span('fails', () => Promise.reject(new Error('password=abc'))), /password=abc/)
    return { value: await log.span('gives', () => 5) }
  })
  const shape = (parts: typeof trace): unknown => parts!.map((part) => ('events' in part ? [part.name, shape(part.events)] : part.name))
  assert.deepEqual(shape(trace), [['a', ['in a', 'inside a']], ['b', ['in b', 'inside b']], 'fails', 'gives'])
  assert.deepEqual(trace!.map((part) => [(part as { error?: string }).error, part.data]), [[undefined, { token: stars }], [undefined, { token: stars }], [`password=${stars}`, undefined], [undefined, undefined]])
  for (const part of trace!) assert.ok(((part as { ms?: number }).ms ?? -1) >= 0)
})

test('what is noted is bounded, and says what found no room', async () => {
  const line = await lineOf(({ log }) => {
    for (let count = 0; count < 1000; count += 1) log.info(`event ${count}`, { text: 'x'.repeat(1000) })
    return {}
  })
  assert.equal(line.trace!.length + line.lost!, 1000)
  assert.ok(JSON.stringify(line).length < 100_000)
})

test('what is noted after the answer is a line of its own', async () => {
  const opened = service(({ log }) => {
    setTimeout(() => log.info('late', { secret: 'abc' }), 20)
    return {}
  })
  await opened.send('GET /things/7')
  while (opened.log.length < 2) await sleep(5)
  const { call_id, ...late } = written(opened.log, 'log')
  assert.equal(call_id, opened.log[0]!['call_id'])
  assert.deepEqual({ ...late, time: '' }, { kind: 'log', level: 'info', time: '', message: 'late', data: { secret: stars }, operation: 'getThing', call_path: 'test' })
})

test('a note never costs the answer', async () => {
  const hostile = new Proxy({}, { get: () => { throw new Error('no') }, ownKeys: () => { throw new Error('no') } })
  const line = await lineOf(({ log }) => (log.info('x', hostile), log.info(hostile), log.error(undefined as never, Symbol('x')), {}))
  assert.equal(line.status, 200)
})

const live = { live: true, live_host: 'a.example.com' }
const posted: Sent = { headers: { 'content-type': 'application/json', authorization: 'Bearer abcdef', 'x-forwarded-for': '9.9.9.9' }, body: JSON.stringify({ user: { password: 'abc' }, n: 1 }) }

test('bodies and headers: masked, from the level on that the configuration says', async () => {
  const full = await lineOf(() => reply(200, { token: 'abc', ok: true }, { cookies: ['session=abc'] }) as object, { line: 'POST /things/7', sent: posted })
  assert.deepEqual([full.data, full.result], [{ user: { password: stars }, n: 1 }, { token: stars, ok: true }])
  assert.deepEqual([full.request_headers!['authorization'], full.request_headers!['x-forwarded-for'], full.response_headers!['set-cookie']], [stars, '9.9.9.9', stars])
  const kept = async (config: Record<string, unknown>, status = 200): Promise<string[]> => {
    const line = await lineOf(() => reply(status, { a: 1 }) as object, { line: 'POST /things/7', sent: posted, parts: { config } })
    return ['data', 'result', 'request_headers', 'response_headers'].filter((name) => line[name] !== undefined)
  }
  assert.deepEqual(await kept(live), [])
  assert.deepEqual(await kept(live, 404), ['data', 'result', 'request_headers', 'response_headers'])
  assert.deepEqual(await kept({ log_data_level: 'error', log_headers_level: 'never' }), ['result'])
  assert.deepEqual(await kept({ log_data_level: 'error', log_result_level: 'never', log_headers_level: 'never' }, 500), ['data'])
})

test('bodies of every type are cut at their limit', async () => {
  const dataOf = async (type: string, body: string, config: Record<string, unknown> = {}): Promise<unknown> => (await lineOf(() => ({}), { line: 'POST /things/7', sent: { headers: { 'content-type': type }, body }, parts: { config } })).data
  assert.equal(await dataOf('application/x-www-form-urlencoded', 'a=1&password=abc'), `a=1&password=${stars}`)
  assert.equal(await dataOf('text/plain', 'x'.repeat(50_000), { log_body_limit_bytes: 100 }), `${'x'.repeat(100)}…`)
  assert.equal(await dataOf('image/png', 'abc'), '<3 bytes of image/png>')
  assert.equal(await dataOf('application/json', '{"password":"abc'), `{"password":"${stars}"`)
  assert.equal(await dataOf('application/xml', '<a><secret><b>abc</b></secret><c>1</c></a>'), `<a><secret>${stars}</secret><c>1</c></a>`)
  assert.ok(JSON.stringify(await dataOf('application/json', JSON.stringify({ list: Array.from({ length: 9000 }, () => 'abcdefgh') }))).length < 20_000)
})

test('what is excluded is only counted, unless it fails or says something', async () => {
  const keepOf = async (config: Record<string, unknown>, run: Run = () => ({}), line = 'GET /things/7'): Promise<unknown> => {
    const { keep, data, result } = await lineOf(run, { line, parts: { config } })
    if (keep === 'count') assert.deepEqual([data, result], [undefined, undefined])
    return keep
  }
  assert.equal(await keepOf({ log_exclude_operations: ['getThing'] }), 'count')
  assert.equal(await keepOf({ log_exclude_statuses: ['200'] }), 'count')
  assert.equal(await keepOf({ log_exclude_methods: ['GET'] }), 'count')
  assert.equal(await keepOf({ log_exclude_methods: ['GET'] }, ({ log }) => (log.info('x'), {})), undefined)
  assert.equal(await keepOf({ log_exclude_statuses: ['404'], log_exclude_methods: ['GET'] }, () => reply(404, {})), undefined)
  assert.equal(await keepOf({}, () => ({}), 'OPTIONS /things/7'), 'count')
  assert.equal(await keepOf({}, ({ log }) => (log.keep('count'), {})), 'count')
  assert.equal((await lineOf(({ log }) => (log.keep('always'), {}))).volatile, false)
  assert.equal((await lineOf(() => ({}), { parts: { config: { log_volatile: false } } })).volatile, false)
})

test('callers can be hidden behind a keyed hash', async () => {
  const sent: Sent = { ...posted, more: { sourceIp: '9.9.9.9' } }
  const hidden = await lineOf(() => ({}), { line: 'POST /things/7', sent, parts: { config: { hide_ip_address: true, jwt_secret: 'a-secret-for-tests-only' } } })
  assert.match(hidden.ip!, /^[0-9a-f]{24}$/)
  assert.doesNotMatch(JSON.stringify(hidden), /9\.9\.9\.9/)
  assert.equal((await lineOf(() => ({}), { sent, parts: { config: { hide_ip_address: true } } })).ip, undefined)
})

test('slow calls say which limit they passed', async () => {
  let now = 0
  const parts = (more: Record<string, unknown> = {}): PlatformParts => ({ now: () => now, config: more })
  const slowOf = async (milliseconds: number, line: string, config?: Record<string, unknown>): Promise<number | undefined> => (await lineOf(() => ((now += milliseconds), {}), { line, parts: parts(config) })).slow_ms
  assert.deepEqual([await slowOf(400, 'GET /things/7'), await slowOf(401, 'GET /things/7')], [undefined, 400])
  assert.deepEqual([await slowOf(1000, 'POST /things/7'), await slowOf(1001, 'POST /things/7'), await slowOf(60, 'POST /things/7', { report_call_exceeding_ms: 50 })], [undefined, 1000, 50])
  const wrapped = service(() => ({}), parts(), { getThing: reportSlow({ maxMs: 10 })(() => ((now += 11), {})) as never })
  await wrapped.send('GET /things/7')
  assert.equal(wrapped.log[0]!['slow_ms'], 10)
})

test('outgoing calls stand in the line, also those that fail', async () => {
  const { table } = await compileApi(apiDocument({ '/other/{id}': { get: operation('getOther', { parameters: [{ in: 'path', name: 'id', required: true, schema: { type: 'string' } }] }) } }), 'other')
  const other = { api: table.api, servers: [], securitySchemes: table.securitySchemes, operations: table.operations }
  const local = new Map([['other', (): Promise<never> => Promise.resolve({ status: 404, headers: { 'content-type': 'application/json' }, cookies: [], body: '{"error":"X"}' } as never)]])
  const { calls } = await lineOf(async (context) => {
    const client = context.client(other as never) as unknown as Record<string, (input: object) => Promise<unknown>>
    await client['getOther']!({ path: { id: 'eyJhbGciOi.eyJzdWIi.abc' } }).catch(() => undefined)
    const away = context.client(other as never, { url: 'http://127.0.0.1:1/base', attempts: 1 }) as unknown as typeof client
    await away['getOther']!({ path: { id: '8' } }).catch(() => undefined)
    return {}
  }, { parts: { local } })
  assert.deepEqual(calls!.map(({ at, ms, ...call }) => (assert.ok(at >= 0 && ms! >= 0), call)), [
    { api: 'other', operation: 'getOther', method: 'GET', host: 'local', path: `/other/${stars}`, status: 404 },
    { api: 'other', operation: 'getOther', method: 'GET', host: '127.0.0.1:1', path: '/base/other/8', error: 'BACKEND_UNREACHABLE' },
  ])
})

test('calls that find no room are counted by operation', async () => {
  const { table } = await compileApi(apiDocument({ '/other': { get: operation('getOther') } }), 'other')
  const other = { api: table.api, servers: [], securitySchemes: table.securitySchemes, operations: table.operations }
  let answers = 0
  const local = new Map([['other', (): Promise<never> => Promise.resolve({ status: (answers += 1) > 105 ? 503 : 200, headers: { 'content-type': 'application/json' }, cookies: [], body: '{}' } as never)]])
  const { calls, more_calls: more } = await lineOf(async (context) => {
    const client = context.client(other as never, { attempts: 1 }) as unknown as Record<string, (input: object) => Promise<unknown>>
    for (let call = 0; call < 108; call += 1) await client['getOther']!({}).catch(() => undefined)
    return {}
  }, { parts: { local } })
  const [count, failed, ms] = more!['other.getOther']!
  assert.deepEqual([calls!.length, count, failed, ms >= 0], [100, 8, 3, true])
})

test('reports and metrics are lines beside it, masked and bounded', async () => {
  const opened = service((context) => {
    context.reportError('lost password=abc', { caught: new Error('Bearer abcdef'), data: { token: 'abc', n: 1 }, fatal: true })
    for (let count = 0; count < 150; count += 1) context.metric('orders', count, 'Count', { shop: 'a' })
    context.metric('broken', Number.NaN)
    return {}
  })
  await opened.send('GET /things/7')
  const { stack, ...report } = written(opened.log, 'report')
  assert.match(String(stack), /^Error: Bearer \*{8}\n {4}at /)
  assert.deepEqual({ message: report.message, title: report['title'], fatal: report['fatal'], caught: report['caught'], data: report['data'], level: report.level, muted: report['muted'], operation: report['operation'] }, { message: `FATAL BACKEND ERROR test getThing(): lost password=${stars}`, title: `lost password=${stars}`, fatal: true, caught: `Bearer ${stars}`, data: { token: stars, n: 1 }, level: 'error', muted: true, operation: 'getThing' })
  const metrics = opened.log.filter(({ kind }) => kind === 'metric')
  assert.equal(metrics.length, 100)
  assert.deepEqual([metrics[7]!['name'], metrics[7]!['value'], metrics[7]!['unit'], metrics[7]!['dimensions']], ['orders', 7, 'Count', { shop: 'a' }])
  assert.equal(written(opened.log, 'request')['lost'], 51)
})

test('DO_REPORT_ERROR delivers reports in tests too', async () => {
  process.env['DO_REPORT_ERROR'] = '1'
  try {
    assert.equal((await lineOf(() => reply(500, {}))).muted, undefined)
  } finally {
    delete process.env['DO_REPORT_ERROR']
  }
  assert.equal((await lineOf(() => reply(500, {}))).muted, true)
})

test('near the end of its time a request says what runs', async () => {
  const opened = service(({ log, signal }) => log.span('long work', () => sleep(60_000, undefined, { signal })), { config: { timeout_seconds: 1 } })
  assert.equal((await opened.send('GET /things/7')).status, 504)
  const { message, running, operation } = written(opened.log, 'watchdog')
  assert.match(message, /^getThing has run for \d+ of \d+ ms$/)
  assert.deepEqual([operation, (running as { span: string }[]).map(({ span }) => span)], ['getThing', ['long work']])
  const quick = service(() => ({}))
  await quick.send('GET /things/7')
  assert.deepEqual(quick.log.map(({ kind }) => kind), ['request'])
})

const { secretNames } = open({ spec, handlers: { getThing: () => ({}), postThing: () => ({}) } }).platform.config
const secretKey = fc.constantFrom(...secretNames, 'X-Api-Key', 'refresh_token', 'userPassword').filter((name) => maskerOf(secretNames).isSecret(name))
test('a planted secret never reaches the line', async () => {
  await fc.assert(fc.asyncProperty(secretKey, fc.stringMatching(/^Zq[a-zA-Z0-9]{14}$/), fc.constantFrom(200, 404, 500), async (key, secret, status) => {
    const opened = service(async (context, body) => {
      context.log.warn(`handled ${key}=${secret}`, { [key]: { deep: secret }, body })
      await context.log.span('work', { [key]: [secret] }, () => context.log.error(new Error(JSON.stringify({ [key]: secret }))))
      context.reportError(`${key}: "${secret}"`, { data: { [key]: secret }, caught: { list: [{ [key]: secret }] } })
      if (status === 500) throw new Error(`failed with ${key}=${secret}`)
      return reply(status, { [key]: secret, nested: [{ [key]: { secret } }] }, { headers: { 'x-token': secret }, cookies: [`session=${secret}`] })
    })
    await opened.send(`POST /things/eyJ${secret}.${secret}.x?${encodeURIComponent(key)}=${secret}&u=${encodeURIComponent(`http://a?${key}=${secret}`)}`, { headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}`, cookie: `a=${secret}`, 'user-agent': `x ${key}=${secret}`, referer: `http://a.example/?${key}=${secret}` }, body: JSON.stringify({ [key]: secret, a: [{ [key]: { b: secret } }], text: `${key}=${secret}` }) })
    for (const record of opened.log) assert.ok(!toLine(record).includes(secret), toLine(record))
    assert.equal(opened.log.length, 2)
  }), { numRuns: 150 })
})
