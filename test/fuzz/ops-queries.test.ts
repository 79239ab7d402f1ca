// Fuzz of what callers of the ops API write: globs, filters and settings never hang, crash or reach a prototype.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isHttpError } from '../../src/errors/index.ts'
import { chooseColumns, chooseSortKeys } from '../../src/ops/format/cat-columns.ts'
import { filterPaths, readPathFilter } from '../../src/ops/format/filter-path.ts'
import { flatten } from '../../src/ops/format/flat-settings.ts'
import { globTest } from '../../src/ops/format/glob.ts'
import { readCat, readCommon } from '../../src/ops/format/read-query.ts'

const globText = fc.string({ unit: fc.constantFrom('*', '?', '[', ']', '!', '-', 'a', 'b', 'c'), maxLength: 12 })

/** The same glob as a regular expression, for texts that are short enough for one. */
function asRegExp(glob: string): RegExp {
  const source = glob.replace(/\[(!?)(.[^\]]*)\]|[\s\S]/g, (piece, not: string | undefined, inside: string | undefined) => {
    if (inside !== undefined) return `[${not === '!' ? '^' : ''}${inside.replaceAll(/[\\\]^[]/g, '\\$&').replaceAll(/^-|-$/g, '\\-')}]`
    return piece === '*' ? '[\\s\\S]*' : piece === '?' ? '[\\s\\S]' : piece.replaceAll(/[\\\]^$.*+?()[{}|-]/g, '\\$&')
  })
  return new RegExp(`^${source}$`)
}

test('a glob of stars, marks and letters is what its regular expression is', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('*', '?', 'a', 'b', '[ab]', '[!a]', '[a-b]'), maxLength: 8 }), fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 10 }), (glob, text) => {
    assert.equal(globTest(glob)(text), asRegExp(glob).test(text), `${glob} ${text}`)
  }), { numRuns: 3000 })
})

test('any glob ends, also with twenty stars before what is not there', () => {
  fc.assert(fc.property(globText, fc.string({ maxLength: 50 }), (glob, text) => typeof globTest(glob)(text) === 'boolean'))
  assert.equal(globTest('*a'.repeat(1000) + 'b')('a'.repeat(2000)), false)
})

// Either a value or the refusal of a caller.
function orRefusal<Value>(run: () => Value): Value | undefined {
  try {
    return run()
  } catch (error) {
    if (!isHttpError(error)) throw error
    assert.equal(error.status, 422)
    return undefined
  }
}

test('a filter leaves nothing that was not there, whatever it says', () => {
  const pattern = fc.string({ unit: fc.constantFrom('*', '**', '.', '-', '+', ',', 'a', 'b', '__proto__', '[', ']', '?'), maxLength: 30 })
  fc.assert(fc.property(pattern, fc.object({ key: fc.constantFrom('a', 'b', 'a.b', '__proto__', 'constructor'), maxDepth: 4 }), (text, value) => {
    const filter = orRefusal(() => readPathFilter(text))
    if (filter === undefined) return
    const all = new Set(Object.keys(leaves(value)))
    for (const leaf of Object.keys(leaves(filterPaths(value, filter)))) assert.ok(all.has(leaf), leaf)
  }), { numRuns: 2000 })
})

test('the longest filter goes over a thousand operations', () => {
  const settings = Object.fromEntries(Array.from({ length: 1224 }, (_, index) => [index, { transient: { preempt: { status: 503, reason: 'x' } } }]))
  const filter = readPathFilter(Array.from({ length: 50 }, () => '**.*a.**.*a.**.*a').join(','))!
  assert.deepEqual(filterPaths(settings, filter), {})
})

test('flat settings have every leaf of the nested ones', () => {
  fc.assert(fc.property(fc.object({ key: fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('a.b', '__proto__', 'constructor', 'preempt.*', '')), maxDepth: 5 }), (value) => {
    for (const leaf of Object.values(flatten(value))) assert.ok(typeof leaf !== 'object' || leaf === null || Array.isArray(leaf))
    assert.deepEqual(Object.keys(Object.prototype), [])
  }), { numRuns: 2000 })
})

test('any query is read or refused', () => {
  const columns = [{ name: 'id', description: '', kind: 'integer', isDefault: true, value: () => 1 }] as const
  const word = fc.oneof(fc.string({ maxLength: 20 }), globText)
  fc.assert(fc.property(fc.dictionary(fc.constantFrom('v', 'h', 's', 'help', 'format', 'time', 'bytes', 'pretty', 'human', 'filter_path'), word), (query) => {
    orRefusal(() => [readCommon(query, { accept: query['h'], forms: ['text', 'json', 'yaml'] }), readCat(query), chooseColumns(columns, query['h']), chooseSortKeys(columns, query['s'])])
  }), { numRuns: 3000 })
})

function leaves(value: unknown, path: string = '', found: Record<string, true> = {}): Record<string, true> {
  if (typeof value === 'object' && value !== null) for (const [key, below] of Object.entries(value)) leaves(below, Array.isArray(value) ? `${path}/[]` : `${path}/${key}`, found)
  else found[`${path}=${String(value)}`] = true
  return found
}
