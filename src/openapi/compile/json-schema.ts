// From a schema of OpenAPI 3.0 or 3.1 to plain JSON Schema, as one direction of the traffic sees it.
import { arrayOf, followRefs, isObject, type JsonObject, keysOf, objectOf, stringsOf } from '../read/pointers.ts'
import { boundedFirst, boundedKeyword } from './bounds.ts'

/** Requests must not be asked for readOnly properties, nor replies for writeOnly ones. */
export type Direction = 'request' | 'reply'

export interface SchemaView {
  document: unknown
  dialect: '2.0' | '3.0' | '3.1'
  direction: Direction
  /** Called for each `$ref` with its pointer; returns the reference to write. */
  refer: (pointer: string, isBare: boolean) => string
  /**
   * Set inside the branches of a union, where defaults must not be filled in: a branch might fill one in, fail, and so
   * make the next branch fail too. Ajv takes care of schemas in place, but not of those behind a `$ref`.
   */
  bare?: boolean
  /** Set for forms, whose binary fields arrive as files that a schema says nothing about. */
  files: boolean
  /** Whether a schema leads back to the one that is being translated; then a union that holds it is left out. */
  leadsBack?: (schema: unknown) => boolean
  /** Formats that are checked; others are dropped. */
  formats: ReadonlySet<string>
}

type Plain = JsonObject | boolean

const copied = ['type', 'enum', 'const', 'multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum', 'maxLength', 'minLength', 'pattern', 'maxItems', 'minItems', 'uniqueItems', 'maxContains', 'minContains', 'maxProperties', 'minProperties', 'dependentRequired', 'contentEncoding', 'default']
const single = ['not', 'contains', 'propertyNames', 'if', 'then', 'else', 'unevaluatedItems', 'unevaluatedProperties', 'additionalProperties', 'items']
const branching = new Set(['not', 'contains', 'if'])
const lists = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const maps = ['properties', 'patternProperties', 'dependentSchemas']
// Keywords that would refuse null although the type allows it.
const refusingNull = [boundedKeyword, '$ref', 'allOf', 'anyOf', 'oneOf', 'not', 'const', 'if']

/** The schema as plain JSON Schema; annotations are dropped, `nullable` and the like are translated. */
export function toJsonSchema(view: SchemaView, schema: unknown, inherited: ReadonlySet<string> = new Set()): Plain {
  if (typeof schema === 'boolean') return schema
  if (!isObject(schema) || (view.files && isFile(schema))) return {}
  const nullable = isNullable(schema)
  const plain = view.dialect !== '3.1' && typeof schema['$ref'] === 'string' ? reference(view, schema) : translate(view, schema, inherited)
  return nullable ? withNull(plain) : plain
}

/** Whether a schema accepts every value, so that no validator is needed. */
export function acceptsEverything(schema: Plain): boolean {
  return schema === true || (isObject(schema) && Object.keys(schema).every((key) => key === 'default'))
}

/** Whether a field of a form is a file. */
export function isFile(schema: JsonObject): boolean {
  return schema['format'] === 'binary' || schema['type'] === 'file' || (typeof schema['contentMediaType'] === 'string' && schema['contentEncoding'] === undefined)
}

/** Whether a whole body is bytes by its schema, whatever its media type. */
export function isBinary(document: unknown, schema: unknown): boolean {
  const target = objectOf(followRefs(document, schema))
  return target['format'] === 'binary' || target['type'] === 'file'
}

/** The types that a schema names; a bare null in a list means the type of that name, which YAML wants quoted. */
export function typesOf(schema: JsonObject): string[] {
  const { type } = schema
  return [...new Set(stringsOf(Array.isArray(type) ? type.map((name: unknown) => name ?? 'null') : [type]))]
}

/** Whether a schema says itself that null is allowed (OpenAPI 3.0 and Swagger 2.0 spelling). */
export function isNullable(schema: JsonObject): boolean {
  return schema['nullable'] === true || schema['x-nullable'] === true
}

function reference(view: SchemaView, schema: JsonObject): JsonObject {
  return { $ref: view.refer(pointerOfRef(schema['$ref'] as string), view.bare === true) }
}

/** The pointer of an internal `$ref`, in canonical spelling. */
export function pointerOfRef(ref: string): string {
  return keysOf(ref).map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function translate(view: SchemaView, schema: JsonObject, inherited: ReadonlySet<string>): JsonObject {
  const plain: JsonObject = typeof schema['$ref'] === 'string' ? reference(view, schema) : {}
  for (const key of copied) if (key in schema && (key !== 'default' || view.bare !== true)) plain[key] = schema[key]
  const { leadsBack, ...inner } = view
  for (const key of single) if (key in schema) plain[key] = toJsonSchema(branching.has(key) ? { ...inner, bare: true } : inner, schema[key])
  const hidden = hiddenNames(view, schema, inherited)
  for (const key of lists) {
    if (!Array.isArray(schema[key]) || (isUnion(key) && leadsBack !== undefined && schema[key].some(leadsBack))) continue
    const branchView = isUnion(key) && schema[key].filter((part) => !isNull(part)).length > 1 ? { ...view, bare: true } : view
    plain[key] = schema[key].map((part) => key === 'prefixItems' ? toJsonSchema(inner, part) : toJsonSchema(branchView, part, hidden))
  }
  for (const key of maps) if (isObject(schema[key])) plain[key] = mapOf(inner, objectOf(schema[key]))
  if (Array.isArray(schema['items'])) {
    delete plain['items']
    plain[view.dialect === '3.1' ? 'prefixItems' : 'items'] = schema['items'].map((item) => toJsonSchema(inner, item))
  }
  const required = stringsOf(schema['required']).filter((name) => !hidden.has(name))
  if (required.length > 0) plain['required'] = [...new Set(required)]
  if (typeof schema['format'] === 'string' && view.formats.has(schema['format'])) plain['format'] = schema['format']
  return boundedFirst(view, schema, mend(view, plain))
}

function isNull(schema: unknown): boolean {
  return isObject(schema) && schema['type'] === 'null'
}

function isUnion(key: string): boolean {
  return key === 'anyOf' || key === 'oneOf'
}

function mapOf(view: SchemaView, map: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(map).map(([name, child]) => [name, withDefault(view, child, toJsonSchema(view, child))]))
}

// Copies the default of a schema behind a `$ref` to the reference, because Ajv only fills in defaults that stand in place.
function withDefault(view: SchemaView, child: unknown, plain: Plain): Plain {
  if (view.bare === true || !isObject(plain) || 'default' in plain || !isObject(child) || typeof child['$ref'] !== 'string') return plain
  const target = followRefs(view.document, child)
  return isObject(target) && 'default' in target ? { ...plain, default: target['default'] } : plain
}

function mend(view: SchemaView, plain: JsonObject): JsonObject {
  for (const [bound, exclusive] of [['minimum', 'exclusiveMinimum'], ['maximum', 'exclusiveMaximum']] as const) {
    if (typeof plain[exclusive] !== 'boolean') continue
    if (plain[exclusive] === true && typeof plain[bound] === 'number') {
      plain[exclusive] = plain[bound]
      delete plain[bound]
      continue
    }
    delete plain[exclusive]
  }
  if (plain['type'] === 'file' || plain['type'] === 'any') delete plain['type']
  if (Array.isArray(plain['type'])) plain['type'] = typesOf(plain)
  if (Array.isArray(plain['type']) && plain['type'].length === 0) delete plain['type']
  if (Array.isArray(plain['enum'])) plain['enum'] = distinct(plain['enum'])
  if (Array.isArray(plain['enum']) && plain['enum'].length === 0) delete plain['enum']
  for (const key of ['allOf', 'anyOf', 'oneOf']) if (Array.isArray(plain[key]) && plain[key].length === 0) delete plain[key]
  if (plain['then'] === undefined && plain['else'] === undefined) delete plain['if']
  if (view.dialect !== '3.1' && Array.isArray(plain['items']) && plain['items'].length === 0) delete plain['items']
  return plain
}

// Ajv refuses an enum with equal items; some public documents have one.
function distinct(values: unknown[]): unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}

function withNull(plain: Plain): Plain {
  if (!isObject(plain)) return plain
  if (refusingNull.some((key) => key in plain)) {
    const { default: fallback, ...rest } = plain
    return { anyOf: [rest, { type: 'null' }], ...(fallback === undefined ? {} : { default: fallback }) }
  }
  const types = typeof plain['type'] === 'string' ? [plain['type']] : arrayOf(plain['type'])
  const withEnum = Array.isArray(plain['enum']) && !plain['enum'].includes(null) ? { ...plain, enum: [...plain['enum'] as unknown[], null] } : plain
  return types.length === 0 || types.includes('null') ? withEnum : { ...withEnum, type: [...types, 'null'] }
}

/** Properties that a direction does not carry, also those that stand in another branch of an allOf. */
export function hiddenNames(view: Pick<SchemaView, 'document' | 'direction'>, schema: JsonObject, inherited: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  return new Set([...inherited, ...hiddenIn(view, schema, 0)])
}

function hiddenIn(view: Pick<SchemaView, 'document' | 'direction'>, schema: JsonObject, depth: number): Set<string> {
  const mark = view.direction === 'request' ? 'readOnly' : 'writeOnly'
  const names = new Set<string>()
  for (const [name, property] of Object.entries(objectOf(schema['properties']))) {
    const target = followRefs(view.document, property)
    if (objectOf(property)[mark] === true || objectOf(target)[mark] === true) names.add(name)
  }
  if (depth > 6) return names
  for (const part of arrayOf(schema['allOf'])) {
    for (const name of hiddenIn(view, objectOf(followRefs(view.document, part)), depth + 1)) names.add(name)
  }
  return names
}
