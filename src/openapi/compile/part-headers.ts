// The headers that `encoding` declares for the parts of a multipart form.
import { followRefs, isObject, type JsonObject, objectOf } from '../read/pointers.ts'
import type { CompiledPart } from '../table.ts'
import { typesOf } from './json-schema.ts'
import { compileParameter, fieldsOf } from './parameters.ts'

/** A field of a form whose parts have declared headers. */
export interface DeclaredPart {
  field: string
  schema: unknown
  /** By lower-case name, `$ref`s followed. */
  headers: [name: string, header: JsonObject][]
}

/** The fields with declared headers of a media type; Content-Type is no such header, as OpenAPI says. */
export function declaredParts(document: unknown, media: string, declared: JsonObject): DeclaredPart[] {
  if (!media.startsWith('multipart/') || !isObject(declared['encoding'])) return []
  const parts = Object.entries(declared['encoding']).map(([field, encoding]) => ({ field, headers: headersOf(document, objectOf(encoding)) })).filter(({ headers }) => headers.length > 0)
  if (parts.length === 0) return []
  const fields = fieldsOf(document, declared['schema'])
  return parts.filter(({ field }) => fields.has(field)).map(({ field, headers }) => ({ field, schema: fields.get(field), headers }))
}

/** By field: how its headers are read. */
export function compileParts(document: unknown, media: string, declared: JsonObject): Record<string, CompiledPart> {
  return Object.fromEntries(declaredParts(document, media, declared).map(({ field, schema, headers }) => [field, {
    ...(isListOfParts(document, schema) ? { isList: true } : {}),
    headers: headers.map(([name, header]) => compileParameter(document, { ...header, in: 'header', name })),
  }]))
}

/** Whether a field may come more than once, so that handlers see a list. */
export function isListOfParts(document: unknown, schema: unknown): boolean {
  return typesOf(objectOf(followRefs(document, schema))).includes('array')
}

function headersOf(document: unknown, encoding: JsonObject): [string, JsonObject][] {
  return Object.entries(objectOf(encoding['headers'])).map(([name, header]): [string, JsonObject] => [name.toLowerCase(), objectOf(followRefs(document, header))]).filter(([name]) => name !== 'content-type')
}
