// Defaults behind references: filled in where one schema is meant, left alone where a union has to choose.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generated, openapi } from './project.ts'

const install = '{ type: object, additionalProperties: false, properties: { app: { type: string }, kind: { type: string, enum: [install], default: install } } }'
const remove = '{ type: object, additionalProperties: false, properties: { name: { type: string }, kind: { type: string, enum: [remove], default: remove } } }'

test('a branch that fails leaves no default behind for the next one', async (t) => {
  const operation = "/a: { post: { operationId: a, requestBody: { content: { application/json: { schema: { type: object, properties: { any: { oneOf: [{ $ref: '#/components/schemas/Install' }, { $ref: '#/components/schemas/Remove' }] }, one: { $ref: '#/components/schemas/Install' } } } } } }, responses: { '200': { description: '' } } } }"
  const { request } = await generated(t, openapi(operation, `schemas:\n  Install: ${install}\n  Remove: ${remove}`))
  const check = request('a').body['application/json']!
  const body = { any: { name: 'x' }, one: { app: 'y' } }
  assert.equal(check(body), true)
  assert.deepEqual(body, { any: { name: 'x' }, one: { app: 'y', kind: 'install' } })
})
