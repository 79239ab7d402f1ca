// Shortened validators: faults, messages and coerced values are those of Ajv itself.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import type { Ajv, Options } from 'ajv'
import { generated, openapi } from './project.ts'

const load = createRequire(import.meta.url)
const Ajv2020 = (load('ajv/dist/2020') as { default: new (options: Options) => Ajv }).default
const addFormats = load('ajv-formats') as (ajv: Ajv) => void

const schemas: Record<string, object> = {
  object: { type: 'object', required: ['a', 'b-c', '"q"', '~/'], properties: { 'a': { type: 'string' }, 'b-c': { type: 'integer', format: 'int32' }, '"q"': { type: ['string', 'null'] }, '~/': { type: 'boolean' }, ',schemaPath:': { type: 'string' }, '__proto__x': { type: 'number' } }, additionalProperties: false },
  one: { type: 'object', required: ['only'], properties: { only: { const: 3 } } },
  numbers: { type: 'array', items: { type: 'number', minimum: 1, exclusiveMaximum: 5, multipleOf: 0.5 } },
  alike: { type: 'array', uniqueItems: true },
  alikeObjects: { type: 'array', uniqueItems: true, items: { type: 'object' } },
  texts: { type: 'array', minItems: 1, maxItems: 3, uniqueItems: true, items: { type: 'string', minLength: 2, maxLength: 3, pattern: '^[a-z"]+$' } },
  formats: { type: 'object', properties: { day: { type: 'string', format: 'date' }, when: { type: 'string', format: 'date-time' }, at: { type: 'string', format: 'uri-template' }, id: { type: 'string', format: 'uuid' } } },
  enums: { enum: ['a', 1, null, { b: [2] }] },
  tuple: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false },
  contains: { type: 'array', contains: { type: 'integer' }, minContains: 2, maxContains: 3 },
  size: { type: 'object', minProperties: 1, maxProperties: 2, propertyNames: { pattern: '^[a-z]+$' }, patternProperties: { '^n': { type: 'integer' } } },
  depends: { type: 'object', dependentRequired: { a: ['b', 'c'], d: ['e'] }, dependentSchemas: { a: { required: ['f'] } } },
  unions: { anyOf: [{ type: 'string' }, { type: 'object', required: ['k'], properties: { k: { enum: ['x'] } } }] },
  choice: { oneOf: [{ type: 'integer' }, { type: 'number' }, { type: 'object', required: ['k'] }] },
  not: { not: { type: 'string' } },
  // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
  branch: { type: 'object', if: { properties: { kind: { const: 'a' } }, required: ['kind'] }, then: { required: ['a'] }, else: { required: ['b'] } },
  unevaluated: { type: 'object', allOf: [{ properties: { a: { type: 'string' } } }], unevaluatedProperties: false },
  rest: { type: 'array', allOf: [{ prefixItems: [{ type: 'string' }] }], unevaluatedItems: false },
  never: { type: 'object', properties: { no: false } },
  plain: { type: 'object', properties: { s: { type: 'string' }, b: { type: 'boolean' }, i: { type: 'integer' }, n: { type: 'number' }, l: { type: 'integer', format: 'int64' }, u: { type: 'string', format: 'uri' }, t: { type: 'string', format: 'date-time' }, sn: { type: ['string', 'null'] }, bn: { type: ['boolean', 'null'] }, in: { type: ['integer', 'null'] }, nn: { type: ['number', 'null'] }, un: { type: ['string', 'null'], format: 'uri' }, ln: { type: ['integer', 'null'], format: 'int32' }, deep: { type: 'object', properties: { 'x-y': { type: 'string' }, 'z': { type: 'integer' } } } } },
  nested: { type: 'object', properties: { list: { type: 'array', items: { type: 'object', required: ['x', 'y'], properties: { x: { type: 'string' }, y: { type: ['integer', 'null'], enum: [1, 2, null] } } } } } },
}

const values: unknown[] = [
  undefined, null, 0, 1, 2.25, 5, -1, 'a', '', 'A"', true, [], {}, [1, 'a', null, 7, 2.3], ['a', 'a'], ['ab', 'abcd', 'B', 'c'], ['abcd', 'B'], ['a', 'b'], ['a', 1, 2], [1, 2, 3, 4], [1], [-1, 9],
  { 'a': 1, 'b-c': 1.5, '"q"': 3, '~/': 'x', 'more/~': 1, ',schemaPath:': 2 }, { 'a': 'x', 'b-c': 2147483648, '"q"': null, '~/': true }, { only: 4 }, { only: 3 },
  { day: '2026-13-01', when: 'soon', at: '{', id: 'x' }, { day: '2026-11-01', when: '2026-11-01T00:00:00Z', at: '/{a}', id: '1b4e28ba-2fa1-11d2-883f-0016d3cca427' },
  { b: [2] }, { A: 1, n: 'x', z: 2 }, { A: 1 }, { n: 1 }, { a: 1 }, { a: 1, b: 1, c: 1, f: 1 }, { d: 1 }, { k: 'y' }, { k: 'x' }, { kind: 'a' }, { kind: 'b' }, { a: 'x', z: 1 }, { no: 1 },
  { list: [{}, { x: 1, y: 3 }, 'no', { x: 'a', y: null }] },
  [1, '1', true, 'true', null, 'null', [], {}, [[]], [{}], ''], [{ a: 1, b: 2 }, { b: 2, a: 1 }], [{ a: 1 }, { a: 1, b: undefined }, { a: '1' }], [[1, 2], [2, 1], ['1,2'], [1, 2]], [{ a: [1, { b: null }] }, { a: [1, { b: null }] }, { a: [1, { b: 0 }] }],
  [0, -0], [1, 2, 2, 1], ['a,b', 'a', 'b'], [['a', 'b'], ['a,b']], [{ 'a": 1, "b': 2 }, { a: 1, b: 2 }], [Number.NaN, Number.NaN],
]

const plainNames = ['s', 'b', 'i', 'n', 'l', 'u', 't', 'sn', 'bn', 'in', 'nn', 'un', 'ln']
for (const value of ['', 'a', 'https://a.example', '2026-11-01T00:00:00Z', 0, 1.5, 2147483648, Infinity, Number.NaN, true, null, [], {}]) values.push({ ...Object.fromEntries(plainNames.map((name) => [name, value])), deep: { 'x-y': value, 'z': value } })

const boundWords = new Set(['maxLength', 'minLength', 'maxItems', 'minItems', 'maxProperties', 'minProperties'])

/** Without what a failed bound leaves unchecked: what else is wrong with the same value, and all below it. */
function endedByBounds<Fault extends { instancePath: string; keyword: string }>(faults: Fault[]): Fault[] {
  const ends = faults.filter(({ keyword }) => boundWords.has(keyword))
  return faults.filter((fault) => !ends.some((end) => end !== fault && (fault.instancePath === end.instancePath || fault.instancePath.startsWith(`${end.instancePath}/`))))
}

test('every keyword of a shortened validator reports what Ajv reports', async (t) => {
  const replies = Object.entries(schemas).map(([name, schema]) => `/${name}:\n  get: { operationId: ${name}, responses: { 200: { description: ok, content: { application/json: { schema: ${JSON.stringify(schema)} } } } } }`)
  const { reply } = await generated(t, openapi(replies.join('\n'), '', '3.1.0'))
  const ajv = new Ajv2020({ strict: false, strictNumbers: true, allErrors: true })
  addFormats(ajv)
  const seen = new Set<string>()
  for (const [name, schema] of Object.entries(schemas)) {
    const compact = reply(name).replies['200']?.['application/json']
    const plain = ajv.compile(schema)
    assert.ok(compact, name)
    for (const value of values) {
      assert.equal(compact(structuredClone(value)), plain(structuredClone(value)), `${name} ${JSON.stringify(value)}`)
      const wanted = endedByBounds(plain.errors ?? []).map(({ instancePath, keyword, params, message }) => ({ instancePath, keyword, params, message }))
      assert.deepEqual(compact.errors ?? [], wanted, `${name} ${JSON.stringify(value)}`)
      for (const { keyword } of wanted) seen.add(keyword)
    }
  }
  assert.deepEqual(['additionalProperties', 'anyOf', 'const', 'contains', 'dependentRequired', 'enum', 'exclusiveMaximum', 'false schema', 'format', 'if', 'items', 'maxItems', 'maxLength', 'maxProperties', 'minItems', 'minLength', 'minProperties', 'minimum', 'multipleOf', 'not', 'oneOf', 'pattern', 'propertyNames', 'required', 'type', 'unevaluatedItems', 'unevaluatedProperties', 'uniqueItems'].filter((keyword) => !seen.has(keyword)), [])
})

test('what came as text is coerced as Ajv coerces it', async (t) => {
  const types = ['string', 'integer', 'number', 'boolean', ['integer', 'null'], ['string', 'integer'], ['number', 'boolean']]
  const parameters = types.map((type, index) => ({ name: `p${index}`, in: 'query', schema: { type } }))
  const { request } = await generated(t, openapi(`/a:\n  get: { operationId: a, parameters: ${JSON.stringify(parameters)}, responses: { 200: { description: ok } } }`, '', '3.1.0'))
  const compact = request('a').parameters
  const ajv = new Ajv2020({ strict: false, strictNumbers: true, allErrors: true, coerceTypes: true, useDefaults: true })
  const plain = ajv.compile({ type: 'object', properties: { query: { type: 'object', properties: Object.fromEntries(types.map((type, index) => [`p${index}`, { type }])) } } })
  assert.ok(compact)
  for (const value of ['', ' ', '0', '1', '-1', '1.5', '1e3', '0x10', 'true', 'false', 'null', 'Infinity', '٣', 0, 1, 1.5, true, false, null, [], ['1'], {}, Number.NaN]) {
    const ours = { query: Object.fromEntries(types.map((_, index) => [`p${index}`, structuredClone(value)])) }
    const theirs = structuredClone(ours)
    assert.equal(compact(ours), plain(theirs), String(value))
    assert.deepEqual(ours, theirs)
    assert.deepEqual((compact.errors ?? []).map(({ instancePath, keyword, message }) => [instancePath, keyword, message]), (plain.errors ?? []).map(({ instancePath, keyword, message }) => [instancePath, keyword, message]))
  }
})
