// Fuzz of x-klue-idempotency: any value is taken as its page says, or refused with the place of what is wrong.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { checkApis, readApis } from '../../src/openapi/index.ts'
import { apiDocument, jsonBody, operation, parameter } from '../runtime/service-fixture.ts'

let root: string
before(() => {
  root = mkdtempSync(join(tmpdir(), 'klue-settings-'))
  mkdirSync(join(root, 'apis'))
})
after(() => rmSync(root, { recursive: true, force: true }))

/** The faults of a document whose operation has this value, by the part of the value that they name; '' is the whole. */
async function faultyParts(value: unknown): Promise<{ parts: string[]; messages: string[] }> {
  const own = operation('transfer', { 'x-klue-idempotency': value, security: [{ key: [] }], parameters: [parameter('header X-Account', { type: 'string' })], requestBody: jsonBody({ type: 'object', properties: { key: { type: 'string' } } }) })
  writeFileSync(join(root, 'apis', 'test.yaml'), JSON.stringify(apiDocument({ '/transfers': { post: own } }, { components: { securitySchemes: { key: { type: 'apiKey', name: 'X-Key', in: 'header' } } } }), null, 1))
  const faults = checkApis(await readApis(root))
  const place = '/paths/~1transfers/post/x-klue-idempotency'
  for (const { file, line, pointer, message } of faults) {
    assert.ok(file.endsWith('test.yaml') && typeof line === 'number' && line > 0, message)
    assert.ok(pointer === place || pointer?.startsWith(`${place}/`) === true, `${pointer} ${message}`)
    assert.doesNotMatch(message, /\n|undefined|\[object/)
  }
  const parts = faults.map(({ pointer }) => pointer!.slice(place.length + 1).replaceAll('~1', '/').replaceAll('~0', '~'))
  return { parts: [...new Set(parts)].sort(), messages: faults.map(({ message }) => message) }
}

const known = ['required', 'ttl', 'key', 'anonymous', 'on_unknown', 'headers']

// What the reference page says of each key, told once more.
function isRight(key: string, value: unknown): boolean {
  if (key === 'required' || key === 'anonymous') return typeof value === 'boolean'
  if (key === 'on_unknown') return value === 'take_over' || value === 'refuse'
  if (key === 'key') return value === 'header' || value === '/key'
  if (key === 'headers') return Array.isArray(value) && value.every((name) => typeof name === 'string' && name.toLowerCase() === 'x-account')
  if (key !== 'ttl') return false
  const [, count, unit] = typeof value === 'string' ? (/^(\d{1,9})([smhd])$/.exec(value) ?? []) : []
  const seconds = typeof value === 'number' ? value : count === undefined ? NaN : Number(count) * { s: 1, m: 60, h: 3600, d: 86_400 }[unit as 's' | 'm' | 'h' | 'd']
  return Number.isInteger(seconds) && seconds >= 60 && seconds <= 365 * 86_400
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 59, 60, 61.5, 31_536_000, 31_536_001, 1e308, '', ' ', 'header', 'Header', '/', '//', '/key', '/key/', '/nowhere', 'key', '#/key', '/a~2', '/__proto__', 'take_over', 'refuse', 'required', '1h', '0h', '-1h', '1h30m', '1 h', '٣h', '99999999999d', '366d', '365d', 'yes', [], {}, ['X-Account'], ['x-account', 'X-ACCOUNT'], ['X-Other'], [''], [null], 'x'.repeat(10_000)),
  fc.jsonValue({ maxDepth: 2 }),
)
const name = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: fc.constantFrom('ttl ', 'TTL', 'onUnknown', '__proto__', 'constructor', 'toString', 'a/b', '~', '$ref', '') }, { weight: 1, arbitrary: fc.string({ maxLength: 6 }) })

test('each key of a mapping is right or named as wrong, whatever the others are', async () => {
  await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.tuple(name, odd), { selector: ([key]) => key, maxLength: 6 }), async (pairs) => {
    // A reference of JSON is none of this extension's keys, and the reader of documents follows it.
    const entries = pairs.filter(([key]) => key !== '$ref')
    const value = JSON.parse(`{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${JSON.stringify(entry)}`).join()}}`) as Record<string, unknown>
    const { parts, messages } = await faultyParts(value)
    assert.deepEqual(parts, Object.keys(value).filter((key) => !isRight(key, value[key])).sort(), `${JSON.stringify(value).slice(0, 500)}\n${messages.join('\n').slice(0, 500)}`)
  }), { numRuns: 400 })
})

test('any other value is refused as a whole', async () => {
  const whole = odd.filter((value) => typeof value !== 'object' || value === null || Array.isArray(value))
  await fc.assert(fc.asyncProperty(whole, async (value) => {
    const { parts } = await faultyParts(value)
    assert.deepEqual(parts, value === 'required' || value === 'optional' ? [] : [''], JSON.stringify(value)?.slice(0, 200))
  }), { numRuns: 150 })
})
