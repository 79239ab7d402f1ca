// The grammar of OpenAPI documents: what stands at each place, by the kind of the place and never by a name alone.
import { childOf } from './pointers.ts'

/** What the OpenAPI specifications call an object of theirs; `plain` ones hold neither references nor schemas. */
export type Kind =
  | 'document' | 'plain' | 'tag' | 'paths' | 'pathItem' | 'operation' | 'parameter' | 'requestBody' | 'responses' | 'response' | 'mediaType' | 'encoding'
  | 'header' | 'example' | 'link' | 'callback' | 'securityScheme' | 'components' | 'schema' | 'discriminator'

/** A place: one object of a kind (or a list of such), or with `{}` a mapping of free names to objects of the kind. */
export type Slot = Kind | `${Kind}{}`

interface Shape {
  fields: Record<string, Slot>
  /** What stands below every other name that is no extension. */
  others?: Slot
}

// Names that are missing here hold data, in which `$ref` has no meaning: examples, defaults, values of extensions.
// Swagger 2.0, OpenAPI 3.0 and 3.1 share this table, because no name has different meanings in them.
const operation: Record<string, Slot> = { parameters: 'parameter', requestBody: 'requestBody', responses: 'responses', callbacks: 'callback{}', servers: 'plain', externalDocs: 'plain' }
const carrier: Record<string, Slot> = { schema: 'schema', items: 'schema', content: 'mediaType{}', examples: 'example{}' }
const schemaMaps = ['properties', 'patternProperties', 'dependentSchemas', 'dependencies', '$defs', 'definitions']
const schemaParts = ['items', 'additionalItems', 'prefixItems', 'additionalProperties', 'allOf', 'anyOf', 'oneOf', 'not', 'contains', 'propertyNames', 'if', 'then', 'else', 'unevaluatedItems', 'unevaluatedProperties', 'contentSchema']

const shapes: Record<Kind, Shape> = {
  document: {
    fields: {
      info: 'plain', servers: 'plain', externalDocs: 'plain', tags: 'tag', paths: 'paths', webhooks: 'pathItem{}', components: 'components',
      definitions: 'schema{}', parameters: 'parameter{}', responses: 'response{}', securityDefinitions: 'securityScheme{}',
    },
  },
  components: {
    fields: {
      schemas: 'schema{}', responses: 'response{}', parameters: 'parameter{}', examples: 'example{}', requestBodies: 'requestBody{}',
      headers: 'header{}', securitySchemes: 'securityScheme{}', links: 'link{}', callbacks: 'callback{}', pathItems: 'pathItem{}',
    },
  },
  plain: { fields: {}, others: 'plain' },
  tag: { fields: { externalDocs: 'plain' } },
  paths: { fields: {}, others: 'pathItem' },
  pathItem: { fields: { ...Object.fromEntries(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'].map((method) => [method, 'operation' as const])), parameters: 'parameter', servers: 'plain' } },
  operation: { fields: operation },
  parameter: { fields: carrier },
  header: { fields: carrier },
  requestBody: { fields: { content: 'mediaType{}' } },
  responses: { fields: {}, others: 'response' },
  response: { fields: { headers: 'header{}', content: 'mediaType{}', links: 'link{}', schema: 'schema' } },
  mediaType: { fields: { schema: 'schema', examples: 'example{}', encoding: 'encoding{}' } },
  encoding: { fields: { headers: 'header{}' } },
  example: { fields: {} },
  link: { fields: { server: 'plain', headers: 'header{}' } },
  callback: { fields: {}, others: 'pathItem' },
  securityScheme: { fields: { flows: 'plain' } },
  schema: {
    fields: {
      ...Object.fromEntries(schemaMaps.map((name) => [name, 'schema{}' as const])), ...Object.fromEntries(schemaParts.map((name) => [name, 'schema' as const])),
      discriminator: 'discriminator', xml: 'plain', externalDocs: 'plain',
    },
  },
  discriminator: { fields: {} },
}

/** What stands below a name at a place; undefined where it is data, or nothing that OpenAPI knows. */
export function slotBelow(slot: Slot, name: string): Slot | undefined {
  if (isMap(slot)) return kindOf(slot)
  const { fields, others } = shapes[kindOf(slot)]
  if (Object.hasOwn(fields, name)) return fields[name]
  return name.startsWith('x-') ? undefined : others
}

/** What a document has at the keys of a pointer, by the grammar; undefined where that is data, or nothing that OpenAPI knows. */
export function slotAt(document: unknown, keys: readonly string[]): Slot | undefined {
  let slot: Slot | undefined = 'document'
  let node = document
  for (const key of keys) {
    if (slot !== undefined && !Array.isArray(node)) slot = slotBelow(slot, key)
    node = childOf(node, key)
  }
  return slot
}

/** Whether the names at a place are free: none of them is an extension, a keyword or a `$ref`. */
export function isMap(slot: Slot): boolean {
  return slot.endsWith('{}')
}

/** The kind of the objects at a place, or in the mapping there. */
export function kindOf(slot: Slot): Kind {
  return (isMap(slot) ? slot.slice(0, -2) : slot) as Kind
}

/** Calls `each` for the objects and lists directly below one at a place; those in data are left out. */
export function eachBelow(slot: Slot, node: object, each: (below: { key: string | number; value: object; slot: Slot }) => void): void {
  if (Array.isArray(node)) {
    node.forEach((value: unknown, key) => {
      if (typeof value === 'object' && value !== null) each({ key, value, slot })
    })
    return
  }
  for (const key of Object.keys(node)) {
    const value = (node as Record<string, unknown>)[key]
    if (typeof value !== 'object' || value === null) continue
    const below = slotBelow(slot, key)
    if (below !== undefined) each({ key, value, slot: below })
  }
}
