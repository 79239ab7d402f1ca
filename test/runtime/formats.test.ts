// Custom formats: handlers see parsed values and give values to be printed, wherever the document puts them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isUsageError } from '../../src/errors/index.ts'
import { defineFormats, type Format, reply } from '../../src/runtime/index.ts'
import { apiDocument, compileApi, jsonBody, type LooseHandlers, open, type Opened, openApi, operation, parameter } from './service-fixture.ts'

class Week {
  readonly year: number
  readonly week: number

  constructor(year: number, week: number) {
    this.year = year
    this.week = week
  }
}

const isoWeek: Format<Week> = {
  parse(text) {
    const [, year, week] = /^(\d{4})-W(\d\d)$/.exec(text) ?? []
    if (year === undefined || Number(week) < 1 || Number(week) > 53) throw new Error('must be a week such as 2024-W07')
    return new Week(Number(year), Number(week))
  },
  print: ({ year, week }) => `${year}-W${String(week).padStart(2, '0')}`,
}
const dateTime: Format<Date> = { parse: (text) => new Date(text), print: (value) => value.toISOString() }

const week = { type: 'string', format: 'iso-week' }
const weekRef = { $ref: '#/components/schemas/Week' }
const schemas = {
  Week: week,
  Entry: { type: 'object', required: ['week'], properties: { week: weekRef, note: { type: 'string' } } },
  Tree: { type: 'object', properties: { at: week, children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } } },
}
const json = (schema: object): object => ({ content: { 'application/json': { schema } } })
const ok = (schema: object, more: object = {}): Record<string, unknown> => ({ responses: { 200: { description: '', ...json(schema), ...more } } })

let seen: Record<string, unknown> = {}
let given: unknown

async function service(schema: object, more: Record<string, unknown> = {}): Promise<Opened> {
  const document = apiDocument({ '/a': { post: operation('give', { requestBody: jsonBody(schema as Record<string, unknown>), ...ok(schema) }) } }, { 'x-klue-formats': ['iso-week'], components: { schemas }, ...more })
  return openApi(document, { handlers: { give: ({ body }) => ((seen = { body }), given === undefined ? body : given) }, formats: defineFormats({ 'iso-week': isoWeek }) as never }, { config: { response_check: 'fail' } })
}

async function roundTrip(schema: object, body: unknown, more: Record<string, unknown> = {}): Promise<unknown> {
  given = undefined
  const { send } = await service(schema, more)
  const { status, json: answer } = await send('POST /a', { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  assert.deepEqual([status, answer], [200, body])
  return seen['body']
}

async function faults(schema: object, body: unknown, more: Record<string, unknown> = {}): Promise<unknown> {
  given = undefined
  const { send } = await service(schema, more)
  const { status, json: answer } = await send('POST /a', { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return status === 200 ? seen['body'] : [status, answer['error'], (answer['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)]
}

const w1 = new Week(2024, 1)

test('parameters of every place and fields of forms arrive parsed', async () => {
  const form = { type: 'object', properties: { week, list: { type: 'array', items: week } } }
  const { send } = await openApi(apiDocument({
    '/weeks/{w}': { get: operation('get', { parameters: [parameter('path w', week), parameter('query many', { type: 'array', items: weekRef }), parameter('query deep', { type: 'object', properties: { at: week } }, { style: 'deepObject' }), parameter('query by', { ...week, default: '2020-W02' }), parameter('header X-Week', week), parameter('cookie c', week)] }) },
    '/form': { post: operation('post', { requestBody: { content: { 'application/x-www-form-urlencoded': { schema: form }, 'multipart/form-data': { schema: form } } } }) },
  }, { 'x-klue-formats': ['iso-week'], components: { schemas } }), { handlers: { get: ({ path, query, headers, cookies }) => ((seen = { path, query, headers, cookies }), {}), post: ({ body }) => ((seen = { body }), {}) }, formats: defineFormats({ 'iso-week': isoWeek }) as never })
  await send('GET /weeks/2024-W01?many=2024-W01&many=2023-W52&deep[at]=2024-W01', { headers: { 'x-week': '2024-W01', cookie: 'c=2024-W01' } })
  assert.deepEqual(seen, { path: { w: w1 }, query: { many: [w1, new Week(2023, 52)], deep: { at: w1 }, by: new Week(2020, 2) }, headers: { 'x-week': w1 }, cookies: { c: w1 } })
  await send('POST /form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'week=2024-W01&list=2024-W01' })
  assert.deepEqual(seen, { body: { week: w1, list: [w1] } })
  await send('POST /form', { headers: { 'content-type': 'multipart/form-data; boundary=X' }, body: '--X\r\nContent-Disposition: form-data; name="week"\r\n\r\n2024-W01\r\n--X--' })
  assert.deepEqual(seen, { body: { week: w1 } })
  const { status, json: answer } = await send('GET /weeks/2024-W99?many=2024-W01&many=x&deep[at]=y')
  assert.deepEqual([status, answer['error']], [400, 'INVALID_PARAMETER'])
  assert.deepEqual(answer['errors'], [{ pointer: '/path/w', message: 'must be a week such as 2024-W07' }, { pointer: '/query/many/1', message: 'must be a week such as 2024-W07' }, { pointer: '/query/deep/at', message: 'must be a week such as 2024-W07' }])
})

test('bodies are parsed and printed at any depth', async () => {
  assert.deepEqual(await roundTrip(week, '2024-W01'), w1)
  assert.deepEqual(await roundTrip({ type: 'array', items: { $ref: '#/components/schemas/Entry' } }, [{ week: '2024-W01', note: '2024-W01' }]), [{ week: w1, note: '2024-W01' }])
  assert.deepEqual(await roundTrip({ $ref: '#/components/schemas/Tree' }, { at: '2024-W01', children: [{ children: [{ at: '2024-W02' }] }] }), { at: w1, children: [{ children: [{ at: new Week(2024, 2) }] }] })
  assert.deepEqual(await roundTrip({ type: 'object', properties: { a: {} }, patternProperties: { '^w': week }, additionalProperties: { type: 'array', items: week } }, { a: '2024-W01', w1: '2024-W01', x: ['2024-W01'] }), { a: '2024-W01', w1: w1, x: [w1] })
  assert.deepEqual(await roundTrip({ type: 'array', prefixItems: [{ type: 'integer' }, week], items: week }, [1, '2024-W01', '2024-W01'], { openapi: '3.1.0' }), [1, w1, w1])
  assert.deepEqual(await roundTrip({ type: 'object', properties: { week: { ...week, nullable: true } } }, { week: null }), { week: null })
  assert.deepEqual(await roundTrip({ type: 'object', properties: { ['__proto__']: week } }, JSON.parse('{"__proto__":"2024-W01"}')), JSON.parse('{"__proto__":{"year":2024,"week":1}}', (key, value: unknown) => key === '__proto__' ? w1 : value))
})

test('patterns of properties are bounded as in the validators: a key that is too long for one matches it nowhere', async () => {
  const schema = { type: 'object', patternProperties: { '[a-z]{5}(?=x)': week } }
  const long = `${'a'.repeat(50_000)}x`
  assert.deepEqual(await roundTrip(schema, { aaaaax: '2024-W01', [long]: '2024-W01' }), { aaaaax: w1, [long]: '2024-W01' })
})

test('a text that does not parse is 400 at its place, beside the other faults', async () => {
  assert.deepEqual(await faults({ $ref: '#/components/schemas/Tree' }, { at: 'x', children: [{ at: 'y' }, { at: 5 }] }), [400, 'INVALID_PARAMETER', ['/body/children/1/at', '/body/at', '/body/children/0/at']])
  assert.equal(((await faults({ type: 'array', items: week }, Array.from({ length: 5000 }, () => 'x'))) as unknown[][])[2]!.length, 50)
})

test('allOf, oneOf and anyOf: the branch that a value fits counts', async () => {
  assert.deepEqual(await roundTrip({ allOf: [{ $ref: '#/components/schemas/Entry' }, { type: 'object', properties: { until: week } }] }, { week: '2024-W01', until: '2024-W01' }), { week: w1, until: w1 })
  const dated = { type: 'object', required: ['kind'], properties: { kind: { type: 'string', enum: ['dated'] }, at: week } }
  const named = { type: 'object', required: ['kind'], properties: { kind: { type: 'string', enum: ['named'] }, at: { type: 'string' } } }
  assert.deepEqual(await roundTrip({ oneOf: [dated, named] }, { kind: 'dated', at: '2024-W01' }), { kind: 'dated', at: w1 })
  assert.deepEqual(await roundTrip({ oneOf: [dated, named] }, { kind: 'named', at: '2024-W01' }), { kind: 'named', at: '2024-W01' })
  assert.deepEqual(await faults({ oneOf: [dated, named] }, { kind: 'dated', at: 'x' }), [400, 'INVALID_PARAMETER', ['/body/at']])
  const latest = { anyOf: [week, { type: 'string', enum: ['latest'] }] }
  assert.deepEqual(await roundTrip(latest, 'latest'), 'latest')
  assert.deepEqual(await roundTrip(latest, '2024-W01'), w1)
  assert.deepEqual(await faults({ anyOf: [week, { type: 'integer' }] }, 'x'), [400, 'INVALID_PARAMETER', ['/body']])
  assert.deepEqual(await faults({ anyOf: [week, { type: 'string' }] }, 'x'), 'x')
  assert.deepEqual(await roundTrip({ anyOf: [weekRef, { type: 'object', required: ['from'], properties: { from: week } }] }, { from: '2024-W01' }), { from: w1 })
})

test('what a handler gives is printed, and left as it was for the handler', async () => {
  const { send } = await service({ $ref: '#/components/schemas/Entry' })
  const kept = Object.freeze({ week: w1, note: 'n' })
  const body = JSON.stringify({ week: '2024-W01' })
  for (const value of [kept, reply(200, kept)]) {
    given = value
    assert.deepEqual((await send('POST /a', { headers: { 'content-type': 'application/json' }, body })).json, { week: '2024-W01', note: 'n' })
  }
  assert.equal(kept.week, w1)
})

test('what cannot be printed is 500 RESPONSE_INVALID; the response check sees the printed text', async () => {
  const { send } = await openApi(apiDocument({ '/a': { get: operation('get', ok({ type: 'object', properties: { week: { ...week, maxLength: 8 } } })) } }, { 'x-klue-formats': ['iso-week'] }), { handlers: { get: () => given }, formats: defineFormats({ 'iso-week': { ...isoWeek, print: (value: Week) => (value instanceof Week ? isoWeek.print(value) : (5 as never)) } }) as never }, { config: { response_check: 'fail' } })
  given = { week: 'not a week' }
  const wrong = await send('GET /a')
  assert.deepEqual([wrong.status, wrong.json['error'], (wrong.json['errors'] as { pointer: string }[])[0]!.pointer], [500, 'RESPONSE_INVALID', '/body/week'])
  given = { week: new Week(20_240, 1) }
  assert.match(String((await send('GET /a')).json['error_description']), /\/body\/week/)
  given = { week: w1 }
  assert.deepEqual((await send('GET /a')).json, { week: '2024-W01' })
})

test('texts stay texts unless the document names their format and the service registers it', async () => {
  const document = (more: Record<string, unknown> = {}): Record<string, unknown> => apiDocument({ '/a': { post: operation('give', { requestBody: jsonBody({ type: 'object', properties: { at: { type: 'string', format: 'date-time' }, week } }), ...ok({ type: 'object', properties: { at: { type: 'string', format: 'date-time' } } }) }) } }, more)
  const handlers: LooseHandlers = { give: ({ body }) => ((seen = { body }), { at: (body as { at: unknown }).at }) }
  const sent = { headers: { 'content-type': 'application/json' }, body: '{"at":"2024-05-06T07:08:09Z","week":"x"}' }
  const plain = await openApi(document({ 'x-klue-formats': ['iso-week'] }), { handlers })
  assert.equal((await plain.send('POST /a', sent)).status, 200)
  assert.deepEqual(seen['body'], { at: '2024-05-06T07:08:09Z', week: 'x' })
  const spec = await compileApi(document({ 'x-klue-formats': ['date-time'] }))
  const dated = open({ spec, handlers, formats: defineFormats({ 'date-time': dateTime }) as never })
  assert.deepEqual((await dated.send('POST /a', sent)).json, { at: '2024-05-06T07:08:09.000Z' })
  assert.deepEqual(seen['body'], { at: new Date('2024-05-06T07:08:09Z'), week: 'x' })
  assert.deepEqual((await dated.send('POST /a', { ...sent, body: '{"at":"yesterday"}' })).status, 400)
})

test('a registered format that the document does not name stops the start', async () => {
  const spec = await compileApi(apiDocument({ '/a': { get: operation('get', { parameters: [parameter('query at', { type: 'string', format: 'date-time' })] }) } }))
  assert.throws(() => open({ spec, handlers: { get: () => ({}) }, formats: defineFormats({ 'date-time': dateTime }) as never }), (error) => isUsageError(error) && error.faults[0]!.code === 'format-unused' && /put date-time into the list x-klue-formats/.test(error.faults[0]!.hint ?? ''))
})

// A schema beside a value that fits it, and what a handler sees of the value.
interface Case {
  schema: Record<string, unknown>
  value: unknown
  seen: unknown
}

const text = fc.stringMatching(/^[a-z]{1,5}$/)
const weeks = fc.record({ year: fc.integer({ min: 1000, max: 9999 }), number: fc.integer({ min: 1, max: 53 }) }).map(({ year, number }): Case => ({ schema: week, value: `${year}-W${String(number).padStart(2, '0')}`, seen: new Week(year, number) }))
const { any: cases } = fc.letrec<{ any: Case }>((tie) => ({
  any: fc.oneof({ depthSize: 'small' },
    weeks,
    weeks.map((one): Case => ({ ...one, schema: weekRef })),
    text.map((value): Case => ({ schema: { type: 'string' }, value, seen: value })),
    fc.constant<Case>({ schema: { type: 'integer' }, value: 7, seen: 7 }),
    fc.array(weeks, { maxLength: 3 }).map((list): Case => ({ schema: { type: 'array', items: week }, value: list.map(({ value }) => value), seen: list.map(({ seen: one }) => one) })),
    fc.dictionary(text, tie('any'), { maxKeys: 3 }).map((map): Case => ({ schema: { type: 'object', properties: partsOf(map, 'schema') }, value: partsOf(map, 'value'), seen: partsOf(map, 'seen') })),
    fc.tuple(fc.dictionary(text.map((name) => `a${name}`), tie('any'), { maxKeys: 2 }), fc.dictionary(text.map((name) => `b${name}`), tie('any'), { maxKeys: 2 })).map(([one, two]): Case => ({ schema: { allOf: [{ type: 'object', properties: partsOf(one, 'schema') }, { type: 'object', properties: partsOf(two, 'schema') }] }, value: { ...partsOf(one, 'value'), ...partsOf(two, 'value') }, seen: { ...partsOf(one, 'seen'), ...partsOf(two, 'seen') } })),
    weeks.map((one): Case => ({ ...one, schema: { anyOf: [{ type: 'integer' }, { type: 'object', properties: { a: week } }, weekRef] } })),
  ),
}))

function partsOf(map: Record<string, Case>, part: keyof Case): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([name, one]) => [name, one[part]]))
}

test('whatever the schema, a handler sees the values and the caller gets the texts back', async () => {
  await fc.assert(fc.asyncProperty(cases, async ({ schema, value, seen: expected }) => assert.deepEqual(await roundTrip(schema, value), expected)), { numRuns: 150 })
})
