// Resolves x-persist: from the extension of a component schema to the definition of its table.
import type { ApiDocument } from '../read/document.ts'
import { arrayOf, followRefs, isObject, type JsonObject, objectOf, pointerTo, stringsOf } from '../read/pointers.ts'
import type { PersistDefinition } from '../table.ts'

export interface PersistedSchema {
  pointer: string
  schema: JsonObject
  definition: Omit<PersistDefinition, 'types' | 'shape'>
}

/** The persisted schemas of a document, in document order; their `x-persist` must have passed the checks. */
export function persistedSchemas(api: ApiDocument): PersistedSchema[] {
  return Object.entries(objectOf(objectOf(api.document?.['components'])['schemas'])).flatMap(([name, schema]) => {
    if (!isObject(schema) || !isObject(schema['x-persist'])) return []
    return [{ pointer: pointerTo('', 'components', 'schemas', name), schema, definition: definitionOf(name, persistProperties(api, schema), schema['x-persist']) }]
  })
}

/** Properties of a schema and of the schemas that its allOf brings together: property → its schema. */
export function persistProperties(api: ApiDocument, schema: unknown, depth: number = 0): Record<string, JsonObject> {
  const target = objectOf(followRefs(api.document, schema))
  const inherited = depth > 6 ? [] : arrayOf(target['allOf']).map((part) => persistProperties(api, part, depth + 1))
  const own = Object.entries(objectOf(target['properties'])).map(([name, property]) => [name, objectOf(followRefs(api.document, property))] as const)
  return Object.assign({}, ...inherited, Object.fromEntries(own)) as Record<string, JsonObject>
}

/** The type of a property without null; undefined where the schema names none or several. */
export function propertyType(property: JsonObject | undefined): string | undefined {
  const types = typeof property?.['type'] === 'string' ? [property['type']] : stringsOf(property?.['type'])
  const plain = types.filter((type) => type !== 'null')
  return plain.length === 1 ? plain[0] : undefined
}

/** The partition key and the sort key of a `key` or an index: a name, or a list of one or two. */
export function keyPair(value: unknown): { partition: string; sort?: string } {
  const [partition = '', sort] = typeof value === 'string' ? [value] : stringsOf(value)
  return { partition, ...(sort === undefined ? {} : { sort }) }
}

/** `BuildMetric` becomes `build-metric`. */
export function kebabCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').replace(/([A-Z])([A-Z][a-z])/g, '$1-$2').replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '').toLowerCase()
}

/** What x-persist can have klue fill in: key of x-persist → key of the definition. */
export const filledKeys = { created: 'created', updated: 'updated', created_by: 'createdBy', updated_by: 'updatedBy' } as const

/** The groups of properties of `unique`: each a name, or a list of names. */
export function uniqueGroups(value: unknown): string[][] {
  return arrayOf(value).map((group) => (typeof group === 'string' ? [group] : stringsOf(group)))
}

function optionsOf(properties: Record<string, JsonObject>, persist: JsonObject): Pick<PersistDefinition, 'ttl' | 'version' | 'sets' | 'unique' | 'sharded' | 'filled' | 'stream'> {
  const sets = stringsOf(persist['sets'])
  const sharded = objectOf(persist['sharded']) as Record<string, number>
  const filled = Object.entries(filledKeys).filter(([key]) => typeof persist[key] === 'string')
  return {
    ...(typeof persist['ttl'] === 'string' ? { ttl: persist['ttl'] } : {}),
    ...(typeof persist['version'] === 'string' ? { version: persist['version'] } : {}),
    ...(sets.length === 0 ? {} : { sets: Object.fromEntries(sets.map((name) => [name, propertyType(objectOf(properties[name]?.['items'])) === 'string' ? 'S' : 'N'])) }),
    ...(persist['unique'] === undefined ? {} : { unique: uniqueGroups(persist['unique']) }),
    ...(Object.keys(sharded).length === 0 ? {} : { sharded }),
    ...(filled.length === 0 ? {} : { filled: Object.fromEntries(filled.map(([key, name]) => [name, persist[key]])) }),
    ...(persist['stream'] === true ? { stream: true } : {}),
  }
}

function definitionOf(name: string, properties: Record<string, JsonObject>, persist: JsonObject): PersistedSchema['definition'] {
  const key = keyPair(persist['key'])
  const indexes = Object.entries(objectOf(persist['indexes'])).map(([index, value]) => ({ name: index, ...keyPair(value) }))
  const keys = [...new Set([key, ...indexes].flatMap((pair) => [pair.partition, pair.sort]).filter((part) => part !== undefined))]
  return {
    name,
    table: typeof persist['table'] === 'string' ? persist['table'] : kebabCase(name),
    key,
    indexes,
    ...optionsOf(properties, persist),
    keyTypes: Object.fromEntries(keys.map((part) => [part, propertyType(properties[part]) === 'string' ? 'S' : 'N'])),
    properties: Object.fromEntries(Object.entries(properties).map(([property, value]) => {
      const type = propertyType(value)
      return [property, { ...(type === undefined ? {} : { type }), ...(typeof value['format'] === 'string' ? { format: value['format'] } : {}) }]
    })),
  }
}
