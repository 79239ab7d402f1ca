// Accept headers with weights, 406, and answers given piece by piece.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { reply } from '../../src/runtime/index.ts'
import { qualityOf } from '../../src/runtime/answer/negotiate.ts'
import { apiDocument, openApi, operation } from './service-fixture.ts'

const content = { 'application/json': {}, 'text/html': {}, 'text/plain': {} }
const document = apiDocument({ '/choice': { get: operation('choice', { responses: { 200: { description: '', content } } }) }, '/stream': { get: operation('stream', { responses: { 200: { description: '', content: { 'application/octet-stream': {}, 'text/csv': {} } } } }) } })
let calls = 0
let made: () => unknown = () => undefined
const { send } = await openApi(document, { handlers: { choice: () => ((calls += 1), '<p>'), stream: () => made() as object } }, { config: { response_limit_bytes: 2000 } })

test('the most exact range gives a type its weight', () => {
  const weights: [string | undefined, string, number][] = [[undefined, 'a/b', 1], ['', 'a/b', 1], ['*/*;q=0.1', 'a/b', 0.1], ['a/*;q=0.5, a/b;q=0', 'a/b', 0], ['A/B ; Q=0.3', 'a/b; charset=x', 0.3], ['x/y', 'a/b', 0], ['application/json', 'application/vnd.x+json', 1], ['a/b;level=1;q=nonsense', 'a/b', 1]]
  for (const [accept, media, quality] of weights) assert.equal(qualityOf(accept, media), quality, `${accept} ${media}`)
})

test('the type of the highest weight is answered', async () => {
  const typeFor = async (accept: string): Promise<string | undefined> => (await send('GET /choice', { headers: { accept } })).headers['content-type']
  assert.equal(await typeFor('text/plain;q=0.5, text/html;q=0.9'), 'text/html; charset=utf-8')
  assert.equal(await typeFor('text/*, text/html;q=0.2'), 'text/plain; charset=utf-8')
  assert.equal(await typeFor('*/*'), 'application/json')
})

test('where nothing fits, the handler is not called', async () => {
  const before = calls
  const { status, json } = await send('GET /choice', { headers: { accept: 'image/png, text/*;q=0' } })
  assert.deepEqual([status, json['error'], calls], [406, 'NOT_ACCEPTABLE', before])
})

test('streams are read to their end', async () => {
  async function* rows(): AsyncGenerator<string> {
    yield 'a,b\n'
    yield '1,2\n'
  }
  const answers: [() => unknown, string][] = [[rows, 'a,b\n1,2\n'], [() => reply(200, rows(), { headers: { 'content-type': 'text/csv' } }), 'a,b\n1,2\n'], [() => new Blob(['bytes']).stream(), 'bytes'], [() => Readable.from([Buffer.from('no'), 'de']), 'node']]
  for (const [make, text] of answers) {
    made = make
    assert.equal((await send('GET /stream')).text, text)
  }
})

test('a stream above the limit, of wrong pieces or that fails is an error', async () => {
  let ended = false
  made = async function* endless() {
    try {
      for (;;) yield 'x'.repeat(100)
    } finally {
      ended = true
    }
  }
  const large = await send('GET /stream')
  assert.deepEqual([large.status, large.json['error'], ended], [500, 'RESPONSE_TOO_LARGE', true])
  made = () => Readable.from([{ a: 1 }])
  assert.equal((await send('GET /stream')).json['error'], 'RESPONSE_INVALID')
  made = async function* broken() {
    yield 'a'
    throw new Error('gone')
  }
  assert.equal((await send('GET /stream')).json['error'], 'UNHANDLED_SERVER_ERROR')
})
