// What the gate says of a change: rule, pointer, sentence; and what it does not take for one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Change, compareDocuments } from '../../src/gate/index.ts'
import type { JsonObject } from '../../src/openapi/index.ts'
import { baseDocument, type Patch } from './base-document.ts'

const read = '/components/schemas/Pet'
const written = '/components/schemas/NewPet'

function changes(to: Patch, from: Patch = {}): Change[] {
  return compareDocuments(baseDocument(from), baseDocument(from, to))
}

function rules(to: Patch, from: Patch = {}): string[] {
  return [...new Set(changes(to, from).map(({ rule, breaking }) => `${rule}${breaking ? '!' : ''}`))]
}

test('a change of a shared schema is told for each operation that uses it, once', () => {
  const found = changes({ [`${read}/properties/weight`]: undefined })
  assert.deepEqual(found.map(({ operation }) => operation), ['listPets', 'addPet', 'getPet'])
  assert.deepEqual(found[0], {
    operation: 'listPets', method: 'GET', path: '/pets', pointer: '/components/schemas/Pet/properties/weight', rule: 'response-property-removed', breaking: true,
    message: 'Response 200: `Pet.weight` is gone; callers that read it find nothing.',
  })
})

test('sentences say which part, what, and whom it breaks', () => {
  const messages = (to: Patch, from: Patch = {}): string[] => changes(to, from).map(({ message }) => message)
  assert.deepEqual(messages({ '/paths/~1pets/get/parameters/0/schema/maximum': 50 }), ['Query parameter `limit`: maximum of `limit` changed from 100 to 50; callers that send what was allowed before are refused.'])
  assert.deepEqual(messages({ '/paths/~1pets~1{id}/get': undefined }), ['Operation: it is gone; every caller gets 404 or 405.'])
  assert.deepEqual(messages({ '/paths/~1pets/get/security': [{ oauth: ['read'] }] }), ['Security: it asks for `oauth` (read) now; callers that show nothing are refused.'])
  assert.deepEqual(messages({ '/paths/~1pets/get/responses/200/headers/X-Page': undefined }), ['Header `x-page` of response 200: it is gone; callers that read it find nothing.'])
  assert.deepEqual(messages({ [`${written}/properties/kind/enum`]: ['cat'] }), ['Request body: `NewPet.kind` does not allow "dog", "fish" any more; callers that send what was allowed before are refused.'])
})

test('an operation without an operationId goes by method and path; breaking changes come first', () => {
  const from = { '/paths/~1pets/get/operationId': undefined }
  const found = changes({ '/paths/~1pets/get/deprecated': true, '/paths/~1pets/get/responses/200': undefined }, from)
  assert.deepEqual(found.map(({ operation, rule, breaking }) => [operation, rule, breaking]), [['GET /pets', 'response-status-removed', true], ['GET /pets', 'operation-deprecated', false]])
})

test('a path with parameters of other names is the same path', () => {
  const item = (name: string): JsonObject => ({ get: { operationId: 'getToy', parameters: [{ name, in: 'path', required: true, schema: { type: 'string' } }], responses: { '200': { description: 'Toy' } } } })
  assert.deepEqual(rules({ '/paths/~1toys~1{a}': undefined, '/paths/~1toys~1{b}': item('b') }, { '/paths/~1toys~1{a}': item('a') }), ['request-parameter-renamed'])
  assert.deepEqual(rules({ '/paths/~1toys~1{a}': undefined, '/paths/~1toys~1{b}~1parts': item('b') }, { '/paths/~1toys~1{a}': item('a') }), ['operation-removed!', 'operation-added'])
})

test('an operation that is no longer served is removed', () => {
  assert.deepEqual(rules({ '/paths/~1pets/get/x-no-bind-server': true }), ['operation-removed!'])
})

test('headers are told apart by name in any case', () => {
  assert.deepEqual(rules({ '/paths/~1pets/get/parameters/3/name': 'x-trace', '/paths/~1pets/get/responses/200/headers/X-Total': undefined, '/paths/~1pets/get/responses/200/headers/x-total': { required: true, schema: { type: 'integer' } } }), [])
})

test('parameters travel as text, bodies do not', () => {
  assert.deepEqual(rules({ '/paths/~1pets/get/parameters/0/schema': { type: 'string', default: 20, minimum: 1, maximum: 100 } }), ['request-type-widened'])
  assert.deepEqual(rules({ '/paths/~1pets/get/parameters/4/schema/items/type': 'string' }), ['request-type-widened'])
  assert.deepEqual(rules({ [`${written}/properties/weight`]: { type: 'string' } }), ['request-type-changed!'])
})

test('a media type may be covered by a range, and may carry parameters', () => {
  const body = '/paths/~1pets~1{id}/patch/requestBody/content'
  const content = (media: string): JsonObject => ({ [media]: { schema: { type: 'object', properties: { name: { type: 'string' } } } } })
  assert.deepEqual(rules({ [body]: content('application/json; charset=utf-8') }), [])
  assert.deepEqual(rules({ [body]: content('application/*') }), [])
  const answer = '/paths/~1pets~1{id}/get/responses/200/content'
  assert.deepEqual(rules({ [answer]: content('application/*') }, { [answer]: content('application/json') }), ['response-media-type-removed!', 'response-media-type-added'])
  assert.deepEqual(rules({ [answer]: content('application/json') }, { [answer]: content('application/*') }), [])
  assert.deepEqual(rules({ [body]: content('text/plain') }), ['request-media-type-removed!', 'request-media-type-added'])
})

test('a status may be covered by a range or a default', () => {
  const responses = '/paths/~1pets/get/responses'
  const problem = { description: 'None', content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } } }
  assert.deepEqual(rules({ [`${responses}/404`]: undefined, [`${responses}/4XX`]: problem }), [])
  assert.deepEqual(rules({ [`${responses}/404`]: undefined, [`${responses}/default`]: problem }), [])
  assert.deepEqual(rules({ [`${responses}/default`]: undefined, [`${responses}/201`]: { description: 'Made' } }, { [responses]: { default: { description: 'Any' } } }), ['response-status-removed!', 'response-status-added'])
  assert.deepEqual(rules({ [`${responses}/4XX`]: undefined, [`${responses}/400`]: problem }, { [`${responses}/404`]: undefined, [`${responses}/4XX`]: problem }), [])
})

test('what was merged, wrapped or spelled in the way of the other version is no change', () => {
  const owner = { type: 'object', properties: { name: { type: 'string' }, pets: { type: 'array', items: { $ref: '#/components/schemas/Owner' } } } }
  const place = `${read}/properties/owner`
  const own = (schema: JsonObject): Patch => ({ [place]: schema, [`${written}/properties/owner`]: schema })
  for (const schema of [owner, { allOf: [{ $ref: '#/components/schemas/Owner' }] }, { oneOf: [{ $ref: '#/components/schemas/Owner' }] }, { allOf: [{ type: 'object', properties: { name: { type: 'string' } } }, { type: 'object', properties: { pets: owner.properties.pets } }] }, { ...owner, type: undefined }]) {
    assert.deepEqual(rules(own(schema)), [], JSON.stringify(schema))
  }
})

test('the two versions of OpenAPI say the same in their own way', () => {
  const newer = (name: string, schema: JsonObject): Patch => ({ '/openapi': '3.1.0', [`${read}/properties/${name}`]: schema, [`${written}/properties/${name}`]: schema })
  assert.deepEqual(rules(newer('note', { type: ['string', 'null'] })), [])
  assert.deepEqual(rules(newer('note', { anyOf: [{ type: 'string' }, { type: 'null' }] })), [])
  assert.deepEqual(rules(newer('weight', { type: 'number', minimum: 0, exclusiveMaximum: 100 })), ['request-maximum-tightened!', 'response-maximum-tightened'].reverse())
  assert.deepEqual(rules(newer('size', { const: 'small', default: 'small' })).sort(), ['request-enum-added!', 'response-enum-added'])
  assert.deepEqual(rules(newer('owner', { $ref: '#/components/schemas/Owner', required: ['name'] })).sort(), ['request-property-required!', 'response-property-required'])
})

test('the values of several branches are one list of values', () => {
  const kinds = { anyOf: [{ type: 'string', enum: ['cat', 'dog'] }, { type: 'string', enum: ['fish'] }] }
  assert.deepEqual(rules({ [`${read}/properties/kind`]: kinds, [`${written}/properties/kind`]: kinds }), [])
})

test('unions: branches are found again by name, constant, title or likeness', () => {
  const shelter = `${written}/properties/shelter`
  const titled = (title: string, type: string): JsonObject => ({ title, type: 'object', properties: { size: { type } } })
  const union = (...oneOf: JsonObject[]): Patch => ({ [shelter]: { oneOf } })
  assert.deepEqual(rules(union({ $ref: '#/components/schemas/Garden' }, { $ref: '#/components/schemas/Cage' })), [])
  assert.deepEqual(rules(union(titled('b', 'string'), titled('a', 'integer')), union(titled('a', 'string'), titled('b', 'string'))), ['request-type-changed!'])
  assert.deepEqual(rules({ [shelter]: { anyOf: [{ $ref: '#/components/schemas/Cage' }, { $ref: '#/components/schemas/Garden' }] } }), ['request-union-kind-changed'])
  assert.deepEqual(rules({ [shelter]: { type: 'object', anyOf: [{ required: ['a'] }, { required: ['b'] }] } }, { [shelter]: { type: 'object' } }), ['request-union-added!'])
  assert.deepEqual(rules({ [shelter]: { $ref: '#/components/schemas/Cage' } }), ['request-branch-removed!'])
})

test('security: one way in is compared with the others by what callers show', () => {
  const at = '/paths/~1pets/post/security'
  const scheme = '/components/securitySchemes'
  assert.deepEqual(rules({ [scheme]: { token: { type: 'http', scheme: 'Bearer' } }, [at]: [{ token: [] }], '/paths/~1pets~1{id}/get/security': undefined }, { '/paths/~1pets~1{id}/get/security': undefined }), [])
  assert.deepEqual(rules({ [`${scheme}/key/name`]: 'X-Other' }, { [at]: [{ key: [] }] }), ['security-strengthened!', 'security-weakened'])
  assert.deepEqual(rules({ [at]: [{}] }), ['security-weakened'])
  assert.deepEqual(rules({ [at]: [{ bearer: [] }, {}] }, { [at]: [{}] }), [])
})

test('the body limit of an operation is part of what callers may send', () => {
  const at = '/paths/~1pets/post/x-klue-body-limit'
  assert.deepEqual(rules({ [at]: 100 }, { [at]: 200 }), ['request-body-limit-lowered!'])
  assert.deepEqual(rules({ [at]: 300 }, { [at]: 200 }), ['request-body-limit-raised'])
})

test('the end of a deprecated operation is told', () => {
  const found = changes({ '/paths/~1pets~1{id}/delete/x-sunset': '2030-01-01' })
  assert.deepEqual(found.map(({ message, breaking, pointer }) => [message, breaking, pointer]), [['Operation: it is to end on 2030-01-01; no caller breaks yet.', false, '/paths/~1pets~1{id}/delete/x-sunset']])
})

test('what is not looked into is compared as it is written', () => {
  const name = '/properties/name/not'
  assert.deepEqual(rules({ [`${written}${name}`]: { enum: ['x'] } }), ['request-constraint-added!'])
  assert.deepEqual(rules({ [`${read}${name}`]: undefined }, { [`${read}${name}`]: { enum: ['x'] } }), ['response-constraint-removed!'])
  assert.deepEqual(rules({ [`${read}${name}`]: { enum: ['x'], description: 'Other words' } }, { [`${read}${name}`]: { enum: ['x'] } }), [])
  // A property called like a keyword is no description, and one below a keyword is.
  for (const property of ['title', 'description', 'example', 'examples']) {
    const not = (type: string): JsonObject => ({ properties: { [property]: { type, description: type } } })
    assert.deepEqual(rules({ [`${read}${name}`]: not('string') }, { [`${read}${name}`]: not('number') }).length, 1, property)
    assert.deepEqual(rules({ [`${read}${name}`]: { properties: { [property]: { description: 'one' } } } }, { [`${read}${name}`]: { properties: { [property]: { description: 'other' } } } }), [], property)
  }
})

test('parts of a form: media types, style and headers', () => {
  const at = '/paths/~1pets/post/requestBody/content/multipart~1form-data'
  const form = (photo: JsonObject): JsonObject => ({ schema: { type: 'object', properties: { photo: { type: 'string' } } }, encoding: { photo } })
  const turned = (before: JsonObject, after: JsonObject): string[] => rules({ [at]: form(after) }, { [at]: form(before) })
  const header = (value: JsonObject): JsonObject => ({ headers: { 'X-Place': value } })
  assert.deepEqual(turned({}, { contentType: 'image/png' }), ['request-part-media-type-removed!'])
  assert.deepEqual(turned({ contentType: 'image/png' }, { contentType: 'image/*' }), ['request-part-media-type-added'])
  assert.deepEqual(turned({ contentType: 'image/png' }, { contentType: 'IMAGE/PNG; q=1' }), [])
  assert.deepEqual(turned({}, { style: 'form', explode: true }), [])
  assert.deepEqual(turned({}, header({ required: true, schema: { type: 'string' } })), ['request-part-header-required!'])
  assert.deepEqual(turned({}, header({ required: true, schema: { type: 'string', default: 'home' } })), ['request-part-header-added'])
  assert.deepEqual(turned(header({ schema: { type: 'integer', maximum: 9 } }), header({ schema: { type: 'integer', maximum: 5 } })), ['request-maximum-tightened!'])
  assert.deepEqual(turned({ headers: { 'Content-Type': { required: true, schema: { type: 'string' } } } }, {}), [])
  const messages = changes({ [at]: form(header({ required: true, schema: { type: 'string' } })) }, { [at]: form({}) }).map(({ message }) => message)
  assert.deepEqual(messages, ['Header `x-place` of part `photo` of the request body: it is new and required; callers that do not send it are refused.'])
})
