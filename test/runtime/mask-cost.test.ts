// The masker costs in proportion to its text, whatever a stranger repeats in it: counted in steps of its patterns, not in time.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { addContent } from '../../src/runtime/line/log-content.ts'
import { riskyPattern } from '../../src/runtime/line/make-record.ts'
import { maskerOf } from '../../src/runtime/line/mask.ts'
import { countSteps } from './counted-matching.ts'
import { testConfig } from './service-fixture.ts'

const config = testConfig({ log_data_level: 'info', log_headers_level: 'info' })
const mask = maskerOf(config.secretNames)
// Also with a name of a secret that has gaps of any width.
const risky = riskyPattern([...config.secretNames, 'a________________b'])

const ways: Record<string, (text: string) => unknown> = {
  risk: (text) => risky.test(text.replace('password=', '')),
  text: (text) => mask.text(text, 16_384),
  query: (text) => mask.query(text),
  value: (text) => mask.value([{ a: text }, { [text]: 1 }]),
  tags: (text) => addContent({ level: 'info' } as never, { request: { headers: { 'content-type': 'text/xml' }, body: Buffer.from(text) }, response: { status: 200, headers: {}, cookies: [], body: '' }, config, mask } as never),
}

// Of a word and of an attribute of a tag some places are looked at again, up to 60 and 200 characters on; nothing may look further.
const stepsPerCharacter = 200

function assertLinear(name: string, make: (length: number) => string, some: string[] = Object.keys(ways)): void {
  for (const way of some) {
    const [half, whole] = [800, 1600].map((length) => countSteps(() => ways[way]!(make(length))).steps) as [number, number]
    assert.ok(whole <= 2.5 * half + 3000, `${way} of ${name}: ${half} steps for 800 characters, ${whole} for 1,600`)
    assert.ok(whole <= 1600 * stepsPerCharacter, `${way} of ${name}: ${whole} steps for 1,600 characters`)
  }
}

// With a secret in front, so that all of it is always looked at closely.
const repeated = (piece: string, after: string = '') => (length: number): string => `password=x ${piece.repeat(Math.ceil(length / piece.length)).slice(0, length)}${after}`

const pieces = [
  'eyJ', 'eyJa', 'eyJaaaa', 'eyJaaaa.', 'eyJ.', 'EYJ-', 'Bearer ', 'Bearer\t\t', 'basic a ', 'Bearer  ==', 'BasicBearer ',
  '/', '//', '//:', '//a', '//a:', '//a:b', '//@', ':', '@', '//a:b@',
  'password', 'password{', 'password=', 'password="', "password='", 'password\\"', 'password ', 'password >', 'password <', 'password]', 'password%5B', 'password: ', 'password =>', 'password=a ', 'password=a.ts:', 'passwordaaaaaaaaa',
  'key', 'key-', 'key=', 'key:{', 'monkey=', 'monkey:{', 'keyword=', 'a.', 'a', '-', '_', '.', ' ', '\t', '\n', '\\', '"', '\\"', "'", '{', '[', ']', '<', '>', '<a', '<a ', '<token>', '<token ', '</', '%', '%5', '%5D', 'A', '5', '=', '&', '&a=', '+',
  'cookie:', 'cookie:  ', 'cookie = ', 'cookie"', 'authorization', 'authorization: ', '{"password":', '{"a":', '[1,', '"\\u0000',
]

test('one repeated piece', () => {
  for (const piece of pieces) assertLinear(JSON.stringify(piece), repeated(piece))
})

test('one repeated piece with something at its end that all of it waits for', () => {
  for (const piece of pieces) for (const after of ['.x', '@', '>', '=x']) assertLinear(`${JSON.stringify(piece)} before ${JSON.stringify(after)}`, repeated(piece, after), ['text'])
})

test('any mixture of pieces, repeated', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 2, maxLength: 5 }), fc.constantFrom('', '.x', '@', '>'), (mixed, after) => assertLinear(JSON.stringify(mixed), repeated(mixed.join(''), after), ['text'])), { numRuns: 100 })
})

test('the counting finds what is not linear', () => {
  const quadratic = (text: string): string => text.replaceAll(/eyJ[\w-]{4,}\.[\w-]+/gi, '')
  const [half, whole] = [900, 1800].map((length) => countSteps(() => quadratic('eyJ'.repeat(length / 3))).steps) as [number, number]
  assert.ok(whole > 3.5 * half && whole > 1800 * stepsPerCharacter, `${half} and ${whole} steps`)
})
