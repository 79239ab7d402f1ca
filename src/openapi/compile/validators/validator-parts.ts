// Translates the schemas of operations into what validators are compiled from, and notes which schemas they share.
import { kindOf } from '../../../media/index.ts'
import type { ApiDocument } from '../../read/document.ts'
import { followRefs, isObject, type JsonObject, objectOf, stringsOf, valueAt } from '../../read/pointers.ts'
import { exportedSchemas } from '../exported-schemas.ts'
import { isJsonBySchema } from '../json-media.ts'
import { acceptsEverything, isBinary, type SchemaView, toJsonSchema, typesOf } from '../json-schema.ts'
import { bodyOf, contentOf, type RawOperation, repliesOf } from '../operations.ts'
import { unlessEmptyKeyword } from '../bounds.ts'
import { allowsEmpty, emptyValue, parameterSchema } from '../parameters.ts'
import { declaredParts } from '../part-headers.ts'
import { type SchemaTraits, traitsOf } from '../schema-traits.ts'
import { knownFormats, type Mode, type SchemaCompiler } from './ajv-modules.ts'

type Plain = JsonObject | boolean

export interface Part {
  /** Property path of the export, for example `['body', 'application/json']`. */
  place: string[]
  mode: Mode
  schema: Plain
}

export interface SharedSchema {
  schema: Plain
  /** The pointers that it refers to. */
  refs: string[]
  closure?: string
}

export interface Planning {
  api: ApiDocument
  formats: ReadonlySet<string>
  traits: SchemaTraits
  compilers: Map<Mode, SchemaCompiler>
  shared: Map<Mode, Map<string, SharedSchema>>
  /** Of each mode the shared schemas that may look at one value many times; found once all are known. */
  revisited: Map<Mode, ReadonlySet<string>>
  names: ReadonlyMap<string, string>
  usesUnevaluated: boolean
  calls: Map<string, ReadonlySet<string>>
  /** Collects the shared schemas that the current owner refers to. */
  called: Set<string>
}

// Marks the form of a shared schema that fills in no defaults, for the branches of unions.
export const bareMark = '#bare'

export function startPlan(api: ApiDocument, unevaluated: boolean): Planning {
  return { api, formats: knownFormats(), traits: traitsOf(api), compilers: new Map(), shared: new Map(), revisited: new Map(), names: new Map(), usesUnevaluated: unevaluated, calls: new Map(), called: new Set() }
}

export interface OperationParts {
  raw: RawOperation
  file: string
  requests: Part[]
  replies: Part[]
}

/** The parts of an operation that need a validator. */
export function partsOf(planning: Planning, { raw, file }: { raw: RawOperation; file: string }): OperationParts {
  return ownedBy(planning, raw.pointer, () => ({ raw, file, requests: requestParts(planning, raw), replies: replyParts(planning, raw) }))
}

/** An exported schema with what checks its values: as a caller gives them, and as a result. */
export interface ValueParts {
  file: string
  pointer: string
  parts: Part[]
}

/** The parts of the exported schemas. */
export function valueParts(planning: Planning): ValueParts[] {
  return exportedSchemas(planning.api).map(({ pointer, file }) => ownedBy(planning, pointer, () => {
    const schema = { $ref: `#${pointer}` }
    const parts: Part[] = [{ place: ['input'], mode: 'request', schema: plainOf(planning, 'request', schema) }, { place: ['result'], mode: 'reply', schema: plainOf(planning, 'reply', schema) }]
    return { file, pointer, parts: parts.filter((part) => !acceptsEverything(part.schema)) }
  }))
}

// Runs a step and records the shared schemas that it refers to under `owner`.
function ownedBy<Result>(planning: Planning, owner: string, step: () => Result): Result {
  const outer = planning.called
  planning.called = new Set()
  planning.calls.set(owner, planning.called)
  const result = step()
  planning.called = outer
  return result
}

function requestParts(planning: Planning, raw: RawOperation): Part[] {
  const parts: Part[] = []
  const parameters = parametersSchema(planning, raw)
  if (parameters !== undefined) parts.push({ place: ['parameters'], mode: 'text', schema: parameters })
  for (const [name, media] of contentOf(bodyOf(planning.api, raw)?.value)) {
    for (const { field, headers } of declaredParts(planning.api.document, name, media)) parts.push({ place: ['parts', name, field], mode: 'text', schema: partSchema(planning, headers) })
    const mode = modeOf(planning, name, media['schema'])
    if (mode !== undefined) parts.push({ place: ['body', name], mode, schema: plainOf(planning, mode, media['schema']) })
  }
  return parts.filter((part) => !acceptsEverything(part.schema))
}

function partSchema(planning: Planning, headers: [string, JsonObject][]): Plain {
  const required = headers.filter(([, header]) => header['required'] === true).map(([name]) => name)
  return { type: 'object', properties: Object.fromEntries(headers.map(([name, header]) => [name, withTargetDefault(planning, parameterSchema(header).schema)])), ...(required.length > 0 ? { required } : {}) }
}

// Every body that is parsed is checked. A schema cannot describe bytes, or a text that encodes something else.
function modeOf(planning: Planning, media: string, schema: unknown): 'request' | 'text' | undefined {
  if (schema === undefined || isBinary(planning.api.document, schema)) return undefined
  const kind = kindOf(media)
  if (kind === 'json' || isJsonBySchema(planning.api.document, media, schema)) return 'request'
  if (kind === 'urlencoded' || kind === 'multipart') return 'text'
  return kind === 'text' ? textMode(planning, schema) : undefined
}

// A text is checked as a string, or as the number or boolean that it spells, as the schema wants.
function textMode(planning: Planning, schema: unknown): 'request' | 'text' | undefined {
  const types = typesOf(objectOf(followRefs(planning.api.document, schema)))
  if (types.includes('string')) return 'request'
  return types.length > 0 && types.every((type) => ['integer', 'number', 'boolean'].includes(type)) ? 'text' : undefined
}

function parametersSchema(planning: Planning, raw: RawOperation): Plain | undefined {
  if (raw.parameters.length === 0) return undefined
  const places: Record<string, { properties: JsonObject; required: string[] }> = {}
  for (const { value } of raw.parameters) {
    const place = { path: 'path', query: 'query', header: 'headers', cookie: 'cookies' }[String(value['in'])]
    if (place === undefined) continue
    const name = place === 'headers' ? String(value['name']).toLowerCase() : String(value['name'])
    const entry = (places[place] ??= { properties: {}, required: [] })
    entry.properties[name] = withEmpty(planning, value, withTargetDefault(planning, parameterSchema(value).schema))
    if (place === 'path' || value['required'] === true) entry.required.push(name)
  }
  const properties = Object.fromEntries(Object.entries(places).map(([place, entry]) => [place, { type: 'object', properties: entry.properties, ...(entry.required.length > 0 ? { required: entry.required } : {}) }]))
  return { type: 'object', properties }
}

// An empty text that is allowed need not fit the schema.
function withEmpty(planning: Planning, parameter: JsonObject, plain: Plain): Plain {
  if (!allowsEmpty(parameter) || emptyValue(planning.api.document, parameter) !== '' || acceptsEverything(plain)) return plain
  const { default: fallback, ...rest } = typeof plain === 'boolean' ? { not: {} } : plain as JsonObject
  return { [unlessEmptyKeyword]: rest, ...(fallback === undefined ? {} : { default: fallback }) }
}

function withTargetDefault(planning: Planning, schema: unknown): Plain {
  const plain = plainOf(planning, 'text', schema)
  const target = followRefs(planning.api.document, schema)
  return isObject(plain) && !('default' in plain) && isObject(target) && 'default' in target ? { ...plain, default: target['default'] } : plain
}

function replyParts(planning: Planning, raw: RawOperation): Part[] {
  const parts: Part[] = []
  for (const { status, value } of repliesOf(planning.api, raw)) {
    for (const [media, { schema }] of contentOf(value)) {
      // Texts in answers are checked only as strings, not as numbers or booleans.
      if (modeOf(planning, media, schema) !== 'request') continue
      parts.push({ place: ['replies', status, media], mode: 'reply', schema: plainOf(planning, 'reply', schema) })
    }
    const headers = headersSchema(planning, value)
    if (headers !== undefined) parts.push({ place: ['headers', status], mode: 'header', schema: headers })
  }
  return parts.filter((part) => !acceptsEverything(part.schema))
}

function headersSchema(planning: Planning, reply: JsonObject): Plain | undefined {
  const properties: JsonObject = {}
  const required: string[] = []
  for (const [name, header] of Object.entries(objectOf(reply['headers']))) {
    const value = objectOf(followRefs(planning.api.document, header))
    const lower = name.toLowerCase()
    const schema = plainOf(planning, 'header', parameterSchema(value).schema)
    if (lower === 'content-type' || (acceptsEverything(schema) && value['required'] !== true)) continue
    properties[lower] = schema
    if (value['required'] === true) required.push(lower)
  }
  return Object.keys(properties).length === 0 ? undefined : { type: 'object', properties, ...(required.length > 0 ? { required } : {}) }
}

function plainOf(planning: Planning, mode: Mode, schema: unknown): Plain {
  return toJsonSchema(viewOf(planning, mode), schema)
}

function viewOf(planning: Planning, mode: Mode): SchemaView {
  const refer = (pointer: string, isBare: boolean): string => {
    const key = isBare && (mode === 'text' || mode === 'request') && planning.traits.hasDefaults(pointer) ? `${pointer}${bareMark}` : pointer
    share(planning, mode, key)
    return referenceTo(key)
  }
  return { document: planning.api.document, dialect: planning.api.dialect, direction: mode === 'text' || mode === 'request' ? 'request' : 'reply', refer, files: mode === 'text', formats: planning.formats }
}

function share(planning: Planning, mode: Mode, key: string): void {
  const shared = planning.shared.get(mode) ?? new Map<string, SharedSchema>()
  planning.shared.set(mode, shared)
  planning.called.add(`${mode} ${key}`)
  if (shared.has(key)) return
  // Registered before it is translated, because it may refer to itself.
  const entry: SharedSchema = { schema: {}, refs: [] }
  shared.set(key, entry)
  const pointer = key.replace(bareMark, '')
  entry.schema = ownedBy(planning, `${mode} ${key}`, () => toJsonSchema({ ...viewOf(planning, mode), ...(pointer === key ? {} : { bare: true }), leadsBack: (part) => planning.traits.leadsBack(pointer, part) }, valueAt(planning.api.document, pointer)))
  entry.refs = [...new Set(refsIn(entry.schema))]
}

export function referenceTo(pointer: string): string {
  return `klue:${encodeURIComponent(pointer)}`
}

/** The pointers of shared schemas that a translated one refers to. */
export function refsIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(refsIn)
  if (!isObject(schema)) return []
  const own = stringsOf([schema['$ref']]).filter((ref) => ref.startsWith('klue:')).map((ref) => decodeURIComponent(ref.slice('klue:'.length)))
  return own.concat(Object.values(schema).flatMap(refsIn))
}
