// Follows references of a published document, and says where each schema really stands.
import { isObject, type JsonObject, keysOf, type Located, pointerTo, stringsOf, valueAt } from '../openapi/index.ts'

/** One of the two documents that are compared. */
export interface GateDocument {
  document: JsonObject
  dialect: '3.0' | '3.1'
  /** The targets of references by their text. */
  targets: Map<string, Place>
}

/** A place of the document; the value need not be an object, since a schema may be `true` or `false`. */
export interface Place {
  pointer: string
  value: unknown
}

export function openDocument(document: unknown): GateDocument {
  const value = isObject(document) ? document : {}
  return { document: value, dialect: String(value['openapi']).startsWith('3.0') ? '3.0' : '3.1', targets: new Map() }
}

/** The schema at a place without its `$ref`; beside the target, what OpenAPI 3.1 lets stand next to a reference. */
export function resolve(source: GateDocument, place: Place): Place[] {
  const found: Place[] = []
  const seen = new Set<string>()
  let { pointer, value } = place
  while (isObject(value) && typeof value['$ref'] === 'string') {
    const ref = value['$ref']
    if (source.dialect === '3.1' && Object.keys(value).some((key) => !notes.has(key))) found.push({ pointer, value: withoutRef(value) })
    // A circle of references, or one that leads out of the document, says nothing about values.
    if (seen.has(ref) || !ref.startsWith('#')) return found.length > 0 ? found : [{ pointer, value: {} }]
    seen.add(ref)
    ;({ pointer, value } = targetOf(source, ref))
  }
  found.push({ pointer, value })
  return found
}

/** A place below another. */
export function below(place: Place | Located, ...keys: (string | number)[]): Place {
  return { pointer: pointerTo(place.pointer, ...keys), value: keys.reduce<unknown>(step, place.value) }
}

/** Whether null is a value of the schema, in the spelling of either version. */
export function allowsNull(source: GateDocument, place: Place, depth: number = 0): boolean {
  if (!isObject(place.value) || depth > 12) return place.value !== false
  if (place.value['nullable'] === true || place.value['x-nullable'] === true) return true
  return resolve(source, place).every((part) => allowsNullItself(source, part, depth))
}

function allowsNullItself(source: GateDocument, part: Place, depth: number): boolean {
  const schema = part.value
  if (!isObject(schema)) return schema !== false
  if (schema['nullable'] === true || schema['x-nullable'] === true) return true
  const types = typeNames(schema)
  if (types !== undefined && !types.includes('null')) return false
  if (Array.isArray(schema['enum']) && schema['enum'].length > 0 && !schema['enum'].includes(null)) return false
  if ('const' in schema && schema['const'] !== null) return false
  const branches = (key: string): Place[] => (Array.isArray(schema[key]) ? schema[key].map((_, index) => below(part, key, index)) : [])
  const inner = (branch: Place): boolean => allowsNull(source, branch, depth + 1)
  const unions = [branches('oneOf'), branches('anyOf')].filter((list) => list.length > 0)
  return branches('allOf').every(inner) && unions.every((list) => list.some(inner))
}

/** The types that a schema names; undefined where it names none. */
export function typeNames(schema: JsonObject): string[] | undefined {
  const { type } = schema
  const names = Array.isArray(type) ? stringsOf(type.map((name: unknown) => name ?? 'null')) : stringsOf([type])
  return names.length === 0 || names.includes('any') ? undefined : names
}

// Beside a reference these say nothing about values.
const notes = new Set(['$ref', 'description', 'summary', 'title', 'example', 'examples', '$comment'])

function withoutRef(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$ref'))
}

function targetOf(source: GateDocument, ref: string): Place {
  const known = source.targets.get(ref)
  if (known !== undefined) return known
  const target = { pointer: pointerTo('', ...keysOf(ref)), value: valueAt(source.document, ref) ?? {} }
  source.targets.set(ref, target)
  return target
}

function step(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Record<string | number, unknown>)[key]
}
