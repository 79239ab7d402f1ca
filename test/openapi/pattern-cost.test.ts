// Patterns that back-track: bounded at run time where V8 can, refused by klue check where it cannot.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { generate } from '../../src/openapi/index.ts'
import { boundedPattern } from '../../src/patterns/index.ts'
import { costOf, isPlainPattern, isUnboundedPattern } from '../../src/openapi/compile/pattern-cost.ts'
import { isUnicodeNeutral } from '../../src/patterns/index.ts'

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

// The text that jQuery Validation and FluentValidation had for addresses, and that many documents still hold.
const letters = '\\u00A0-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFEF'
const atom = `([a-z]|\\d|[!#\\$%&'\\*\\+\\-\\/=\\?\\^_\`{\\|}~]|[${letters}])`
const label = (first: string): string => `(([a-z]${first}|[${letters}])|(([a-z]${first}|[${letters}])([a-z]|\\d|-|\\.|_|~|[${letters}])*([a-z]${first}|[${letters}])))`
const address = `^((${atom}+(\\.${atom}+)*)|((\\x22)((((\\x20|\\x09)*(\\x0d\\x0a))?(\\x20|\\x09)+)?(([\\x01-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]|\\x21|[\\x23-\\x5b]|[\\x5d-\\x7e]|[${letters}])|(\\\\([\\x01-\\x09\\x0b\\x0c\\x0d-\\x7f]|[${letters}]))))*(((\\x20|\\x09)*(\\x0d\\x0a))?(\\x20|\\x09)+)?(\\x22)))@(${label('|\\d')}\\.)+${label('')}\\.?$`

test('the look at a pattern is bounded, and says what bounds the pattern', () => {
  const kinds: [pattern: string, kind: string][] = [
    ['^[a-z]{3,20}$', 'plain'], ['\\s+$', 'linear'], ['[a-z0-9]+@[a-z]+', 'linear'], [address, 'linear'], ['^[\\u00e4-\\ud7ff]+[-.]*$', 'linear'],
    ['^(?=.*\\d)(?=.*[a-z]).{8,}$', 'proven'], ['[a-z]{5}(?=x)', 'bounded'], ['^(?=[a-z])[a-z]{0,30}[a-z]{0,30}x$', 'bounded'], ['(?=.*\\d)[a-z]+$', 'endless'], ['^(a?){40}a{40}$', 'undecided'], ['^(?!x)(a+)+$', 'endless'],
    [`(?=x)${address}`, 'undecided'], [`^(?=x)${'(a|b)*'.repeat(1000)}$`, 'undecided'], ['^[\\u0000-\\uffff]{20}x*y*$', 'proven'],
  ]
  for (const [pattern, kind] of kinds) assert.equal(costOf(pattern).kind, kind, pattern.slice(0, 60))
  assert.equal(costOf(address), costOf(address), 'each text is looked at once')
})

test('a pattern means the same as the linear engine takes it', () => {
  const texts = ['ann@example.org', 'ännä@exämple.org', '"a b"@example.org', 'a..b@example.org', '@', '', '\u00e4', '\ud7ff-', '😀', 'a'.repeat(1200), `${'ä'.repeat(1200)}!`]
  for (const pattern of [address, '^[\\u00e4-\\ud7ff]+[-.]*$', '\\u0041+$', '[\\u005d]*', '^[\\u002d-\\u003f]+$']) {
    for (const text of texts) assert.equal(new RegExp(costOf(pattern).source, 'u').test(text), new RegExp(pattern, 'u').test(text), `${pattern.slice(0, 40)} on ${text.slice(0, 40)}`)
  }
})

test('what nothing bounds does not match longer texts than it can be tried on', () => {
  const { most } = costOf('[a-z]{5}(?=x)')
  assert.ok(most! > 1000 && most! <= 10_000, String(most))
  const pattern = boundedPattern('[a-z]{5}(?=x)', 'u', most)
  assert.deepEqual([pattern.test('abcdex'), pattern.test(`${'a'.repeat(most! - 1)}x`), pattern.test(`${'a'.repeat(most!)}x`)], [true, true, false])
})

test('half a megabyte that is tried from every character on is answered by every validator', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'klue-linear-'))
  try {
    const patterns = ['\\s+$', '[ab]+c', 'a+b+c', '(?:\\s)+$', '[a-z0-9]+@', address]
    const schemas = [...patterns.map((pattern) => ({ type: 'string', pattern })), { type: 'string', format: 'url' }, { type: 'object', propertyNames: { pattern: '\\s+$' }, patternProperties: { 'a+b+c': { type: 'integer' } } }]
    await mkdir(join(folder, 'apis'))
    await writeFile(join(folder, 'apis', 'a.json'), JSON.stringify({ openapi: '3.0.3', info: { title: 'a', version: '1' }, paths: { '/a': { post: { operationId: 'a', requestBody: { content: { 'application/json': { schema: { type: 'array', items: { anyOf: schemas } } } } }, responses: { 200: { description: 'ok' } } } } } }))
    await generate(folder)
    const script = `
      import { createRequire } from 'node:module'
      import { boundPatterns } from './src/runtime/api/linear-patterns.ts'
      boundPatterns()
      const check = createRequire(import.meta.url)(${JSON.stringify(join(folder, 'functions/gen/a/requests/a.cjs'))}).body['application/json']
      const texts = [' '.repeat(500_000) + 'x', 'a'.repeat(500_000), 'http://' + ':'.repeat(500_000)]
      console.log(texts.map((text) => [check([text]), check([{ [text]: 'x' }]), check(['  ']), check([text + '@'])].join()).join(';'))
    `
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=klue-source', '--import', 'tsx', '--input-type=module', '-e', script], { timeout: 110_000 })
    assert.equal(stdout.trim(), 'false,false,true,true;false,false,true,true;false,false,true,false')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
