// Patterns that back-track: bounded at run time where V8 can, refused by klue check where it cannot.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { isUnboundedPattern } from '../../src/spec/pattern-cost.ts'
import { isUnicodeNeutral } from '../../src/spec/unicode-neutral.ts'

test('patterns that need Unicode mode are told from those that do not', () => {
  for (const pattern of ['^[a-z]+$', '^.*$', '^[^/]+/.+$', '^(a+)+$', '\\.', '[.]', '^\\d{4}-\\d{2}$', 'ä', '^\\S+$']) assert.equal(isUnicodeNeutral(pattern), true, pattern)
  for (const pattern of ['^.$', '^.{1,3}$', '^[^a]$', '\\p{L}', '\\u{1F600}', '😀', '^\\S$', '[\\S]', '(.)*', '\\u00e4']) assert.equal(isUnicodeNeutral(pattern), false, pattern)
})

test('a pattern without Unicode mode matches what it matches with it', () => {
  const texts = ['', 'a', 'ab', '😀', 'a😀', '😀/😀', 'x/y', 'ä', '2030-01']
  for (const pattern of ['^[a-z]+$', '^.*$', '^[^/]+/.+$', '^\\S+$', '^\\d{4}-\\d{2}$', '^[^b]*$']) {
    assert.equal(isUnicodeNeutral(pattern), true)
    for (const text of texts) assert.equal(new RegExp(pattern).test(text), new RegExp(pattern, 'u').test(text), `${pattern} on ${text}`)
  }
})

test('only what the linear engine cannot take and can back-track without end is refused', () => {
  for (const pattern of ['^(a+)+$', '^a*a*a*$', '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$', '^(?=.*x)[a-z]{3,8}$', '^.{1,3}$']) assert.equal(isUnboundedPattern(pattern), false, pattern)
  for (const pattern of ['^(?!x)(a+)+$', '^(a+)+\\1$', '^(\\p{L}+)+$', '^(.+)+.$']) assert.equal(isUnboundedPattern(pattern), true, pattern)
})

test('a text that would take years is answered', { timeout: 60_000 }, async () => {
  const script = `
    import { boundPatterns } from './src/runtime/linear-patterns.ts'
    boundPatterns()
    const text = 'a'.repeat(60) + '!'
    console.log(['^(a+)+$', '^([a-z0-9]+[-.]?)*$', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$'].map((pattern) => new RegExp(pattern).test(text)).join())
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=klue-source', '--import', 'tsx', '--input-type=module', '-e', script], { timeout: 50_000 })
  assert.equal(stdout.trim(), 'false,false,false,false')
})
