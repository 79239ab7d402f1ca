// filter_path of the ops API: the samples of Elasticsearch's form, lists, flat keys and bounds.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHttpError } from '../../../src/errors/index.ts'
import { filterPaths, readPathFilter } from '../../../src/ops/format/filter-path.ts'

const sample = { a: { b: 1, c: { d: 2, e: [{ x: 1, y: 2 }, { x: 3 }] } }, f: 0 }

function filtered(text: string, value: unknown = sample): unknown {
  return filterPaths(value, readPathFilter(text)!)
}

const cases: [filter: string, expected: unknown, value?: unknown][] = [
  ['a.b', { a: { b: 1 } }],
  ['+a.b', { a: { b: 1 } }],
  ['**.x', { a: { c: { e: [{ x: 1 }, { x: 3 }] } } }],
  ['a.**.y', { a: { c: { e: [{ y: 2 }] } } }],
  ['-a', { f: 0 }],
  ['a,-a.b', { a: { c: sample.a.c } }],
  ['z', {}],
  ['a.*', { a: sample.a }],
  ['a.**', { a: sample.a }],
  ['**', sample],
  ['a..d', { a: { c: { d: 2 } } }],
  ['-**.x', [{ y: 2 }, {}], [{ x: 1, y: 2 }, { x: 3 }]],
  ['x', [{ x: 1 }, { x: 3 }], [{ x: 1, y: 2 }, { x: 3 }]],
  ['nope', [], [{ x: 1 }]],
  ['*.transient.preempt', { 12: { transient: { 'preempt.status': 503 } } }, { 12: { transient: { 'preempt.status': 503, read_only: true } } }],
  ['*.transient.preempt.st*', { 12: { transient: { 'preempt.status': 503 } } }, { 12: { transient: { 'preempt.status': 503, 'preempt.text': 'x' } } }],
  ['-*.transient.*.text', { 12: { transient: { 'preempt.status': 503 } } }, { 12: { transient: { 'preempt.status': 503, 'preempt.text': 'x' } } }],
  ['[a]', { '[a]': 1 }, { '[a]': 1, a: 2 }],
  ['12', { 12: { a: 1 } }, { 12: { a: 1 }, 13: { a: 2 } }],
]

for (const [filter, expected, value] of cases) {
  test(`filter_path=${filter} keeps ${JSON.stringify(expected).slice(0, 60)}`, () => assert.deepEqual(filtered(filter, value), expected))
}

test('a key that is called __proto__ is a key like any other', () => {
  const kept = filtered('__proto__', JSON.parse('{"__proto__": {"polluted": 1}, "a": 1}')) as object
  assert.deepEqual(Object.keys(kept), ['__proto__'])
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
})

test('what is too long for a person is refused', () => {
  for (const text of ['x'.repeat(2001), 'a,'.repeat(60), 'a.'.repeat(30)]) assert.throws(() => readPathFilter(text), (error) => isHttpError(error) && error.status === 422)
  assert.equal(readPathFilter(undefined), undefined)
  assert.equal(readPathFilter(','), undefined)
})
