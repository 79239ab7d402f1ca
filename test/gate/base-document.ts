// The document from which every single change starts, and how a change is written down.
import type { JsonObject } from '../../src/openapi/index.ts'

/** Values by JSON pointer; undefined takes away, `-` at the end of a pointer appends to a list. */
export type Patch = Readonly<Record<string, unknown>>

const pet = {
  type: 'object',
  required: ['id', 'name', 'kind'],
  properties: {
    id: { type: 'integer', format: 'int32', readOnly: true },
    name: { type: 'string', minLength: 2, maxLength: 40 },
    kind: { type: 'string', enum: ['cat', 'dog', 'fish'] },
    weight: { type: 'number', minimum: 0, maximum: 100 },
    code: { type: 'string', pattern: '^[a-z]+$' },
    born: { type: 'string', format: 'date' },
    note: { type: 'string', nullable: true },
    secret: { type: 'string', writeOnly: true },
    size: { type: 'string', default: 'small' },
    tags: { type: 'array', items: { type: 'string' }, maxItems: 10 },
    owner: { $ref: '#/components/schemas/Owner' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    shelter: { oneOf: [{ $ref: '#/components/schemas/Cage' }, { $ref: '#/components/schemas/Garden' }] },
  },
}

const document = {
  openapi: '3.0.3',
  info: { title: 'Pets', version: '1.0.0' },
  servers: [{ url: '/v1' }],
  paths: {
    '/pets': {
      get: {
        operationId: 'listPets',
        parameters: [
          { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 } },
          { name: 'kind', in: 'query', schema: { type: 'string', enum: ['cat', 'dog'] } },
          { name: 'since', in: 'query', required: true, schema: { type: 'string', format: 'date' } },
          { name: 'X-Trace', in: 'header', schema: { type: 'string', maxLength: 32 } },
          { name: 'ids', in: 'query', schema: { type: 'array', items: { type: 'integer' } } },
        ],
        responses: {
          '200': {
            description: 'Pets',
            headers: { 'X-Total': { required: true, schema: { type: 'integer' } }, 'X-Page': { schema: { type: 'integer' } } },
            content: { 'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Pet' } } }, 'text/csv': { schema: { type: 'string' } } },
          },
          '404': { description: 'None', content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } } },
        },
      },
      post: {
        operationId: 'addPet',
        security: [{ bearer: [] }],
        requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/NewPet' } }, 'application/xml': { schema: { $ref: '#/components/schemas/NewPet' } } } },
        responses: { '201': { description: 'Made', content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } } }, '202': { description: 'Later' } },
      },
    },
    '/pets/{id}': {
      get: {
        operationId: 'getPet',
        security: [{ oauth: ['read'] }],
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
        responses: { '200': { description: 'One', content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } } } },
      },
      delete: { operationId: 'removePet', deprecated: true, parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }], responses: { '204': { description: 'Gone' } } },
      patch: {
        operationId: 'renamePet',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
        requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { name: { type: 'string' } } } } } },
        responses: { '204': { description: 'Renamed' } },
      },
    },
  },
  components: {
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer' },
      key: { type: 'apiKey', in: 'header', name: 'X-Key' },
      oauth: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: '/token', scopes: { read: 'Reads', write: 'Writes' } } } },
    },
    schemas: {
      Pet: pet,
      NewPet: structuredClone(pet),
      Owner: { type: 'object', properties: { name: { type: 'string' }, pets: { type: 'array', items: { $ref: '#/components/schemas/Owner' } } } },
      Cage: { type: 'object', required: ['bars'], properties: { bars: { type: 'integer' } } },
      Garden: { type: 'object', required: ['trees'], properties: { trees: { type: 'integer' } } },
      Problem: { type: 'object', properties: { error: { type: 'string' }, detail: { type: 'string' } } },
    },
  },
}

/** A fresh copy of the document with some patches. */
export function baseDocument(...patches: readonly Patch[]): JsonObject {
  const copy = structuredClone(document) as JsonObject
  for (const patch of patches) for (const [pointer, value] of Object.entries(patch)) setAt(copy, pointer, structuredClone(value))
  return copy
}

/** Puts a value at a pointer, or takes it away. */
export function setAt(target: JsonObject, pointer: string, value: unknown): void {
  const keys = pointer.slice(1).split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = keys.pop()!
  const owner = keys.reduce<JsonObject>((node, key) => node[key] as JsonObject, target)
  if (owner === undefined) throw new Error(`The document has nothing above ${pointer}.`)
  if (Array.isArray(owner)) {
    if (last === '-') owner.push(value)
    else owner.splice(Number(last), 1, ...(value === undefined ? [] : [value]))
    return
  }
  if (value === undefined) delete owner[last]
  else owner[last] = value
}
