// Where values of custom formats lie in what an operation takes and gives: a plan for those who parse and print them.
import { isForm } from '../../media/index.ts'
import type { ApiDocument, FaultNote } from '../read/document.ts'
import { arrayOf, followRefs, isObject, type JsonObject, objectOf, pointerTo, stringsOf, valueAt } from '../read/pointers.ts'
import { walkDocument, walkSchema } from '../read/walk-document.ts'
import type { FormatBranch, FormatPlan, OperationFormats, TableFormats } from '../table.ts'
import { carriesJson } from './json-media.ts'
import { isFile, pointerOfRef, typesOf } from './json-schema.ts'
import { bodyOf, contentOf, type RawOperation, repliesOf } from './operations.ts'
import { parameterSchema } from './parameters.ts'
import { costOf } from './pattern-cost.ts'
import { declaredParts } from './part-headers.ts'

const found = new WeakMap<object, ReadonlySet<string>>()

/**
 * The formats that `x-klue-formats` names: a service can register functions that turn their texts into values.
 * Other unknown formats stay text, as most services want it, and cost nothing.
 */
export function customFormats({ document }: ApiDocument): ReadonlySet<string> {
  const listed = stringsOf(document?.['x-klue-formats'])
  if (document === undefined || listed.length === 0) return none
  const known = found.get(document)
  if (known !== undefined) return known
  const used = new Set<string>()
  walkDocument(document, undefined, ({ value, kind }) => {
    if (kind === 'schema' && formatOf(value) !== undefined) used.add(value['format'] as string)
  })
  const names = new Set(listed.filter((name) => used.has(name)).sort())
  found.set(document, names)
  return names
}

const none: ReadonlySet<string> = new Set()

/** Names in `x-klue-formats` that no text of the document has. */
export function checkFormats(api: ApiDocument): FaultNote[] {
  const used = customFormats(api)
  return arrayOf(api.document?.['x-klue-formats']).flatMap((name, index) => typeof name !== 'string' || name === '' || used.has(name) ? [] : [{ code: 'extension-invalid' as const, pointer: pointerTo('', 'x-klue-formats', index), message: `x-klue-formats names ${name}, which is the format of no text in this document`, hint: 'remove it, or spell it as the schemas do' }])
}

/** The format of a schema of free text; listed values are what they are. */
export function formatOf(schema: JsonObject): string | undefined {
  const { format } = schema
  if (typeof format !== 'string' || 'enum' in schema || 'const' in schema || isFile(schema)) return undefined
  const types = typesOf(schema)
  return types.length === 0 || types.includes('string') ? format : undefined
}

interface Planning {
  api: ApiDocument
  formats: ReadonlySet<string>
  /** Plans of the schemas that were referred to; false where there is nothing below. */
  schemas: Map<string, FormatPlan | false>
}

/** The plans of operations, by their place in the list, and of the schemas that they share; undefined where a document names no formats. */
export function compileFormats(api: ApiDocument, raws: RawOperation[]): { formats: TableFormats; operations: (OperationFormats | undefined)[] } | undefined {
  const formats = customFormats(api)
  if (formats.size === 0) return undefined
  const planning: Planning = { api, formats, schemas: new Map() }
  const operations = raws.map((raw) => planOperation(planning, raw))
  return { operations, formats: { names: [...formats], schemas: Object.fromEntries([...planning.schemas].filter((entry): entry is [string, FormatPlan] => entry[1] !== false)) } }
}

function planOperation(planning: Planning, raw: RawOperation): OperationFormats | undefined {
  const parameters = planParameters(planning, raw)
  const body = planContent(planning, bodyOf(planning.api, raw)?.value)
  const parts = planParts(planning, bodyOf(planning.api, raw)?.value)
  const answers = repliesOf(planning.api, raw)
  const replies = pick(answers.map(({ status, value }) => [status, planContent(planning, value)] as const))
  const replyHeaders = pick(answers.map(({ status, value }) => [status, planHeaders(planning, Object.entries(objectOf(value['headers'])).map(([name, header]) => [name.toLowerCase(), objectOf(followRefs(planning.api.document, header))]))] as const))
  return pick(Object.entries({ parameters, body, parts, replies, replyHeaders })) as OperationFormats | undefined
}

function planParts(planning: Planning, body: JsonObject | undefined): Record<string, Record<string, FormatPlan>> | undefined {
  return pick([...contentOf(body)].map(([type, media]) => [type, pick(declaredParts(planning.api.document, type, media).map(({ field, headers }) => [field, planHeaders(planning, headers)] as const))] as const))
}

function planHeaders(planning: Planning, headers: [name: string, header: JsonObject][]): FormatPlan | undefined {
  const properties = pick(headers.map(([name, header]) => [name, plan(planning, parameterSchema(header).schema)] as const))
  return properties === undefined ? undefined : { properties }
}

function planParameters(planning: Planning, raw: RawOperation): FormatPlan | undefined {
  const places: [string, string][] = [['path', 'path'], ['query', 'query'], ['headers', 'header'], ['cookies', 'cookie']]
  const properties = pick(places.map(([key, place]) => {
    const own = pick(raw.parameters.filter(({ value }) => value['in'] === place).map(({ value }) => {
      const name = String(value['name'])
      return [place === 'header' ? name.toLowerCase() : name, plan(planning, parameterSchema(value).schema)] as const
    }))
    return [key, own === undefined ? undefined : { properties: own }] as const
  }))
  return properties === undefined ? undefined : { properties }
}

function planContent(planning: Planning, owner: JsonObject | undefined): Record<string, FormatPlan> | undefined {
  return pick([...contentOf(owner)].map(([type, { schema }]) => {
    const text = textFormat(planning.api, type, schema)
    return [type, isForm(type) || carriesJson(planning.api.document, type, schema) ? plan(planning, schema) : text === undefined ? undefined : { format: text }] as const
  }))
}

/** The custom format of a body that is one text, such as `text/plain`. */
export function textFormat(api: ApiDocument, media: string, schema: unknown): string | undefined {
  if (!media.startsWith('text/')) return undefined
  const format = formatOf(objectOf(followRefs(api.document, schema)))
  return format !== undefined && customFormats(api).has(format) ? format : undefined
}

/** Whether values of custom formats lie in what fits a schema. */
export function holdsFormats(api: ApiDocument, schema: unknown): boolean {
  const formats = customFormats(api)
  return formats.size > 0 && plan({ api, formats, schemas: new Map() }, schema) !== undefined
}

// Empty plans are left out, because an absent plan costs nothing at run time.
function pick<Part>(entries: (readonly [string, Part | undefined])[]): Record<string, Part> | undefined {
  const filled = entries.filter((entry): entry is readonly [string, Part] => entry[1] !== undefined)
  return filled.length === 0 ? undefined : Object.fromEntries(filled)
}

function plan(planning: Planning, schema: unknown): FormatPlan | undefined {
  if (!isObject(schema)) return undefined
  const ref = typeof schema['$ref'] === 'string' ? planRef(planning, pointerOfRef(schema['$ref'])) : undefined
  if (typeof schema['$ref'] === 'string' && planning.api.dialect !== '3.1') return ref
  const own = planOwn(planning, schema)
  if (ref === undefined) return own
  return own === undefined ? ref : { all: [ref, own] }
}

function planRef(planning: Planning, pointer: string): FormatPlan | undefined {
  if (!planning.schemas.has(pointer)) {
    // Registered before it is planned, because it may refer to itself.
    const placeholder: FormatPlan = {}
    planning.schemas.set(pointer, placeholder)
    if (reaches(planning, pointer)) Object.assign(placeholder, plan(planning, valueAt(planning.api.document, pointer)))
    else planning.schemas.set(pointer, false)
  }
  return planning.schemas.get(pointer) === false ? undefined : { ref: pointer }
}

interface Reach {
  direct: boolean
  refs: string[]
  known?: boolean
}

// A cache for each document, because operations refer to the same schemas again and again.
const reaching = new WeakMap<object, Map<string, Reach>>()

// Whether a custom format stands in a schema or in one that it refers to.
function reaches({ api, formats }: Planning, pointer: string): boolean {
  const document = api.document as JsonObject
  const all = reaching.get(document) ?? new Map<string, Reach>()
  reaching.set(document, all)
  const reachOf = (at: string): Reach => {
    const known = all.get(at) ?? { direct: false, refs: [] }
    if (!all.has(at)) look(valueAt(document, at), formats, known)
    all.set(at, known)
    return known
  }
  const start = reachOf(pointer)
  const reached = new Set([pointer])
  for (const next of start.known === undefined ? reached : []) {
    const { direct, refs, known } = reachOf(next)
    if (direct || known === true) start.known = true
    if (start.known === true) break
    if (known !== false) for (const ref of refs) reached.add(ref)
  }
  return (start.known ??= false)
}

function look(schema: unknown, formats: ReadonlySet<string>, reach: Reach): void {
  walkSchema(schema, (part) => {
    if (typeof part['$ref'] === 'string') reach.refs.push(pointerOfRef(part['$ref']))
    if (formats.has(formatOf(part) ?? '')) reach.direct = true
  })
}

function planOwn(planning: Planning, schema: JsonObject): FormatPlan | undefined {
  const format = formatOf(schema)
  const mapOf = (key: string): Record<string, FormatPlan> | undefined => pick(Object.entries(objectOf(schema[key])).map(([name, part]) => [name, plan(planning, part)] as const))
  const tuple = arrayOf(schema['prefixItems']).concat(arrayOf(schema['items'])).map((item) => plan(planning, item) ?? {})
  const all = arrayOf(schema['allOf']).map((part) => plan(planning, part)).filter((part) => part !== undefined)
  const unions = ['anyOf', 'oneOf'].flatMap((key) => {
    const branches = arrayOf(schema[key]).map((part) => branchOf(planning, part))
    return branches.some((branch) => branch.plan !== undefined) ? [{ any: branches }] : []
  })
  const patterns = Object.entries(mapOf('patternProperties') ?? {}).map(([pattern, part]) => {
    const { source, most } = costOf(pattern)
    return { source, ...(most === undefined ? {} : { most }), plan: part }
  })
  const whole = {
    format: format !== undefined && planning.formats.has(format) ? format : undefined,
    properties: mapOf('properties'),
    patterns: patterns.length > 0 ? patterns : undefined,
    others: plan(planning, schema['additionalProperties']),
    first: tuple.some((item) => Object.keys(item).length > 0) ? tuple : undefined,
    items: plan(planning, schema['items']),
    all: all.length + unions.length > 0 ? [...all, ...unions] : undefined,
  }
  return pick(Object.entries(whole)) as FormatPlan | undefined
}

// The conditions under which a value belongs to a branch of a union, as far as they can be tested without a validator.
function branchOf(planning: Planning, schema: unknown): FormatBranch {
  const conditions: FormatBranch = {}
  addConditions(planning.api, conditions, { schema, depth: 0 })
  const own = plan(planning, schema)
  return { ...conditions, ...(own === undefined ? {} : { plan: own }) }
}

function addConditions(api: ApiDocument, conditions: FormatBranch, { schema, depth }: { schema: unknown; depth: number }): void {
  const target = objectOf(followRefs(api.document, schema))
  const listed = valuesOf(target)
  const types = typesOf(target)
  if (types.length > 0) conditions.types ??= types
  if (listed !== undefined) conditions.values ??= listed
  const required = stringsOf(target['required'])
  if (required.length > 0) conditions.required = [...new Set([...conditions.required ?? [], ...required])]
  const fixed = pick(Object.entries(objectOf(target['properties'])).map(([name, part]) => [name, valuesOf(objectOf(followRefs(api.document, part)))] as const))
  if (fixed !== undefined) conditions.fixed = { ...conditions.fixed, ...fixed }
  if (depth < 6) for (const part of arrayOf(target['allOf'])) addConditions(api, conditions, { schema: part, depth: depth + 1 })
}

function valuesOf(schema: JsonObject): unknown[] | undefined {
  if ('const' in schema) return [schema['const']]
  return Array.isArray(schema['enum']) && schema['enum'].length > 0 ? schema['enum'] : undefined
}

