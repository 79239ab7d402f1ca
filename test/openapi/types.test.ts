// The generated TypeScript says what the document says, and refuses the rest.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { typeErrors } from './compile-types.ts'
import { generated, openapi } from './project.ts'

const document = openapi(`
/pets/{id}:
  get:
    operationId: getPet
    summary: One pet */ with a tricky comment
    parameters:
      - { name: id, in: path, required: true, schema: { type: integer } }
      - { name: limit, in: query, schema: { type: integer, default: 10 } }
      - { name: sort-by, in: query, schema: { type: string, enum: [name, "it's"] } }
    responses:
      200: { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } } }
      204: { description: none }
      default: { description: bad, content: { application/json: { schema: { $ref: '#/components/schemas/Error' } } } }
  put:
    operationId: pets/put
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } } }
    responses: { 201: { description: ok, content: { text/plain: { schema: { type: string } } } } }
/photos:
  post:
    operationId: addPhoto
    requestBody: { content: { multipart/form-data: { schema: { type: object, required: [photo], properties: { photo: { type: string, format: binary }, title: { type: string } } } } } }
    responses: { 200: { description: ok, content: { image/png: {} } } }
`, `
schemas:
  Pet:
    description: A pet.
    type: object
    required: [id, name, mood]
    x-persist: { key: id, table: pets }
    properties:
      id: { type: integer, readOnly: true }
      name: { type: string }
      secret: { type: string, writeOnly: true }
      mood: { type: string, default: calm, nullable: true }
      parents: { type: array, items: { $ref: '#/components/schemas/Pet' } }
  Error: { type: object, required: [status], properties: { status: { type: integer } }, additionalProperties: true }
  simple-user: { type: object, additionalProperties: { type: number } }
  SimpleUser: { oneOf: [{ $ref: '#/components/schemas/Cat' }, { type: 'string' }] }
  Cat: { allOf: [{ $ref: '#/components/schemas/SimpleUser' }, { type: object, properties: { 'x y': { type: boolean } } }] }
  Uint8Array: { type: string, format: date-time }
  Either: { anyOf: [{ type: integer, enum: [1, 2] }, { nullable: true }] }
`)

const uses = `import type { Calls, Operations, Pet, SimpleUser2, Uint8Array2 } from './test.ts'
import { Pet as petTable, test } from './test.ts'
import { testClient } from './test.client.ts'
type Equal<Left, Right> = (<T>() => T extends Left ? 1 : 2) extends (<T>() => T extends Right ? 1 : 2) ? true : false
const yes = <_Check extends true>(): void => {}
`

test('handlers see coerced parameters with their defaults, callers may leave them out', async (t) => {
  const { root } = await generated(t, document)
  const folder = join(root, 'functions/gen')
  const good = `${uses}
yes<Equal<Operations['getPet']['path'], { id: number }>>()
yes<Equal<Operations['getPet']['query'], { limit: number; 'sort-by'?: 'name' | "it's" | undefined }>>()
yes<Equal<Calls['getPet']['query'], { limit?: number | undefined; 'sort-by'?: 'name' | "it's" | undefined }>>()
yes<Equal<Operations['getPet']['success'], Pet | undefined>>()
yes<Equal<Operations['getPet']['body'], undefined>>()
yes<Equal<Operations['pets/put']['success'], string>>()
yes<Equal<Operations['addPhoto']['success'], Uint8Array>>()
yes<Equal<Operations['addPhoto']['body'], { photo: { filename: string; contentType: string; data: Uint8Array }; title?: string | undefined } | undefined>>()
yes<Equal<SimpleUser2, { [key: string]: number }>>()
yes<Equal<Uint8Array2, string>>()
const received: Operations['pets/put']['body'] = { name: 'a', mood: null, secret: 's', parents: [{ name: 'b', mood: 'c' }] }
const sent: Calls['pets/put']['body'] = { name: 'a' }
const answered: Pet = { id: 1, name: 'a', mood: null, parents: undefined }
const failed: Operations['getPet']['replies']['default'] = { status: 1, more: 2 }
void [received, sent, answered, failed, petTable.table, test, testClient]`
  assert.deepEqual(typeErrors(folder, [], good), [])
})

for (const [name, line] of [
  ['a default that a handler receives is not optional', "const wrong: Operations['pets/put']['body'] = { name: 'a' }"],
  ['a caller does not send what is read only', "const wrong: Calls['pets/put']['body'] = { id: 1, name: 'a' }"],
  ['a reply does not hold what is write only', "const wrong: Pet = { id: 1, name: 'a', mood: null, secret: 's' }"],
  ['an enum has its values only', "const wrong: Calls['getPet']['query'] = { 'sort-by': 'age' }"],
  ['a reply has the type of its schema', "const wrong: Operations['getPet']['replies'][200] = { id: 'one', name: 'a', mood: null }"],
] as const) {
  test(name, async (t) => {
    const { root } = await generated(t, document)
    const errors = typeErrors(join(root, 'functions/gen'), [], `import type { Calls, Operations, Pet } from './test.ts'\n${line}\nexport type Used = [Calls, Operations, Pet, typeof wrong]`)
    assert.equal(errors.length, 1, errors.join('\n'))
    assert.match(errors[0] ?? '', /uses\.ts/)
  })
}

test('3.1: several types, const, tuples', async (t) => {
  const { root } = await generated(t, openapi("/a:\n  get:\n    operationId: a\n    responses: { 200: { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/All' } } } } }", `schemas:
  All:
    type: object
    required: [many, one, pair, both]
    properties:
      many: { type: [string, 'null', integer] }
      one: { const: fixed }
      pair: { type: array, prefixItems: [{ type: string }, { type: integer }], minItems: 2, items: false }
      beside: { $ref: '#/components/schemas/Name', description: kept }
      both: { $ref: '#/components/schemas/Name', enum: [a] }
  Name: { type: string }`, '3.1.0'))
  const errors = typeErrors(join(root, 'functions/gen'), [], `import type { All } from './test.ts'
type Equal<Left, Right> = (<T>() => T extends Left ? 1 : 2) extends (<T>() => T extends Right ? 1 : 2) ? true : false
const yes = <_Check extends true>(): void => {}
yes<Equal<All['many'], string | null | number>>()
yes<Equal<All['one'], 'fixed'>>()
yes<Equal<All['pair'], [string, number]>>()
yes<Equal<All['both'], string & 'a'>>()`)
  assert.deepEqual(errors, [])
})

test('persisted definitions carry key types and properties', async (t) => {
  const { table, text } = await generated(t, document)
  assert.deepEqual(table.persist, [{
    name: 'Pet', table: 'pets', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'N' },
    properties: { id: { type: 'integer' }, name: { type: 'string' }, secret: { type: 'string' }, mood: { type: 'string' }, parents: { type: 'array' } },
  }])
  assert.match(text('test.ts'), /export const Pet: PersistDefinition<Pet, { key: \['id'\]; indexes: {} }> = /)
  assert.doesNotMatch(text('test.ts'), /\bany\b/)
})
