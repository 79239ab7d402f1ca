// Walks an OpenAPI 3 document: every object with what it is, schemas and data told apart.
import { childOf, isObject, type JsonObject, pointerTo } from './pointers.ts'

export interface Visited {
  pointer: string
  value: JsonObject
  kind: 'document' | 'operation' | 'tag' | 'parameter' | 'schema' | 'other'
}

const schemaMaps = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']
const schemaParts = ['items', 'additionalProperties', 'not', 'contains', 'propertyNames', 'if', 'then', 'else', 'unevaluatedItems', 'unevaluatedProperties']
const schemaLists = ['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items']
const operationPattern = /^\/paths\/[^/]+\/(get|put|post|delete|options|head|patch|trace)$/

/** Calls `visit` for every object of a document that is not data such as an example; with `only`, for those of these path items. */
export function walkDocument(document: unknown, only: ReadonlySet<string> | undefined, visit: (visited: Visited) => void): void {
  if (only === undefined) walkPart({ value: document, pointer: '', key: '' }, visit)
  else for (const path of only) walkPart({ value: childOf(childOf(document, 'paths'), path), pointer: pointerTo('', 'paths', path), key: path }, visit)
}

function walkPart(part: { value: unknown; pointer: string; key: string }, visit: (visited: Visited) => void): void {
  const { value, pointer, key } = part
  if (Array.isArray(value)) {
    value.forEach((item, index) => walkPart({ value: item, pointer: pointerTo(pointer, index), key }, visit))
    return
  }
  if (!isObject(value)) return
  visit({ pointer, value, kind: kindOf(pointer) })
  for (const [name, child] of Object.entries(value)) {
    if (typeof child !== 'object' || child === null || name.startsWith('x-') || name === 'example' || name === 'examples') continue
    const below = pointerTo(pointer, name)
    if (name === 'schema') walkSchema(child, below, visit)
    else if (below === '/components/schemas') walkSchemaMap(child, below, visit)
    else walkPart({ value: child, pointer: below, key: name }, visit)
  }
}

function kindOf(pointer: string): Visited['kind'] {
  if (pointer === '') return 'document'
  if (operationPattern.test(pointer)) return 'operation'
  if (/^\/tags\/\d+$/.test(pointer)) return 'tag'
  return /\/parameters\/[^/]+$/.test(pointer) ? 'parameter' : 'other'
}

function walkSchemaMap(map: unknown, pointer: string, visit: (visited: Visited) => void): void {
  if (!isObject(map)) return
  for (const [name, schema] of Object.entries(map)) walkSchema(schema, pointerTo(pointer, name), visit)
}

function walkSchema(schema: unknown, pointer: string, visit: (visited: Visited) => void): void {
  if (!isObject(schema)) return
  visit({ pointer, value: schema, kind: 'schema' })
  for (const key of schemaMaps) if (key in schema) walkSchemaMap(schema[key], pointerTo(pointer, key), visit)
  for (const key of schemaParts) if (isObject(schema[key])) walkSchema(schema[key], pointerTo(pointer, key), visit)
  for (const key of schemaLists) {
    const list = schema[key]
    if (Array.isArray(list)) list.forEach((item, index) => walkSchema(item, pointerTo(pointer, key, index), visit))
  }
}
