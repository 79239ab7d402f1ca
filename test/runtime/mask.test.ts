// The masker: secrets by their names at any depth, tokens in texts, and bounds that hold against whoever writes the value.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type Masker, maskerOf } from '../../src/runtime/line/mask.ts'
import { testConfig } from './service-fixture.ts'

const stars = '********'
const { secretNames } = testConfig()
const mask = maskerOf(secretNames)

test('the acceptance anchor: secret names at any depth, with the defaults', () => {
  assert.deepEqual(mask.value([{ user: { password: '123', token: 'XXX' } }]), [{ user: { password: stars, token: stars } }])
  assert.deepEqual(mask.value({ UserPassword: 'a', Access_Token: 'b' }), { UserPassword: stars, Access_Token: stars })
})

test('leak 1: the whole subtree under a secret name', () => {
  assert.deepEqual(mask.value({ secret: ['a', 'b'], password: { inner: 'c' }, open: [{ pwd: { a: { b: 1 } } }] }), { secret: stars, password: stars, open: [{ pwd: stars }] })
})

test('leak 2: queries inside addresses', () => {
  assert.equal(mask.text('https://a.example/x?api_key=abc&q=1'), `https://a.example/x?api_key=${stars}&q=1`)
  assert.equal(mask.text('postgres://user:abc@host/db'), `postgres://${stars}@host/db`)
  assert.equal(mask.query('next=https%3A%2F%2Fa.example%2F%3Ftoken%3Dabc').includes('abc'), false)
})

test('leak 3: dashes are underscores, and _key is also key', () => {
  assert.deepEqual(mask.value({ 'X-Api-Key': 'a', 'x-auth-token': 'b', token: 'c', key: 'd', apiKey: 'e', APIKEY: 'f', privateKey: 'g' }), { 'X-Api-Key': stars, 'x-auth-token': stars, token: stars, key: stars, apiKey: stars, APIKEY: stars, privateKey: stars })
  assert.deepEqual(mask.value({ monkey: 'a', keyword: 'b', keyboard: 'c' }), { monkey: 'a', keyword: 'b', keyboard: 'c' })
})

test('leak 4: messages and stacks', () => {
  const error = new Error('login failed: password=abc for ann')
  assert.equal(mask.text(error.message), `login failed: password=${stars} for ann`)
  assert.doesNotMatch(JSON.stringify(mask.value(error)), /abc/)
  assert.doesNotMatch(JSON.stringify(mask.value({ err: new Error('x', { cause: new Error('Bearer abc.def') }) })), /abc/)
})

const texts: [string, string][] = [
  ['user=ann&password=abc&x=1', `user=ann&password=${stars}&x=1`],
  ['{"password":"ab\\"c","a":1}', `{"password":"${stars}","a":1}`],
  ['sent {"password":{"a":"abc","b":"abc"}}', `sent {"password":${stars}`],
  ['a \\"token\\": \\"abc\\"', `a \\"token\\": ${stars}`],
  ['Authorization: Basic YWJjOmFiYw==', `Authorization: ${stars}`],
  ['Cookie: a=abc; b=abc', `Cookie: ${stars}`],
  ['with Bearer abcdef', `with Bearer ${stars}`],
  ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc here', `got ${stars} here`],
  ['<password>abc</password>', `<password>${stars}</password>`],
  ["{'secret': 'abc'}", `{'secret': '${stars}'}`],
  ['user[password]=abc', `user[password]=${stars}`],
]
test('leak 5: texts that are no JSON: forms, tokens, headers, tags', () => {
  for (const [text, shown] of texts) assert.equal(mask.text(text), shown)
})

test('sentences about secrets, and places in sources, stay readable', () => {
  for (const text of ['the token is expired', 'password: must be longer', 'at read (/var/task/secrets.ts:58:15)', 'keyword=blue monkey=2', 'GET /keys/7']) assert.equal(mask.text(text), text)
})

test('what is no secret by itself stays: true, 0, nothing', () => {
  assert.deepEqual(mask.value({ password: true, token: 0, secret: '', key: null }), { password: true, token: 0, secret: '', key: null })
})

test('pairs, maps, headers and JSON in texts are looked into', () => {
  assert.deepEqual(mask.value([['password', 'abc']]), [['password', stars]])
  assert.deepEqual(mask.value([{ name: 'api-key', value: 'abc' }, { key: 'colour', value: 'red' }]), [{ name: 'api-key', value: stars }, { key: stars, value: 'red' }])
  assert.deepEqual(mask.value({ map: new Map([['token', 'abc']]), set: new Set(['a']), headers: new Headers({ cookie: 'abc' }), form: new URLSearchParams('pwd=abc') }), { map: { token: stars }, set: ['a'], headers: { cookie: stars }, form: { pwd: stars } })
  assert.deepEqual(mask.value({ body: '{"password":{"a":"abc"}}' }), { body: `{"password":"${stars}"}` })
})

test('queries keep what they asked', () => {
  assert.equal(mask.query('limit=20&q=a%20b&token=abc'), `limit=20&q=a%20b&token=${stars}`)
  assert.equal(mask.query('user%5Bpassword%5D=abc&flag'), `user%5Bpassword%5D=${stars}&flag`)
  assert.equal(mask.query(''), '')
})

test('values that cannot be printed, run in circles or have no end lose only themselves', () => {
  const circle: Record<string, unknown> = { a: 1 }
  circle['self'] = circle
  let deep: unknown = 1
  for (let level = 0; level < 100; level += 1) deep = { deep }
  const bad = { get broken(): never { throw new Error('no') } }
  assert.deepEqual(mask.value({ circle, bad, big: 5n, bytes: new Uint8Array(3), not: Number.NaN, when: new Date(0), call: () => 1, ok: 1 }), { circle: { a: 1, self: '…' }, bad: '<unprintable>', big: '5', bytes: '<3 bytes>', not: 'NaN', when: '1970-01-01T00:00:00.000Z', ok: 1 })
  assert.ok(JSON.stringify(mask.value(deep)).length < 200)
  assert.ok(JSON.stringify(mask.value(Array.from({ length: 1e5 }, (_, index) => index))).length < 3000)
  assert.ok(JSON.stringify(mask.value({ text: 'x'.repeat(1e6) }, { left: 1000 })).length < 1100)
})

test('what may be a token is looked at once, and nothing behind it is lost', () => {
  const cases: [string, string][] = [
    ['eyJaaaa.bbbb.cccc', stars],
    ['xeyJaaaa.b', `x${stars}`],
    ['eyJa.eyJbbbb.cccc.dddd end', `eyJa.${stars} end`],
    ['eyJaaaa..eyJbbbb.c', `eyJaaaa..${stars}`],
    ['eyJaaaa. eyJbbbb', 'eyJaaaa. eyJbbbb'],
    ['eyJeyJeyJ', 'eyJeyJeyJ'],
    ['eyJeyJeyJ.a', stars],
    ['eyJ.Bearer abc', `eyJ.Bearer ${stars}`],
    ['eyJaaaa.bbbb?token=abc', `${stars}?token=${stars}`],
    ['EYJaaaa.bbbb', stars],
  ]
  for (const [text, shown] of cases) assert.equal(mask.text(text), shown, text)
})

const planted = fc.stringMatching(/^Zq[a-zA-Z0-9]{14}$/)
const secretKey = fc.tuple(fc.constantFrom(...secretNames), fc.constantFrom('', 'my_', 'X-', 'user'), fc.constantFrom('', '_2', 's'), fc.boolean()).map(([name, before, after, upper]) => {
  const whole = `${before}${name}${name.startsWith('_') ? '' : after}`
  return upper ? whole.toUpperCase() : whole
}).filter((name) => mask.isSecret(name))
const places: ((mask: Masker, key: string, secret: string) => unknown)[] = [
  ({ value }, key, secret) => value({ a: [{ b: { [key]: secret } }] }),
  ({ value }, key, secret) => value({ [key]: { c: [secret, { d: secret }] } }),
  ({ value }, key, secret) => value(JSON.stringify({ a: { [key]: [secret] } })),
  ({ value }, key, secret) => value([[key, secret]]),
  ({ text }, key, secret) => text(`it was ${key}=${secret} then`),
  ({ text }, key, secret) => text(`it was ${JSON.stringify({ [key]: secret, a: { [key]: { b: secret } } })}`),
  ({ text }, key, secret) => text(JSON.stringify(JSON.stringify({ [key]: secret }))),
  ({ text }, key, secret) => text(`${key}: "${secret}"`),
  ({ text }, _key, secret) => text(`x Bearer ${secret} and eyJ${secret}.${secret}.${secret}`),
  ({ query }, key, secret) => query(`a=1&${encodeURIComponent(key)}=${secret}&b=2`),
  ({ query }, key, secret) => query(`f=${encodeURIComponent(JSON.stringify({ [key]: { x: secret } }))}`),
  ({ query }, key, secret) => query(`u=${encodeURIComponent(`https://a.example/?${key}=${secret}`)}`),
]
test('a planted secret is found wherever it stands', () => {
  fc.assert(fc.property(secretKey, planted, fc.constantFrom(...places.keys()), (key, secret, place) => {
    const shown = JSON.stringify(places[place]!(mask, key, secret))
    assert.ok(!shown.includes(secret), `place ${place}, key ${key}: ${shown}`)
  }), { numRuns: 3000 })
})
