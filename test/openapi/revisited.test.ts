// Unions on circles of references: each level of a value is looked at a bounded number of times, with Ajv's verdicts.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import type { Ajv } from 'ajv'
import { array, assert as forAll, constant, constantFrom, letrec, oneof, property, record } from 'fast-check'
import { revisitedIn } from '../../src/openapi/compile/validators/revisited.ts'
import { generated, openapi } from './project.ts'

const branches = ['A', 'B'].map((name) => ({ $ref: `#/components/schemas/${name}` }))
const objectWith = (name: string): object => ({ type: 'object', required: [name], properties: { [name]: { type: 'integer' }, child: { $ref: '#/components/schemas/Any' } } })
const listWith = (name: string): object => ({ type: 'object', required: [name], properties: { [name]: { type: 'integer' }, list: { type: 'array', items: { $ref: '#/components/schemas/Any' } }, child: { $ref: '#/components/schemas/Any' } } })

const kinds: Record<string, Record<string, object>> = {
  anyOf: { Any: { anyOf: branches }, A: objectWith('x'), B: objectWith('y') },
  oneOf: { Any: { oneOf: branches }, A: objectWith('x'), B: objectWith('y') },
  allOf: { Any: { allOf: branches }, A: objectWith('x'), B: objectWith('y') },
  'a union of lists': { Any: { anyOf: branches }, A: listWith('x'), B: listWith('y') },
  'a union in place': { Any: { type: 'object', properties: { child: { anyOf: [{ $ref: '#/components/schemas/Any' }, { allOf: [{ $ref: '#/components/schemas/Any' }], required: ['x'] }] } } } },
  not: { Any: { type: 'object', not: { required: ['x'], properties: { child: { $ref: '#/components/schemas/Any' } } }, properties: { child: { $ref: '#/components/schemas/Any' } } } },
}

async function validatorOf(t: Parameters<typeof generated>[0], schemas: Record<string, object>): ReturnType<typeof generated> {
  const body = "post:\n  operationId: post\n  requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Any' } } } }\n  responses: { '200': { description: done } }"
  return generated(t, openapi(`/a:\n  ${body.replaceAll('\n', '\n  ')}`, `schemas: ${JSON.stringify(schemas)}`))
}

// Counts how often a level is read: by a getter, as a validator reads a property where it looks at it.
function nested(depth: number, count: () => void): object {
  let value: object = {}
  for (let level = 0; level < depth; level++) {
    const inner = value
    value = Object.defineProperty({}, 'child', { enumerable: true, get: () => (count(), inner) })
  }
  return value
}

for (const [kind, schemas] of Object.entries(kinds)) {
  test(`${kind}: the work grows with the depth alone`, async (t) => {
    const { request } = await validatorOf(t, schemas)
    const validate = request('post').body['application/json']!
    const readsAt = (depth: number): number => {
      let reads = 0
      validate(nested(depth, () => (reads += 1)))
      return reads
    }
    const [few, many] = [readsAt(10), readsAt(40)]
    assert.ok(few >= 10, 'it looks at every level')
    assert.ok(many <= few * 6, `${few} reads at 10 levels, ${many} at 40`)
    validate(nested(60, () => undefined))
    assert.ok((validate.errors?.length ?? 0) <= 2000)
  })

  test(`${kind}: verdicts are Ajv's, run after run`, async (t) => {
    const { request } = await validatorOf(t, schemas)
    const validate = request('post').body['application/json']!
    const { default: Class } = createRequire(import.meta.url)('ajv') as { default: new (options: object) => Ajv }
    const ajv = new Class({ strict: false, allErrors: true })
    const plain = ajv.compile({ $ref: '#/components/schemas/Any', components: { schemas } })
    const leaf = record({ x: constantFrom(1, 'a'), y: constantFrom(2, 'b') }, { requiredKeys: [] })
    const { tree } = letrec<{ tree: unknown; node: unknown }>((tie) => ({
      tree: oneof({ maxDepth: 6 }, leaf, constant(3), tie('node')),
      node: record({ x: constantFrom(1, 'a'), y: constantFrom(2, 'b'), child: tie('tree'), list: array(tie('tree'), { maxLength: 3 }) }, { requiredKeys: [] }),
    }))
    forAll(property(tree, (value) => {
      const [own, theirs] = [validate(value), plain(value)]
      assert.equal(own, theirs)
      const placesOf = (faults: readonly { instancePath: string; keyword: string }[] | null | undefined): string[] => (faults ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`).sort()
      if ((plain.errors ?? []).length < 500) assert.deepEqual(placesOf(validate.errors), placesOf(plain.errors))
    }), { numRuns: 300 })
  })
}

test('a value that changed between two runs is looked at anew, and one at two places is told at both', async (t) => {
  const { request } = await validatorOf(t, kinds['anyOf']!)
  const validate = request('post').body['application/json']!
  const value: { x: unknown; child: { y: unknown } } = { x: 1, child: { y: 'no' } }
  assert.equal(validate(value), false)
  value.child.y = 1
  assert.equal(validate(value), true)
  const twice = await validatorOf(t, { Any: { anyOf: branches }, A: { type: 'object', required: ['x'], properties: { left: branches[1]!, right: branches[1]! } }, B: objectWith('y') })
  const wrong = { y: 'no' }
  const both = twice.request('post').body['application/json']!
  both({ x: 1, left: wrong, right: wrong })
  assert.deepEqual([...new Set(both.errors!.map(({ instancePath }) => instancePath))].filter((path) => path !== '').sort(), ['/left/y', '/right/y'])
})

test('only circles with a schema that looks twice remember', () => {
  const shared = (schemas: Record<string, [schema: object, ...refs: string[]]>): ReadonlySet<string> => revisitedIn(new Map(Object.entries(schemas).map(([name, [schema, ...refs]]) => [name, { schema, refs }])))
  assert.deepEqual([...shared({ tree: [{ properties: {} }, 'tree'] })], [])
  assert.deepEqual([...shared({ any: [{ anyOf: [] }, 'a', 'b'], a: [{}], b: [{}] })], [])
  assert.deepEqual([...shared({ any: [{ anyOf: [] }, 'a', 'b'], a: [{}, 'any'], b: [{}], apart: [{ oneOf: [] }, 'any'] })].sort(), ['a', 'any'])
  const chain = Object.fromEntries(Array.from({ length: 20_000 }, (_, index): [string, [object, string]] => [`s${index}`, [{ oneOf: [] }, `s${(index + 1) % 20_000}`]]))
  assert.equal(shared(chain).size, 20_000)
})
