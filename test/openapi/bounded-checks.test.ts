// What the check of a stranger's value may cost: bounds end it, equal items are found in one pass, decimals are exact.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { isMultipleOf, nearestMultiple } from '../../src/openapi/compile/decimals.ts'
import { duplicateIn, isEqual } from '../../src/openapi/compile/json-equal.ts'
import type { Validator } from '../../src/openapi/index.ts'
import { generated, openapi } from './project.ts'

async function bodyOf(t: TestContext, schema: object, { components = '', version = '3.1.0' }: { components?: string; version?: string } = {}): Promise<Validator> {
  const { request } = await generated(t, openapi(`/a:\n  post:\n    operationId: a\n    requestBody: { content: { application/json: { schema: ${JSON.stringify(schema)} } } }\n    responses: { 204: { description: done } }`, components, version))
  return request('a').body['application/json']!
}

function faults(validator: Validator, data: unknown): string[] {
  return validator(data) ? [] : (validator.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`)
}

/** A list that counts how often its items are read. */
function counting(items: unknown[]): { list: unknown[]; reads: () => number } {
  let reads = 0
  const list = new Proxy(items, { get: (target, key) => {
    if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1
    return Reflect.get(target, key) as unknown
  } })
  return { list, reads: () => reads }
}

test('a failed length or count ends the check of that value', async (t) => {
  const rest = { pattern: '\\s+$', format: 'date' }
  const cases: [schema: object, value: unknown, wanted: string[]][] = [
    [{ type: 'string', maxLength: 3, pattern: '\\s+$', format: 'date' }, 'aaaa', [' maxLength']],
    [{ maxLength: 3, allOf: [{ pattern: '\\s+$' }] }, 'aaaa', [' maxLength']],
    [{ allOf: [{ pattern: '\\s+$' }, { maxLength: 3 }] }, 'aaaa', [' maxLength']],
    [{ allOf: [{ pattern: '\\s+$' }, { allOf: [{ maxLength: 9 }, { maxLength: 3 }] }] }, 'aaaa', [' maxLength']],
    [{ maxLength: 3, not: { type: 'string', pattern: '^a' } }, 'aaaa', [' maxLength']],
    [{ $ref: '#/components/schemas/Blanks', maxLength: 3 }, 'aaaa', [' maxLength']],
    [{ pattern: '\\s+$', $ref: '#/components/schemas/Short' }, 'aaaa', [' maxLength']],
    [{ minLength: 9, allOf: [rest] }, 'aaaa', [' minLength']],
    [{ type: 'array', maxItems: 1, uniqueItems: true, items: { type: 'integer' } }, ['a', 'a'], [' maxItems']],
    [{ maxItems: 1, contains: { const: 3 }, prefixItems: [{ type: 'integer' }] }, ['a', 'a'], [' maxItems']],
    [{ maxItems: 1, anyOf: [{ uniqueItems: true }, { contains: { const: 3 } }] }, ['a', 'a'], [' maxItems']],
    [{ type: 'object', maxProperties: 1, propertyNames: { maxLength: 1 }, additionalProperties: { type: 'integer' } }, { aa: 'a', bb: 'b' }, [' maxProperties']],
    [{ maxProperties: 1, patternProperties: { a: false }, required: ['c'], dependentRequired: { aa: ['z'] } }, { aa: 'a', bb: 'b' }, [' maxProperties']],
    [{ maxProperties: 1, allOf: [{ properties: { aa: false } }], unevaluatedProperties: false }, { aa: 'a', bb: 'b' }, [' maxProperties']],
  ]
  const components = 'schemas: { Blanks: { pattern: "\\\\s+$" }, Short: { maxLength: 3 } }'
  for (const [schema, value, wanted] of cases) {
    const validator = await bodyOf(t, schema, { components })
    assert.deepEqual(faults(validator, value), wanted, JSON.stringify(schema))
    assert.deepEqual(faults(validator, null).filter((fault) => !fault.endsWith(' type')), [], `no bound for other types: ${JSON.stringify(schema)}`)
  }
})

test('a bound beside a reference counts where its version says so, and defaults and null stay what they are', async (t) => {
  const components = 'schemas: { Name: { type: string }, Short: { type: string, maxLength: 3 } }'
  assert.deepEqual(faults(await bodyOf(t, { allOf: [{ $ref: '#/components/schemas/Name', maxLength: 2 }] }, { components, version: '3.0.3' }), 'aaaa'), [])
  const validator = await bodyOf(t, { type: 'object', properties: { a: { nullable: true, default: 'x', allOf: [{ $ref: '#/components/schemas/Short' }] } } }, { components, version: '3.0.3' })
  const empty = {}
  assert.deepEqual([faults(validator, empty), empty, faults(validator, { a: null }), faults(validator, { a: 'abcd' })], [[], { a: 'x' }, [], ['/a maxLength', '/a type', '/a anyOf']])
})

test('no item of a list that is too long is looked at, and each of another list a bounded number of times', async (t) => {
  const objects = Array.from({ length: 3000 }, (_, index) => ({ k: [index, { index }] }))
  const limited = await bodyOf(t, { type: 'array', maxItems: 50, uniqueItems: true, items: { type: 'object', required: ['k'] } })
  const tooMany = counting(objects)
  assert.deepEqual([faults(limited, tooMany.list), tooMany.reads()], [[' maxItems'], 0])
  for (const schema of [{ type: 'array', uniqueItems: true, items: { type: 'object' } }, { uniqueItems: true }, { uniqueItems: true, items: { type: ['object', 'string'] } }]) {
    const validator = await bodyOf(t, schema)
    const unique = counting(objects)
    assert.deepEqual(faults(validator, unique.list), [])
    assert.ok(unique.reads() <= 3 * objects.length, `${unique.reads()} reads`)
    assert.deepEqual(faults(validator, [...objects, { k: [7, { index: 7 }] }]), [' uniqueItems'])
  }
})

test('equal means equal as JSON, whatever keys a stranger chooses', async (t) => {
  const same: [unknown, unknown][] = [[1, 1.0], [0, -0], [{ a: 1, b: 2 }, { b: 2, a: 1 }], [{ valueOf: 1 }, { valueOf: 1 }], [{ constructor: { a: 1 } }, { constructor: { a: 1 } }], [JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}')], [Object.assign(Object.create(null), { a: 1 }), { a: 1 }], [new Uint8Array([1, 2]), new Uint8Array([1, 2])]]
  const different: [unknown, unknown][] = [[1, '1'], [true, 'true'], [null, 'null'], [null, {}], [[], {}], [[1], ['1']], ['a,b', ['a', 'b']], [['a,b'], ['a', 'b']], [{ a: 1 }, { a: 1, b: undefined }], [{ a: undefined }, { b: undefined }], [JSON.parse('{"__proto__":1}'), {}], [{ toString: 1 }, {}], [new Uint8Array([1, 2]), new Uint8Array([1, 3])], [[[]], [{}]]]
  for (const [left, right] of same) assert.deepEqual([isEqual(left, right), duplicateIn([left, 'between', right])], [true, [2, 0]], JSON.stringify([left, right]))
  for (const [left, right] of different) assert.deepEqual([isEqual(left, right), isEqual(right, left), duplicateIn([left, right])], [false, false, undefined], JSON.stringify([left, right]))
  const listed = await bodyOf(t, { enum: [{ valueOf: 1 }, { a: 1 }] })
  assert.deepEqual([faults(listed, { valueOf: 1 }), faults(listed, { valueOf: 2, toString: null })], [[], [' enum']])
  assert.deepEqual(faults(await bodyOf(t, { const: { a: [1] } }), { constructor: 1 }), [' const'])
})

test('multipleOf goes by decimal digits', async (t) => {
  const yes: [number, number][] = [[19.99, 0.01], [4.35, 0.01], [0.07, 0.01], [-0.07, 0.01], [0, 0.01], [1.1, 0.1], [0.3, 0.1], [1e21, 0.01], [1e-7, 1e-7], [3e-7, 1e-7], [1e308, 5e-324], [9007199254740994, 1], [123456789.123, 0.001], [4.5, 1.5], [1e22, 7.5e21 / 7.5]]
  const no: [number, number][] = [[19.991, 0.01], [0.075, 0.01], [0.1 + 0.2, 0.1], [1e-8, 1e-7], [5e-324, 1e-323], [2, 1.5], [7, 2], [1.0000001, 1], [Infinity, 1], [Number.NaN, 1], [1, 0]]
  for (const [value, step] of yes) assert.equal(isMultipleOf(value, step), true, `${value} of ${step}`)
  for (const [value, step] of no) assert.equal(isMultipleOf(value, step), false, `${value} of ${step}`)
  for (let cents = -2000; cents < 2000; cents += 1) assert.equal(isMultipleOf(Number((cents / 100).toFixed(2)), 0.01), true, String(cents))
  assert.deepEqual([nearestMultiple(19.990000000000002, 0.01), nearestMultiple(0.30000000000000004, 0.1), nearestMultiple(7.4, 2.5)], [19.99, 0.3, 7.5])
  const { request, reply } = await generated(t, openapi("/a:\n  get:\n    operationId: a\n    parameters: [{ name: price, in: query, schema: { type: number, multipleOf: 0.01 } }]\n    responses: { 200: { description: ok, content: { application/json: { schema: { type: number, multipleOf: 0.01 } } } } }"))
  for (const price of ['19.99', '4.35', '0.07', '1e2']) assert.deepEqual(faults(request('a').parameters!, { path: {}, query: { price }, headers: {}, cookies: {} }), [], price)
  assert.deepEqual(faults(request('a').parameters!, { path: {}, query: { price: '0.075' }, headers: {}, cookies: {} }), ['/query/price multipleOf'])
  for (const price of [19.99, 4.35, 0.07]) assert.deepEqual(faults(reply('a').replies['200']!['application/json']!, price), [])
})
