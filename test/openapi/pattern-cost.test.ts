// Patterns that back-track: bounded at run time where V8 can, refused by klue check where it cannot.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { generate } from '../../src/openapi/index.ts'
import { isPlainPattern, isUnboundedPattern } from '../../src/openapi/compile/pattern-cost.ts'
import { isUnicodeNeutral } from '../../src/openapi/compile/unicode-neutral.ts'

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
    import { boundPatterns } from './src/runtime/api/linear-patterns.ts'
    boundPatterns()
    const text = 'a'.repeat(60) + '!'
    console.log(['^(a+)+$', '^([a-z0-9]+[-.]?)*$', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$'].map((pattern) => new RegExp(pattern).test(text)).join())
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=klue-source', '--import', 'tsx', '--input-type=module', '-e', script], { timeout: 50_000 })
  assert.equal(stdout.trim(), 'false,false,false,false')
})

test('a pattern is plain where nothing in it can be tried in many ways', () => {
  for (const pattern of ['^[a-z-]{3,20}$', '^\\d{4}-\\d\\d$', '^[A-Z]+$', 'abc', '^(?:on|off)$', '^\\w+:[0-9a-f]{8}$', '^[(+*]?x$', '^a?b?$', '.{1,3}$']) assert.equal(isPlainPattern(pattern), true, pattern)
  for (const pattern of ['[a-z]+$', '^a+b+$', '^(a+)+$', '^(ab){1,3}$', '^(a|a){9}$', '^a*|b$', 'a{0,30}b', '^a{0,40}b{0,40}$', '^a+b{0,30}$', '^(?=a)b$', '^(?!a)b$', '^(?<n>a)b$', '^(a)*$', '^a{3,}b*$', '^(a+)\\1$', '^(?<n>a+)\\k<n>$', '^(a{1,9})\\1$', '^a+b{5000}$', 'a{5000}b', '^a{0,99999}$', '^a{0,900}b{5000}$']) assert.equal(isPlainPattern(pattern), false, pattern)
})

test('only validators whose patterns are all plain say so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'klue-plain-'))
  const operation = (id: string, ...patterns: string[]): object => ({ operationId: id, parameters: patterns.map((pattern, index) => ({ name: `p${index}`, in: 'query', schema: { type: 'string', pattern } })), responses: { 200: { description: 'ok' } } })
  try {
    await mkdir(join(folder, 'apis'))
    await writeFile(join(folder, 'apis', 'a.json'), JSON.stringify({ openapi: '3.0.3', info: { title: 'a', version: '1' }, paths: { '/plain': { get: operation('plain', '^[a-z]+$', '^x{1,3}$') }, '/mixed': { get: operation('mixed', '^[a-z]+$', '(a|b)*$') }, '/none': { get: operation('none') } } }))
    await generate(folder)
    const code = (id: string): Promise<string> => readFile(join(folder, 'functions', 'gen', 'a', 'requests', `${id}.cjs`), 'utf8')
    const mark = '/* plain */'
    assert.deepEqual([(await code('plain')).startsWith(mark), (await code('mixed')).startsWith(mark), (await code('none')).startsWith(mark)], [true, false, false])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
