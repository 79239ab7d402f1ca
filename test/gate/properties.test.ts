// What must hold for every pair of documents: nothing changed is nothing found, optional things break nobody, nothing throws.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compareDocuments } from '../../src/gate/index.ts'
import { isObject, type JsonObject, valueAt } from '../../src/openapi/index.ts'
import { fixture } from '../openapi/project.ts'
import { baseDocument, setAt } from './base-document.ts'
import { singleChanges } from './single-changes.ts'

const schema = fc.letrec<{ schema: JsonObject }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.record({ type: fc.constantFrom('string', 'integer', 'number', 'boolean') }, { requiredKeys: ['type'] }),
    fc.constant({ $ref: '#/components/schemas/Owner' }),
    fc.record({ type: fc.constant('string'), enum: fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 }), nullable: fc.boolean() }),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.record({ type: fc.constant('object'), properties: fc.dictionary(fc.string(), tie('schema'), { maxKeys: 4 }) }),
    fc.record({ oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
  ),
})).schema

const written = '/components/schemas/NewPet/properties/extra'
const read = '/components/schemas/Pet/properties/extra'

test('a document compared with itself has no changes', () => {
  fc.assert(fc.property(schema, (extra) => {
    const document = baseDocument({ [written]: extra, [read]: extra })
    assert.deepEqual(compareDocuments(document, structuredClone(document)), [])
  }), { numRuns: 200 })
  for (const file of ['adyen.json', 'asana.json', 'twilio.json']) {
    const document = JSON.parse(fixture(file)) as JsonObject
    assert.deepEqual(compareDocuments(document, document), [], file)
  }
})

test('an added optional property, parameter, header or answer breaks nobody', () => {
  fc.assert(fc.property(schema, fc.string({ minLength: 1 }), (extra, name) => {
    const added = baseDocument({
      [written]: extra,
      [read]: extra,
      '/paths/~1pets/get/parameters/-': { name: `x${name}`, in: 'query', schema: extra },
      '/paths/~1pets/get/responses/206': { description: 'Some', content: { 'application/json': { schema: extra } } },
      '/paths/~1pets/get/responses/200/headers/X-Extra': { schema: extra },
    })
    assert.deepEqual(compareDocuments(baseDocument(), added).filter(({ breaking }) => breaking), [])
  }), { numRuns: 200 })
})

test('two unlike schemas never throw, and every pointer leads somewhere', () => {
  fc.assert(fc.property(schema, schema, (one, other) => {
    const [before, after] = [baseDocument({ [written]: one, [read]: one }), baseDocument({ [written]: other, [read]: other })]
    for (const { pointer, message } of compareDocuments(before, after)) {
      assert.ok(valueAt(after, pointer) !== undefined || valueAt(before, pointer) !== undefined, pointer)
      assert.match(message, /^[A-Z].*\.$/s)
    }
  }), { numRuns: 300 })
})

test('each single change names a place of the document that has it, in one sentence', () => {
  for (const { name, from = {}, to } of singleChanges) {
    const [before, after] = [baseDocument(from), baseDocument(from, to)]
    for (const { pointer, message, rule } of compareDocuments(before, after)) {
      const isThere = valueAt(after, pointer) !== undefined || (/removed|optional/.test(rule) && valueAt(before, pointer) !== undefined)
      assert.ok(isThere, `${name}: ${pointer}`)
      assert.equal(message.split('\n').length, 1)
    }
  }
})

// Places of the document, and what an author may leave there by mistake.
const places: string[] = []
const collect = (value: unknown, pointer: string): void => {
  places.push(pointer)
  if (Array.isArray(value)) value.forEach((item, index) => collect(item, `${pointer}/${index}`))
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) collect(item, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
}
collect(baseDocument(), '')
const junk = fc.oneof(fc.constantFrom<unknown>(null, true, false, 0, -1, '', 'string', [], {}, [null], [[]], { $ref: '#' }, { $ref: '#/components/schemas/Pet' }, { $ref: '#/nowhere' }, { $ref: 7 }, { type: ['string', null] }, { type: {} }, { allOf: 'x' }, { oneOf: [null, 3] }, { enum: {} }, { properties: [] }, { required: 'id' }), fc.jsonValue({ maxDepth: 3 }))

test('no mutated document throws, in either direction', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom(...places.filter((place) => place !== '')), junk), { minLength: 1, maxLength: 4 }), fc.constantFrom('3.0.3', '3.1.0'), (mutations, version) => {
    const mutated = baseDocument({ '/openapi': version })
    for (const [pointer, value] of mutations) {
      const parent = valueAt(mutated, pointer.slice(0, pointer.lastIndexOf('/')))
      if (isObject(parent) || Array.isArray(parent)) setAt(mutated, pointer, structuredClone(value))
    }
    compareDocuments(baseDocument(), mutated)
    compareDocuments(mutated, baseDocument())
    assert.deepEqual(compareDocuments(mutated, structuredClone(mutated)), [])
  }), { numRuns: 600 })
  for (const nothing of [undefined, null, 3, 'text', [], {}, { paths: null }, { paths: { '/a': { get: { parameters: {}, responses: [] } } } }]) {
    assert.deepEqual(compareDocuments(nothing, nothing), [])
    compareDocuments(nothing, baseDocument())
  }
})

test('schemas that refer to themselves in every way come to an end', () => {
  const circles: JsonObject[] = [
    { $ref: '#/components/schemas/Loop' },
    { allOf: [{ $ref: '#/components/schemas/Loop' }, { type: 'object' }] },
    { oneOf: [{ $ref: '#/components/schemas/Loop' }, { type: 'string' }] },
    { anyOf: [{ $ref: '#/components/schemas/Loop' }] },
    { type: 'object', properties: { next: { $ref: '#/components/schemas/Loop' }, all: { type: 'array', items: { $ref: '#/components/schemas/Loop' } } } },
    { type: 'object', additionalProperties: { $ref: '#/components/schemas/Loop' } },
    { type: 'object', properties: { next: { allOf: [{ $ref: '#/components/schemas/Loop' }, { properties: { next: { $ref: '#/components/schemas/Loop' } } }] } } },
  ]
  for (const before of circles) {
    for (const after of circles) {
      const [one, other] = [before, after].map((loop) => baseDocument({ '/components/schemas/Loop': loop, [read]: { $ref: '#/components/schemas/Loop' }, [written]: { $ref: '#/components/schemas/Loop' } }))
      const changes = compareDocuments(one, other)
      if (before === after) assert.deepEqual(changes, [])
    }
  }
})

test('a schema two thousand levels deep is compared to its end', () => {
  const deep = (end: string): JsonObject => {
    let value: JsonObject = { type: end }
    for (let level = 0; level < 2_000; level += 1) value = { type: 'object', properties: { a: value } }
    return value
  }
  const [one, other] = [baseDocument(), baseDocument()]
  for (const [document, end] of [[one, 'string'], [other, 'integer']] as const) ((document['components'] as { schemas: { Problem: JsonObject } }).schemas.Problem as JsonObject) = deep(end)
  assert.deepEqual(compareDocuments(one, other).map(({ rule }) => rule), ['response-type-changed'])
})
