// What a task of an operation keeps of its request holds nothing that proves who called.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CompiledOperation, SecurityScheme } from '../../src/openapi/index.ts'
import { toStored } from '../../src/runtime/accept/to-stored.ts'

const parameters = [['header', 'X-Api-Key'], ['header', 'Authorization'], ['header', 'X-Mark'], ['query', 'key'], ['query', 'page'], ['cookie', 'session'], ['cookie', 'theme'], ['cookie', 'token']].map(([place, name]) => ({ in: place, name }))
const schemes = { a: { kind: 'apiKey', in: 'header', name: 'X-Api-Key' }, b: { kind: 'apiKey', in: 'query', name: 'key' }, c: { kind: 'apiKey', in: 'cookie', name: 'session' } } as unknown as Record<string, SecurityScheme>

test('keys and tokens are left out wherever they stand and however they are written, and the rest is kept', () => {
  const request = { method: 'POST', path: '/a', query: 'key=s1&page=2&%6Bey=s2', headers: { 'x-api-key': 's3', authorization: 'Bearer s4', 'x-mark': 'm', 'x-other': 'o', cookie: 'session=s5; theme=dark; token=s6' }, sourceIp: '', body: Buffer.from('{"a":1}') }
  const stored = toStored(request, { parameters } as unknown as CompiledOperation, schemes)
  assert.doesNotMatch(JSON.stringify(stored), /s[1-6]/)
  assert.deepEqual(stored, { method: 'POST', path: '/a', query: 'page=2', headers: { 'x-mark': 'm', cookie: 'theme=dark' }, body: { a: 1 } })
})
