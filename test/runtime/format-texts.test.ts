// Custom formats in headers of answers and in bodies that are one text.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineFormats, type Format, reply } from '../../src/runtime/index.ts'
import { apiDocument, type LooseHandlers, openApi, operation } from './service-fixture.ts'

class Week {
  readonly number: number

  constructor(number: number) {
    this.number = number
  }
}

const format: Format<Week> = {
  parse(text) {
    if (!/^W\d+$/.test(text)) throw new Error('must be a week such as W7')
    return new Week(Number(text.slice(1)))
  },
  print(value) {
    if (!(value instanceof Week)) throw new Error('must be a Week')
    return `W${value.number}`
  },
}
const formats = defineFormats({ week: format }) as never
const week = { type: 'string', format: 'week', maxLength: 3 }
const weekRef = { $ref: '#/components/schemas/Week' }
const more = { 'x-klue-formats': ['week'], components: { schemas: { Week: week }, headers: { Next: { schema: weekRef } } } }
const text = { 'text/plain': { schema: week } }

let given: unknown
let seen: unknown
const handlers: LooseHandlers = { give: ({ body }) => ((seen = body), given) }

test('values of declared headers are printed, and the response check sees the texts', async () => {
  const headers = { 'X-Week': { required: true, schema: week }, 'X-Next': { $ref: '#/components/headers/Next' }, 'X-Weeks': { schema: { type: 'array', items: week } }, 'X-Count': { schema: { type: 'integer' } } }
  const { send, log } = await openApi(apiDocument({ '/a': { get: operation('give', { responses: { 200: { description: '', headers }, '4XX': { description: '', headers } } }) } }, more), { handlers, formats }, { config: { response_check: 'fail' } })
  const ask = async (value: unknown): Promise<unknown> => {
    given = value
    const { status, headers: answered, text: body } = await send('GET /a')
    if (status === 500) return [(JSON.parse(body) as { error: string }).error, ((JSON.parse(body) as { errors?: { pointer: string }[] }).errors ?? []).map(({ pointer }) => pointer)]
    return { status, ...Object.fromEntries(Object.entries(answered).filter(([name]) => name.startsWith('x-'))) }
  }
  const w7 = new Week(7)
  const kept = Object.freeze({ 'X-Week': w7, 'x-next': new Week(8), 'x-weeks': [w7, new Week(9)], 'x-count': '5', 'x-other': 'o' })
  assert.deepEqual(await ask(reply(200, undefined, { headers: kept })), { status: 200, 'x-week': 'W7', 'x-next': 'W8', 'x-weeks': 'W7,W9', 'x-count': '5', 'x-other': 'o' })
  assert.deepEqual(await ask(reply(404, undefined, { headers: { 'x-week': w7, 'x-next': undefined } })), { status: 404, 'x-week': 'W7' })
  assert.deepEqual(await ask(reply(200, undefined, { headers: { 'x-week': new Week(123) } })), ['RESPONSE_INVALID', ['/headers/x-week']])
  assert.deepEqual(await ask(reply(200, undefined, { headers: { 'x-week': 'W7' } })), ['RESPONSE_INVALID', ['/headers/x-week']])
  assert.deepEqual(await ask(reply(200, undefined, { headers: { 'x-week': w7, 'x-count': w7 } })), ['RESPONSE_INVALID', []])
  assert.equal(kept['X-Week'], w7)
  const failure = { error: 'GONE', error_description: 'It is gone', status: 410 }
  assert.deepEqual(await ask(reply(410, failure, { headers: { 'x-week': w7 } })), { status: 410, 'x-week': 'W7' })
  assert.equal(log.length > 0, true)
})

test('a body of text arrives as the value of its format, and goes out as its text', async () => {
  const responses = { 200: { description: '', content: text } }
  const { send } = await openApi(apiDocument({ '/a': { post: operation('give', { requestBody: { required: true, content: { 'text/*': { schema: weekRef } } }, responses }) } }, more), { handlers, formats }, { config: { response_check: 'fail' } })
  const ask = async (body: string, type: string = 'text/plain'): Promise<unknown[]> => {
    const { status, text: answered, headers } = await send('POST /a', { headers: { 'content-type': type }, body })
    return [status, status === 200 ? answered : (JSON.parse(answered) as { errors: unknown }).errors, headers['content-type']!.split(';', 1)[0]]
  }
  given = new Week(8)
  assert.deepEqual(await ask('W7'), [200, 'W8', 'text/plain'])
  assert.deepEqual(seen, new Week(7))
  assert.deepEqual(await ask('W6', 'text/calendar; charset=latin1'), [200, 'W8', 'text/plain'])
  assert.deepEqual(seen, new Week(6))
  given = reply(200, new Week(9), { headers: { 'content-type': 'text/plain; charset=utf-8' } })
  assert.deepEqual(await ask('W7'), [200, 'W9', 'text/plain'])
  assert.deepEqual(await ask('x'), [400, [{ pointer: '/body', message: 'must be a week such as W7' }], 'application/json'])
  assert.deepEqual(((await ask('W700'))[1] as { pointer: string }[]).map(({ pointer }) => pointer), ['/body'])
  given = 'no week'
  assert.deepEqual(await ask('W7'), [500, [{ pointer: '/body', message: 'must be a Week' }], 'application/json'])
})

test('beside JSON a value of a class is a text where the caller likes that best, and a plain object is JSON', async () => {
  const content = { ...text, 'application/json': { schema: { anyOf: [week, { type: 'object', properties: { at: week } }] } } }
  const { send } = await openApi(apiDocument({ '/a': { get: operation('give', { responses: { 200: { description: '', content } } }) } }, more), { handlers, formats })
  const ask = async (value: unknown, accept?: string): Promise<string> => ((given = value), (await send('GET /a', { headers: accept === undefined ? {} : { accept } })).text)
  assert.equal(await ask(new Week(7)), 'W7')
  assert.equal(await ask(new Week(7), 'application/json'), '"W7"')
  assert.equal(await ask({ at: new Week(7) }), '{"at":"W7"}')
})

test('without a registered format, or where the document does not name it, texts stay texts', async () => {
  const responses = { 200: { description: '', headers: { 'X-Week': { schema: week } }, content: text } }
  const paths = { '/a': { post: operation('give', { requestBody: { content: text }, responses }) } }
  for (const [document, options] of [[apiDocument(paths, more), { handlers }], [apiDocument({ ...paths, '/b': { get: operation('other', { parameters: [{ in: 'query', name: 'w', schema: { type: 'string', format: 'other' } }] }) } }, { 'x-klue-formats': ['other'] }), { handlers: { ...handlers, other: () => ({}) }, formats: defineFormats({ other: format }) as never }]] as const) {
    given = reply(200, 'W7', { headers: { 'x-week': 'W8' } })
    const { send } = await openApi(document, options)
    const { headers, text: body } = await send('POST /a', { headers: { 'content-type': 'text/plain' }, body: 'any' })
    assert.deepEqual([headers['x-week'], body, seen], ['W8', 'W7', 'any'])
  }
})
