// Fuzz of idempotency keys: whatever lies where a key should be, a request runs once, is refused in the one error shape, or needs no key.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { type KeyTable, openKeyTable } from '../runtime/idempotent-service.ts'
import { apiDocument, type Answer, jsonBody, type LooseHandlers, openApi, type Opened, operation } from '../runtime/service-fixture.ts'

// Declared texts beside which anything else is valid too: the key itself is what refuses it.
const text = { type: 'string' }
const body = (properties: Record<string, unknown>): Record<string, unknown> => ({ security: [{ key: [] }], requestBody: jsonBody({ type: 'object', anyOf: [{ properties }, {}] }) })
const document = apiDocument({
  '/header': { post: operation('header', { 'x-klue-idempotency': 'required', ...body({}) }) },
  '/maybe': { post: operation('maybe', { 'x-klue-idempotency': 'optional', ...body({}) }) },
  '/flat': { post: operation('flat', { 'x-klue-idempotency': { key: '/key' }, ...body({ key: text }) }) },
  '/deep': { post: operation('deep', { 'x-klue-idempotency': { key: '/a~1b/~0/key', required: false }, ...body({ 'a/b': { properties: { '~': { properties: { key: text } } } } }) }) },
  '/constructor': { post: operation('inherited', { 'x-klue-idempotency': { key: '/constructor/name' }, ...body(JSON.parse('{"constructor":{"properties":{"name":{"type":"string"}}}}') as Record<string, unknown>) }) },
}, { components: { securitySchemes: { key: { type: 'apiKey', name: 'X-Key', in: 'header' } } } })

let table: KeyTable
let service: Opened
let runs = 0
before(async () => {
  table = await openKeyTable()
  const handler = (): unknown => ({ run: (runs += 1) })
  const handlers = Object.fromEntries(['header', 'maybe', 'flat', 'deep', 'inherited'].map((id) => [id, handler])) as LooseHandlers
  service = await openApi(document, { handlers, security: { key: (shown) => (shown.kind === 'apiKey' ? { id: shown.key } : false) } }, { database: () => table.database, now: () => table.now.ms })
})
after(() => table.close())

// Each round of a property is another caller: no key of one round means anything in the next.
let callers = 0
const newCaller = (): string => `caller-${(callers += 1)}`

function send(path: string, { caller, key, text = '{}' }: { caller: string; key?: string | undefined; text?: string | undefined }): Promise<Answer> {
  service.log.length = 0
  return service.send(`POST ${path}`, { headers: { 'x-key': caller, 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) }, body: text })
}

/** What a request with a key of this worth must come to, the first time and the second. */
async function assertOnce(path: string, expected: 'once' | 'invalid' | 'missing' | 'free', sent: { key?: string; text?: string }): Promise<void> {
  const caller = newCaller()
  const from = runs
  const [first, second] = [await send(path, { caller, ...sent }), await send(path, { caller, ...sent })]
  const shown = `${path} ${JSON.stringify(sent).slice(0, 200)}: ${first.status} ${first.text.slice(0, 200)}`
  if (expected === 'once' || expected === 'free') {
    assert.deepEqual([first.status, second.status, runs - from], [200, 200, expected === 'once' ? 1 : 2], shown)
    assert.deepEqual([second.headers['idempotent-replayed'], second.text === first.text], expected === 'once' ? ['true', true] : [undefined, false], shown)
    return
  }
  const code = `IDEMPOTENCY_KEY_${expected.toUpperCase()}`
  assert.deepEqual([first.status, first.json['error'], second.json['error'], runs - from], [400, code, code, 0], shown)
  // A refusal says where the key belongs, never what lay there.
  assert.ok(first.text.length < 700, shown)
}

const visible = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)), minLength: 1, maxLength: 300 })
const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 300 })
const odd = fc.constantFrom('', '"', '""', '"\\"', '"\\\\"', '\\', '"a', 'a"', '"a"b', '"a", "b"', '__proto__', 'constructor', 'null', 'undefined', '\0', 'a\0b', 'a\r\nb', '\ud800', 'ü', '😀', 'x'.repeat(255), 'x'.repeat(256), `"${'x'.repeat(255)}"`, `"${'\\"'.repeat(255)}"`, 'x'.repeat(100_000))

// The grammar by itself: a key is 1 to 255 visible characters; in the header its quoted form says the same.
const isVisible = (text: string): boolean => text.length > 0 && text.length <= 255 && [...text].every((character) => character >= '!' && character <= '~')
function plainKey(sent: string): string | undefined {
  if (!sent.startsWith('"')) return sent
  let plain = ''
  for (let place = 1; place < sent.length; place += 1) {
    if (sent[place] === '"') return place === sent.length - 1 ? plain : undefined
    if (sent[place] === '\\' && !['"', '\\'].includes(sent[(place += 1)] ?? '')) return undefined
    plain += sent[place]
  }
  return undefined
}

test('any bytes in the header: a key, or 400', async () => {
  await fc.assert(fc.asyncProperty(fc.oneof(visible, bytes, odd, visible.map((text) => `"${text}"`)), fc.constantFrom('/header', '/maybe'), async (key, path) => {
    const plain = plainKey(key.trim())
    await assertOnce(path, plain !== undefined && isVisible(plain) ? 'once' : 'invalid', { key })
  }), { numRuns: 400 })
  await assertOnce('/header', 'missing', {})
  await assertOnce('/maybe', 'free', {})
})

test('a key is the same bare and in quotes, and no two keys are', async () => {
  const key = visible.filter((text) => text.length <= 255)
  await fc.assert(fc.asyncProperty(key, key, async (one, other) => {
    const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`
    const caller = newCaller()
    const first = await send('/header', { caller, key: quoted(one) })
    const again = await send('/header', { caller, key: one.startsWith('"') ? quoted(one) : ` ${one}\t` })
    assert.deepEqual([first.status, again.headers['idempotent-replayed'], again.text], [200, 'true', first.text], one)
    assert.equal((await send('/header', { caller, key: quoted(other) })).headers['idempotent-replayed'], one === other ? 'true' : undefined, `${one} ${other}`)
  }), { numRuns: 150 })
})

const anyValue = fc.oneof(visible, bytes, odd, fc.constantFrom<unknown>(null, true, false, 0, 1e308, [], {}, ['key'], { key: 'x' }, { toString: 1 }, 'x'.repeat(5000), Array(2000).fill('x')), fc.jsonValue({ maxDepth: 4 }))

test('anything at the pointer into the body: a key, or 400; nothing there is no key', async () => {
  const worth = (value: unknown, required: boolean): 'once' | 'invalid' | 'missing' | 'free' => (value === null || value === undefined ? (required ? 'missing' : 'free') : typeof value === 'string' && isVisible(value) ? 'once' : 'invalid')
  await fc.assert(fc.asyncProperty(fc.option(anyValue, { nil: undefined, freq: 10 }), async (value) => {
    const sent = value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown)
    await assertOnce('/flat', worth(sent, true), { text: JSON.stringify({ key: sent }), key: 'of-the-header' })
    await assertOnce('/deep', worth(sent, false), { text: JSON.stringify({ 'a/b': { '~': { key: sent } } }) })
  }), { numRuns: 250 })
})

test('any way to the pointer: lists, texts, numbers and inherited members lead to no key', async () => {
  const way = fc.oneof(fc.constantFrom<unknown>({}, { 'a/b': null }, { 'a/b': [] }, { 'a/b': 'text' }, { 'a/b': { '~': [] } }, { 'a/b': { '~': 'text' } }, { 'a/b': { '~': [{ key: 'k' }] } }, { a: { b: { '~': { key: 'k' } } } }, { 'a~1b': { '~0': { key: 'k' } } }), fc.dictionary(fc.constantFrom('a/b', 'a', '~', 'key', 'length'), fc.jsonValue({ maxDepth: 2 })))
  await fc.assert(fc.asyncProperty(way, (value) => {
    const found = ((value as Record<string, Record<string, Record<string, unknown>> | null>)['a/b']?.['~'] as Record<string, unknown> | null | undefined)?.['key']
    return found === undefined ? assertOnce('/deep', 'free', { text: JSON.stringify(value) }) : Promise.resolve()
  }), { numRuns: 150 })
  for (const text of ['{"__proto__":{"key":"k","a/b":{"~":{"key":"k"}}}}', '{"a/b":{"__proto__":{"~":{"key":"k"}}}}', '{"a/b":{"~":{"__proto__":{"key":"k"}}}}']) await assertOnce('/deep', 'free', { text })
  await assertOnce('/flat', 'missing', { text: '{"__proto__":{"key":"k"}}' })
  // Every object inherits a constructor that has a name; a key is only what was sent.
  await assertOnce('/constructor', 'missing', { text: '{}' })
  await assertOnce('/constructor', 'once', { text: '{"constructor":{"name":"k"}}' })
  assert.deepEqual(Object.keys(Object.prototype), [])
})

/** Another text of the same JSON value: other order of keys, blanks, escapes and forms of numbers. */
function respelled(value: unknown): string {
  if (typeof value === 'string') return `"${[...Array(value.length).keys()].map((place) => `\\u${value.charCodeAt(place).toString(16).padStart(4, '0')}`).join('')}"`
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${Object.is(value, -0) ? '-0' : value}.0e0` : JSON.stringify(value)
  if (Array.isArray(value)) return `[ ${value.map(respelled).join(' ,\n')} ]`
  if (typeof value === 'object' && value !== null) return `{\t${Object.keys(value).reverse().map((key) => `${respelled(key)} : ${respelled((value as Record<string, unknown>)[key])}`).join(' , ')} }`
  return JSON.stringify(value)
}

test('the same request in another spelling is replayed, another one is 422', async () => {
  const record = fc.dictionary(fc.string({ maxLength: 8 }).filter((name) => name !== 'key'), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 5 })
  await fc.assert(fc.asyncProperty(record, record, async (one, other) => {
    const caller = newCaller()
    const plain = (value: Record<string, unknown>): Record<string, unknown> => JSON.parse(JSON.stringify(value)) as Record<string, unknown>
    const [first, second] = [{ ...plain(one), key: 'k' }, { ...plain(other), key: 'k' }]
    const answer = await send('/flat', { caller, text: JSON.stringify(first) })
    assert.equal(answer.status, 200, answer.text)
    const again = await send('/flat', { caller, text: respelled(first) })
    assert.deepEqual([again.status, again.headers['idempotent-replayed'], again.text], [200, 'true', answer.text], `${JSON.stringify(first)} ${respelled(first)}`)
    const isSame = isEqual(first, second)
    const third = await send('/flat', { caller, text: JSON.stringify(second) })
    assert.deepEqual([third.status, third.json['error']], isSame ? [200, undefined] : [422, 'IDEMPOTENCY_KEY_REUSED'], `${JSON.stringify(first)} ${JSON.stringify(second)}`)
  }), { numRuns: 150 })
})

function isEqual(one: unknown, other: unknown): boolean {
  try {
    assert.deepEqual(one, other)
    return true
  } catch {
    return false
  }
}
