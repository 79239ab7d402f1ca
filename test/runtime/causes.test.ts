// What led to an error stands in its line, its report and in what people read: the chain of causes and gathered errors, bounded and masked.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import jsonwebtoken from 'jsonwebtoken'
import { logLine } from '../../src/cli/log-line.ts'
import { toReadable } from '../../src/dev/readable.ts'
import { toReport } from '../../src/reports/index.ts'
import { defineError } from '../../src/runtime/index.ts'
import { type Cause, causesOf } from '../../src/runtime/line/causes.ts'
import { maskerOf } from '../../src/runtime/line/mask.ts'
import { apiDocument, compileApi, jwtSecret, type LooseHandlers, open, openApi, operation, testConfig } from './service-fixture.ts'

const spec = await compileApi(apiDocument({ '/fail': { get: operation('failing') } }))
const mask = maskerOf(testConfig().secretNames)
const of = (error: unknown): Cause[] => causesOf(error, { mask }) ?? []
const short = (causes: Cause[]): unknown[] => causes.map(({ at, name, code, message }) => [at, name, code, message])

async function lineOf(run: (context: never) => unknown): Promise<Record<string, unknown>> {
  const { send, log } = open({ spec, handlers: { failing: (_input, context) => run(context as never) } as LooseHandlers })
  const { text } = await send('GET /fail')
  assert.doesNotMatch(text, /causes|inner|ECONNREFUSED/)
  return log.findLast(({ kind }) => kind === 'request')!
}

async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('fetch failed says why, in line, report, klue logs and klue dev', async () => {
  const port = await closedPort()
  const line = await lineOf(async () => fetch(`http://127.0.0.1:${port}/`))
  assert.equal(line['error_description'], 'fetch failed')
  const [cause] = line['causes'] as Cause[]
  assert.deepEqual([cause!.at, cause!.name, cause!.code, cause!.message], ['cause', 'Error', 'ECONNREFUSED', `connect ECONNREFUSED 127.0.0.1:${port}`])
  assert.match(cause!.stack!, /\n\s+at /)
  const { body } = toReport({ ...line, muted: undefined }, { service: 'test', stage: 'live' })!
  const told = (JSON.parse(body) as { causes: { code: string; stack: string[] }[] }).causes
  assert.deepEqual([told.length, told[0]!.code, Array.isArray(told[0]!.stack)], [1, 'ECONNREFUSED', true])
  const shown = `cause: Error ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:${port}`
  assert.ok(logLine(line, { hasColor: false }).endsWith(`\n    ${shown}`))
  assert.ok(toReadable(line as never, { hasColor: false }).endsWith(`\n    ${shown}`))
})

test('a cause, gathered errors, and what is behind them', async () => {
  const gathered = new AggregateError([new TypeError('inner one', { cause: 'inner reason' }), Object.assign(new Error('inner two'), { code: 'E_TWO' })], 'all of them')
  const line = await lineOf(() => { throw new Error('outer', { cause: gathered }) })
  assert.deepEqual(short(line['causes'] as Cause[]), [
    ['cause', 'AggregateError', undefined, 'all of them'],
    ['cause.errors[0]', 'TypeError', undefined, 'inner one'],
    ['cause.errors[0].cause', 'string', undefined, 'inner reason'],
    ['cause.errors[1]', 'Error', 'E_TWO', 'inner two'],
  ])
  assert.deepEqual(short((await lineOf(() => { throw gathered }))['causes'] as Cause[]).map((cause) => (cause as unknown[])[0]), ['errors[0]', 'errors[0].cause', 'errors[1]'])
})

test('a declared error of any status has the causes that it was given', async () => {
  const soldOut = defineError('SOLD_OUT', 409, 'There is nothing left')
  for (const run of [() => { throw soldOut(undefined, { cause: new RangeError('inner', { cause: { code: 7, password: 'hunter22' } }) }) }, () => soldOut(undefined, { cause: new RangeError('inner', { cause: { code: 7, password: 'hunter22' } }) })]) {
    const line = await lineOf(run)
    assert.deepEqual(short(line['causes'] as Cause[]), [['cause', 'RangeError', undefined, 'inner'], ['cause.cause', 'object', 7, '{"code":7,"password":"********"}']])
    assert.match((line['causes'] as Cause[])[0]!.stack!, /causes\.test\.ts/)
  }
  assert.equal('causes' in JSON.parse(JSON.stringify(await lineOf(() => { throw soldOut() }))), false)
})

test('why the kit refused a caller is told without a place: a refusal looks nothing up in source maps', async () => {
  const looked: string[] = []
  const document = apiDocument({ '/private': { post: operation('private', { security: [{ token: [] }], requestBody: { content: { 'text/plain': { schema: { type: 'string' } } } } }) } }, { components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } })
  const { send, log, platform } = await openApi(document)
  Object.assign(platform, { sourceStack: (stack: string) => (looked.push(stack), stack) })
  const expired = jsonwebtoken.sign({ sub: 'ann', exp: 1 }, jwtSecret)
  const good = jsonwebtoken.sign({ sub: 'ann' }, jwtSecret, { expiresIn: 600 })
  const refused: [line: string, headers: Record<string, string>, reason: RegExp][] = [
    ['POST /private', { authorization: 'Bearer a.b.c' }, /the token is refused: another algorithm/],
    ['POST /private', { authorization: `Bearer ${expired}` }, /the token is refused: expired/],
    ['POST /%ff', {}, /URI malformed/],
    ['POST /private', { authorization: `Bearer ${good}`, 'content-type': 'text/plain; charset=ebcdic-of-old' }, /encoding/],
  ]
  for (const [line, headers, reason] of refused) {
    await send(line, { headers, body: 'text' })
    const [cause] = log.findLast(({ kind }) => kind === 'request')!['causes'] as Cause[]
    assert.match(cause!.message, reason)
    assert.equal('stack' in cause!, false, line)
  }
  assert.deepEqual(looked, [])
})

test('reports of the code itself and noted errors have them too', async () => {
  const { send, log } = open({ spec, handlers: { failing: (_input: unknown, context: { reportError(title: string, details: object): void; log: { error(message: string, error: unknown): void } }) => {
    context.log.error('no answer', new AggregateError([new Error('inner')], 'all'))
    context.reportError('it broke', { caught: new Error('outer', { cause: new Error('inner') }) })
    return {}
  } } as unknown as LooseHandlers })
  await send('GET /fail')
  assert.deepEqual(short(log.find(({ kind }) => kind === 'report')!['causes'] as Cause[]), [['cause', 'Error', undefined, 'inner']])
  assert.match(JSON.stringify(log.at(-1)!['trace']), /"errors":\[\{"name":"Error","message":"inner"/)
})

test('the chain is five deep, each error once, circles included', () => {
  const chain = Array.from({ length: 9 }).reduce<Error | undefined>((cause, _one, index) => new Error(`number ${8 - index}`, cause === undefined ? {} : { cause }), undefined)
  assert.deepEqual(of(chain).map(({ message }) => message), ['number 1', 'number 2', 'number 3', 'number 4', 'number 5'])
  const [one, two] = [new Error('one'), new Error('two')]
  Object.assign(one, { cause: two })
  Object.assign(two, { cause: one })
  assert.deepEqual(of(one).map(({ message }) => message), ['two'])
  const own = new AggregateError([], 'own')
  own.errors = [own, one, one]
  assert.deepEqual(of(own).map(({ at }) => at), ['errors[1]', 'errors[1].cause'])
})

test('it stays small, however much is gathered', () => {
  const wide = (depth: number): Error => new AggregateError(depth === 0 ? [] : Array.from({ length: 100 }, () => wide(depth - 1)), 'x'.repeat(5000))
  const big = Object.assign(new Error('outer'), { cause: wide(2), errors: Array.from({ length: 1000 }, () => Object.assign(new Error('y'.repeat(1e5)), { stack: 'z'.repeat(1e5), code: 'c'.repeat(1e4), name: 'n'.repeat(1e4) })) })
  const causes = of(big)
  assert.ok(causes.length <= 20)
  assert.ok(JSON.stringify(causes).length < 60_000, String(JSON.stringify(causes).length))
})

test('what throws when it is looked at costs nothing but itself', async () => {
  const thrower = { get(): never { throw new Error('do not look') } }
  const shy = new Error('shy')
  // Node makes the text of a stack when it is first asked for.
  assert.ok(shy.stack)
  Object.defineProperties(shy, { message: thrower, code: thrower, stack: thrower, name: thrower, cause: thrower, errors: thrower })
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  for (const cause of [shy, proxy, new Proxy(new Error('x'), { get: thrower.get }), null, 0, '', false, 7n, Symbol('s'), () => 1, [], Object.create(null)]) {
    const line = await lineOf(() => { throw new Error('outer', { cause }) })
    assert.deepEqual([line['status'], line['error_description']], [500, 'outer'])
  }
  assert.deepEqual(of(shy), [])
})

test('secrets are masked, and control characters of strangers do not reach the terminal', async () => {
  const line = await lineOf(() => { throw new Error('outer', { cause: Object.assign(new Error('inner postgres://app:hunter22@db password=hunter22 \u001b[31mred'), { code: 'token=hunter22' }) }) })
  assert.doesNotMatch(JSON.stringify(line), /hunter22/)
  // oxlint-disable-next-line no-control-regex -- this character is what is looked for
  assert.doesNotMatch(logLine(line, { hasColor: false }), /\u001b/)
})
