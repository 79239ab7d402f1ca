// A schema with its references followed and its allOf put together, as far as samples and mutants need it.
import { arrayOf, followRefs, isObject, type JsonObject, objectOf, stringsOf } from '../../src/openapi/read/pointers.ts'

/** The schema at a place: `$ref` followed, `allOf` merged, of a union the branch that samples take. */
export function effective(document: unknown, schema: unknown, depth: number = 0): JsonObject {
  const own = objectOf(followRefs(document, schema))
  if (depth > 8) return own
  const branch = firstBranch(document, own)
  const parts = [...arrayOf(own['allOf']), ...(branch === undefined ? [] : [branch])]
  if (parts.length === 0) return own
  const { allOf: _allOf, ...rest } = own
  return parts.map((part) => effective(document, part, depth + 1)).reduce(merge, rest)
}

/** The names of the types that a schema allows; empty where it does not say. */
export function typesIn(schema: JsonObject): string[] {
  const { type } = schema
  return stringsOf(Array.isArray(type) ? type : [type])
}

function firstBranch(document: unknown, schema: JsonObject): unknown {
  const branches = [...arrayOf(schema['oneOf']), ...arrayOf(schema['anyOf'])]
  return branches.find((branch) => !typesIn(objectOf(followRefs(document, branch))).includes('null')) ?? branches[0]
}

function merge(into: JsonObject, part: JsonObject): JsonObject {
  const merged: JsonObject = { ...part, ...into }
  if (isObject(part['properties']) || isObject(into['properties'])) merged['properties'] = { ...objectOf(part['properties']), ...objectOf(into['properties']) }
  const required = [...stringsOf(into['required']), ...stringsOf(part['required'])]
  if (required.length > 0) merged['required'] = [...new Set(required)]
  return merged
}
