// A schema as the values it allows: `allOf` merged, references followed, both spellings of OpenAPI the same.
import { arrayOf, isObject, type JsonObject, objectOf, type Slot, slotBelow, stringsOf } from '../openapi/index.ts'
import { allowsNull, below, type GateDocument, type Place, resolve, typeNames } from './resolve.ts'

/** A property: all the places that say something about it. */
export interface Property {
  places: Place[]
  readOnly: boolean
  writeOnly: boolean
  deprecated: boolean
  hasDefault: boolean
}

/** `oneOf` or `anyOf`, without a branch that is only null. */
export interface Union {
  kind: 'oneOf' | 'anyOf'
  pointer: string
  branches: Place[]
}

/** What one or several schemas together say of a value. */
export interface SchemaView {
  pointer: string
  /** No value is allowed. */
  isNever: boolean
  /** Without null; undefined where any type is allowed. */
  types: readonly string[] | undefined
  isTypeNamed: boolean
  nullable: boolean
  /** Values by their JSON text, without null. */
  values: ReadonlyMap<string, unknown> | undefined
  /** The strictest of each bound; `minimum` and `maximum` also hold the exclusive ones, see `exclusive`. */
  bounds: ReadonlyMap<string, number>
  exclusive: ReadonlySet<string>
  formats: readonly string[]
  patterns: readonly string[]
  unique: boolean
  properties: ReadonlyMap<string, Property>
  required: ReadonlySet<string>
  /** What names without a declaration hold: anything, nothing, or what these say. */
  additional: 'open' | 'closed' | Place[]
  patternProperties: ReadonlyMap<string, Place[]>
  items: Place[] | undefined
  unions: readonly Union[]
  discriminator: { pointer: string; property: string; mapping: ReadonlyMap<string, string> } | undefined
  fallback: { value: string } | undefined
  /** Rarer keywords by their JSON text. */
  others: ReadonlyMap<string, string>
}

type Draft = { -readonly [Key in keyof SchemaView]: SchemaView[Key] } & {
  bounds: Map<string, number>
  exclusive: Set<string>
  formats: string[]
  patterns: string[]
  properties: Map<string, Property>
  required: Set<string>
  patternProperties: Map<string, Place[]>
  unions: Union[]
  others: Map<string, string>
}

/** What the schemas at these places say together. */
export function viewOf(source: GateDocument, places: readonly Place[]): SchemaView {
  const draft: Draft = {
    pointer: places[0]?.pointer ?? '', isNever: false, types: undefined, isTypeNamed: false, nullable: places.every((place) => allowsNull(source, place)), values: undefined,
    bounds: new Map(), exclusive: new Set(), formats: [], patterns: [], unique: false, properties: new Map(), required: new Set(), additional: 'open',
    patternProperties: new Map(), items: undefined, unions: [], discriminator: undefined, fallback: undefined, others: new Map(),
  }
  const seen = new Set<string>()
  for (const place of places) add(source, place, { draft, seen })
  draft.types ??= impliedTypes(draft)
  return draft
}

/** JSON text of a schema, or of what stands below one, that does not depend on the order of keys and leaves out what only describes. */
export function textOf(value: unknown, slot: Slot | undefined = 'schema'): string {
  return JSON.stringify(inOrder(value, slot)) ?? 'null'
}

// A property may be called `title` or `example`: only in a schema itself do these describe.
function inOrder(value: unknown, slot: Slot | undefined): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => inOrder(item, slot))
  if (!isObject(value)) return value
  const names = Object.keys(value).filter((name) => slot !== 'schema' || !describing.has(name)).sort()
  return Object.fromEntries(names.map((name) => [name, inOrder(value[name], slot === undefined ? undefined : slotBelow(slot, name))]))
}

const describing = new Set(['description', 'title', 'summary', 'example', 'examples', 'externalDocs', '$comment'])
const listing = new Set(['type', 'enum', 'const', 'nullable', 'deprecated'])
const rare = ['not', 'contains', 'minContains', 'maxContains', 'propertyNames', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas', 'unevaluatedProperties', 'unevaluatedItems', 'contentEncoding', 'contentMediaType', 'prefixItems']
const lower = ['minLength', 'minItems', 'minProperties']
const upper = ['maxLength', 'maxItems', 'maxProperties']

interface Adding {
  draft: Draft
  /** Places that are in already: an `allOf` may lead back to itself. */
  seen: Set<string>
}

function add(source: GateDocument, place: Place, adding: Adding): void {
  for (const part of resolve(source, place)) {
    if (adding.seen.has(part.pointer)) continue
    adding.seen.add(part.pointer)
    if (part.value === false) adding.draft.isNever = true
    if (!isObject(part.value)) continue
    addValues(adding.draft, part.value)
    addBounds(adding.draft, part.value)
    addProperties(source, part, adding.draft)
    addRest(part, part.value, adding.draft)
    addUnions(source, part, adding)
    arrayOf(part.value['allOf']).forEach((_, index) => add(source, below(part, 'allOf', index), adding))
  }
}

function addValues(draft: Draft, schema: JsonObject): void {
  const types = typeNames(schema)?.filter((type) => type !== 'null')
  if (types !== undefined) {
    draft.isTypeNamed = true
    draft.types = draft.types === undefined ? types : intersection(draft.types, types)
  }
  const values = 'const' in schema ? [schema['const']] : Array.isArray(schema['enum']) && schema['enum'].length > 0 ? schema['enum'] : undefined
  if (values === undefined) return
  const own = new Map(values.filter((value) => value !== null).map((value): [string, unknown] => [JSON.stringify(value) ?? '', value]))
  draft.values = draft.values === undefined ? own : new Map([...draft.values].filter(([text]) => own.has(text)))
}

// An integer is a number: where one schema says number and another integer, integer is what both allow.
function intersection(one: readonly string[], other: readonly string[]): string[] {
  const covers = (types: readonly string[], type: string): boolean => types.includes(type) || (type === 'integer' && types.includes('number'))
  return [...new Set([...one.filter((type) => covers(other, type)), ...other.filter((type) => covers(one, type))])]
}

function addBounds(draft: Draft, schema: JsonObject): void {
  const set = (name: string, value: unknown, strictest: (one: number, other: number) => number): void => {
    if (typeof value === 'number') draft.bounds.set(name, strictest(draft.bounds.get(name) ?? value, value))
  }
  for (const name of lower) set(name, schema[name], Math.max)
  for (const name of upper) set(name, schema[name], Math.min)
  set('multipleOf', schema['multipleOf'], Math.max)
  for (const [name, exclusive, strictest] of [['minimum', 'exclusiveMinimum', Math.max], ['maximum', 'exclusiveMaximum', Math.min]] as const) {
    set(name, schema[name], strictest)
    if (schema[exclusive] === true) draft.exclusive.add(name)
    if (typeof schema[exclusive] !== 'number') continue
    set(name, schema[exclusive], strictest)
    if (draft.bounds.get(name) === schema[exclusive]) draft.exclusive.add(name)
  }
  if (typeof schema['format'] === 'string' && !draft.formats.includes(schema['format'])) draft.formats.push(schema['format'])
  if (typeof schema['pattern'] === 'string' && !draft.patterns.includes(schema['pattern'])) draft.patterns.push(schema['pattern'])
  if (schema['uniqueItems'] === true) draft.unique = true
}

function addProperties(source: GateDocument, part: Place, draft: Draft): void {
  const schema = objectOf(part.value)
  for (const [name, value] of Object.entries(objectOf(schema['properties']))) {
    const place = { pointer: below(part, 'properties', name).pointer, value }
    const marks = [objectOf(value), ...resolve(source, place).map((target) => objectOf(target.value))]
    const marked = (key: string): boolean => marks.some((mark) => mark[key] === true)
    const known = draft.properties.get(name)
    draft.properties.set(name, {
      places: [...(known?.places ?? []), place],
      readOnly: marked('readOnly') || known?.readOnly === true,
      writeOnly: marked('writeOnly') || known?.writeOnly === true,
      deprecated: marked('deprecated') || known?.deprecated === true,
      hasDefault: marks.some((mark) => 'default' in mark) || known?.hasDefault === true,
    })
  }
  for (const name of stringsOf(schema['required'])) draft.required.add(name)
  const additional = schema['additionalProperties']
  if (additional === false) draft.additional = 'closed'
  if (isObject(additional) && Object.keys(additional).length > 0 && draft.additional !== 'closed') draft.additional = [...(draft.additional === 'open' ? [] : draft.additional), below(part, 'additionalProperties')]
  for (const name of Object.keys(objectOf(schema['patternProperties']))) draft.patternProperties.set(name, [...(draft.patternProperties.get(name) ?? []), below(part, 'patternProperties', name)])
}

function addRest(part: Place, schema: JsonObject, draft: Draft): void {
  if (isObject(schema['items']) || typeof schema['items'] === 'boolean') draft.items = [...(draft.items ?? []), below(part, 'items')]
  if ('default' in schema) draft.fallback ??= { value: JSON.stringify(schema['default']) ?? 'null' }
  for (const key of rare) if (key in schema) draft.others.set(key, [draft.others.get(key), textOf(schema[key], slotBelow('schema', key))].filter((text) => text !== undefined).join(' '))
  const discriminator = schema['discriminator']
  if (!isObject(discriminator) || typeof discriminator['propertyName'] !== 'string') return
  const mapping = Object.entries(objectOf(discriminator['mapping'])).map(([value, target]): [string, string] => [value, String(target)])
  draft.discriminator ??= { pointer: below(part, 'discriminator').pointer, property: discriminator['propertyName'], mapping: new Map(mapping) }
}

// A union of one branch is that branch: `oneOf: [Pet, null]` is a Pet that may be null.
function addUnions(source: GateDocument, part: Place, adding: Adding): void {
  for (const kind of ['oneOf', 'anyOf'] as const) {
    const list = arrayOf(objectOf(part.value)[kind])
    const branches = list.map((_, index) => below(part, kind, index)).filter((branch) => !isOnlyNull(source, branch))
    const listed = branches.length > 1 ? listedValues(source, branches) : undefined
    if (branches.length === 1) add(source, branches[0]!, adding)
    else if (listed !== undefined) addValues(adding.draft, { enum: listed })
    else if (branches.length > 1) adding.draft.unions.push({ kind, pointer: below(part, kind).pointer, branches })
  }
}

// Branches that only list values are one longer list.
function listedValues(source: GateDocument, branches: readonly Place[]): unknown[] | undefined {
  const values: unknown[] = []
  for (const branch of branches) {
    const schema = resolve(source, branch).at(-1)?.value
    if (!isObject(schema) || Object.keys(schema).some((key) => !listing.has(key) && !describing.has(key))) return undefined
    if ('const' in schema) values.push(schema['const'])
    else if (Array.isArray(schema['enum']) && schema['enum'].length > 0) values.push(...schema['enum'] as unknown[])
    else return undefined
  }
  return values
}

function isOnlyNull(source: GateDocument, branch: Place): boolean {
  const schema = resolve(source, branch).at(-1)?.value
  if (!isObject(schema)) return false
  const isEnumOfNull = Array.isArray(schema['enum']) && schema['enum'].length > 0 && schema['enum'].every((value) => value === null)
  return schema['type'] === 'null' || isEnumOfNull || ('const' in schema && schema['const'] === null)
}

// Many documents leave `type` out beside what only an object or a list can have.
function impliedTypes(draft: Draft): string[] | undefined {
  if (draft.unions.length > 0) return undefined
  if (draft.properties.size > 0 || typeof draft.additional !== 'string') return ['object']
  if (draft.items !== undefined) return ['array']
  if (draft.values === undefined || draft.values.size === 0) return undefined
  return [...new Set([...draft.values.values()].map(typeOfValue))]
}

function typeOfValue(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}
