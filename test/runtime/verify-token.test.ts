// Tokens are taken and refused exactly as jsonwebtoken takes and refuses them.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import jsonwebtoken from 'jsonwebtoken'
import { verifyToken } from '../../src/runtime/security/verify-token.ts'

const secret = 'a-secret-of-this-test-only'
const nowSeconds = 1_800_000_000
const leewaySeconds = 300

// What the pipeline made of jsonwebtoken: its payload where that is an object, or the kind of the refusal.
function oracle(token: string, key: string): unknown {
  try {
    const payload: unknown = jsonwebtoken.verify(token, key, { algorithms: ['HS256'], clockTolerance: leewaySeconds, clockTimestamp: nowSeconds })
    return typeof payload === 'object' && payload !== null ? { payload } : { fault: 'no-object' }
  } catch (error) {
    const { name } = error as Error
    return { fault: name === 'TokenExpiredError' ? 'expired' : name === 'NotBeforeError' ? 'not-before' : 'invalid' }
  }
}

function ours(token: string, key: string): unknown {
  const verdict = verifyToken(token, key, { nowSeconds, leewaySeconds })
  return verdict.fault === undefined ? { payload: verdict.payload } : { fault: verdict.fault }
}

function same(token: string, key: string = secret): boolean {
  assert.deepEqual(ours(token, key), oracle(token, key), token)
  return true
}

const encoded = (text: string): string => Buffer.from(text).toString('base64url')
const signed = (header: string, payload: string, { key = secret, digest = 'sha256' }: { key?: string; digest?: string } = {}): string => {
  const text = `${encoded(header)}.${encoded(payload)}`
  return `${text}.${createHmac(digest, key).update(text).digest('base64url')}`
}

const times = fc.oneof(fc.integer({ min: nowSeconds - 302, max: nowSeconds - 298 }), fc.integer({ min: nowSeconds + 298, max: nowSeconds + 302 }), fc.double(), fc.constantFrom<unknown>(0, -1, null, '', String(nowSeconds), true, [], {}, [nowSeconds], Infinity))
const payloads = fc.oneof(
  fc.record({ sub: fc.jsonValue(), exp: times, nbf: times, iat: times, aud: fc.jsonValue() }, { requiredKeys: [] }).map((claims) => JSON.stringify(claims)),
  fc.json(),
  fc.string(),
  fc.constantFrom('null', '5', '"x"', '[]', '{}', '{"__proto__":{"exp":1}}', '{"exp":1e400}', ' {"sub":"a"} ', '\uFEFF{}', ''),
)
const headers = fc.oneof(
  fc.record({ alg: fc.oneof(fc.constant<unknown>('HS256'), fc.constantFrom<unknown>('none', 'HS384', 'HS512', 'RS256', 'hs256', 'HS256 ', '', null, ['HS256'], 256)), typ: fc.constantFrom<unknown>('JWT', 'jwt', 'at+jwt', null, 1), crit: fc.constantFrom<unknown>(['b64'], ['exp'], [], 'x'), b64: fc.boolean(), kid: fc.string() }, { requiredKeys: ['alg'] }).map((header) => JSON.stringify(header)),
  fc.constantFrom('{"alg":"HS256","typ":"JWT"}', '{"alg":"HS256"}', 'null', '[]', '"HS256"', '0', '{"alg":"HS256","alg":"none"}', '{"alg":"none","alg":"HS256"}', '{"alg":"HS256","ü":"ü"}', '{'),
)

test('signed tokens of any header and payload', () => {
  fc.assert(fc.property(headers, payloads, fc.constantFrom('sha256', 'sha384', 'sha512', 'sha1'), (header, payload, digest) => same(signed(header, payload, { digest }))), { numRuns: 1500 })
})

test('good tokens with something changed in them', () => {
  const good = signed('{"alg":"HS256","typ":"JWT"}', JSON.stringify({ sub: 'ann', exp: nowSeconds + 60 }))
  assert.deepEqual(ours(good, secret), { payload: { sub: 'ann', exp: nowSeconds + 60 } })
  const characters = fc.constantFrom('A', '_', '-', '+', '/', '=', '.', ' ', '\n', '\0', 'é', '😀', '')
  fc.assert(fc.property(fc.nat(good.length), fc.nat(2), characters, (at, removed, inserted) => same(good.slice(0, at) + inserted + good.slice(at + removed))), { numRuns: 1500 })
})

test('other segments, other base64, other secrets', () => {
  const good = signed('{"alg":"HS256"}', '{"sub":"ann"}')
  const [header = '', payload = '', signature = ''] = good.split('.')
  const tokens = ['', '.', '..', '...', `${header}.${payload}`, `${header}.${payload}.`, `${header}.${payload}. `, `${good}.`, `${good}.${signature}`, `.${payload}.${signature}`, `${header}..${signature}`, ` ${good}`, `${good}\n`, `${good}=`, `${header}=.${payload}.${signature}`, `${header}.${payload}.${Buffer.from(signature, 'base64url').toString('base64')}`, `${header}.${payload}.${signature.slice(0, -1)}`, `${header}.${payload}.${signature.toUpperCase()}`]
  for (const token of tokens) same(token)
  // The last character of a signature holds bits that count for nothing once decoded.
  for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') same(`${header}.${payload}.${signature.slice(0, -1)}${last}`)
  for (const key of ['x', 'ü😀', ' ', `${secret} `, 'a'.repeat(200)]) {
    same(good, key)
    same(signed('{"alg":"HS256"}', '{"sub":"ann"}', { key }), key)
  }
})
