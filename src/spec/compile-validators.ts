// Plans and compiles the validator modules of an API: one a direction of an operation, one a shared schema.
import { createHash } from 'node:crypto'
import { type Mode, createCompiler, knownFormats, renumber, type SchemaCompiler } from './ajv-modules.ts'
import type { ApiDocument } from './document.ts'
import { compactValidator } from './compact-validator.ts'
import { acceptsEverything, type SchemaView, toJsonSchema } from './json-schema.ts'
import { bodyOf, mediaOf, type RawOperation, repliesOf } from './operations.ts'
import { parameterSchema } from './parameters.ts'
import { followRefs, isObject, type JsonObject, keysOf, objectOf, stringsOf, valueAt } from './pointers.ts'
import { uniqueFileNames } from './file-names.ts'
import { type SchemaTraits, traitsOf } from './schema-traits.ts'

type Plain = JsonObject | boolean

/** A module to be written; `code` compiles it, which the cache may make unnecessary. */
export interface PlannedModule {
  /** Path below the API's folder, for example `requests/listPets.cjs`. */
  path: string
  /** Hash of everything that the code depends on. */
  key: string
  /** Where a fault of the schema is to be shown. */
  pointer: string
  code: () => string
}

interface Part {
  /** Property path of the export, for example `['body', 'application/json']`. */
  place: string[]
  mode: Mode
  schema: Plain
}

interface SharedSchema {
  schema: Plain
  /** The pointers that it refers to. */
  refs: string[]
  closure?: string
}

interface Planning {
  api: ApiDocument
  formats: ReadonlySet<string>
  traits: SchemaTraits
  compilers: Map<Mode, SchemaCompiler>
  shared: Map<Mode, Map<string, SharedSchema>>
  names: ReadonlyMap<string, string>
  usesUnevaluated: boolean
}

// Marks the form of a shared schema that fills in no defaults, for the branches of unions.
const bareMark = '#bare'
const jsonMedia = /^(application\/([\w.-]+\+)?json|\*\/\*|application\/\*)$/
const formMedia = /^(application\/x-www-form-urlencoded|multipart\/.*)$/

/** The modules of all operations and of the schemas that they share, sorted by path. */
export function planValidators(api: ApiDocument, operations: { raw: RawOperation; file: string }[]): PlannedModule[] {
  const text = JSON.stringify(api.document)
  const planning: Planning = { api, formats: knownFormats(), traits: traitsOf(api), compilers: new Map(), shared: new Map(), names: new Map(), usesUnevaluated: /"unevaluated(Items|Properties)":/.test(text) }
  const parts = operations.map(({ raw, file }) => ({ raw, file, requests: requestParts(planning, raw), replies: replyParts(planning, raw) }))
  const pointers = new Set([...planning.shared.values()].flatMap((shared) => [...shared.keys()]))
  planning.names = uniqueFileNames([...pointers].sort().map((pointer) => ({ key: pointer, wanted: keysOf(pointer).slice(pointer.startsWith('/components/schemas/') ? 2 : 0).join('-') })))
  const modules = parts.flatMap(({ raw, file, requests, replies }) => [
    operationModule(planning, { path: `requests/${file}.cjs`, pointer: raw.pointer, groups: ['body'] }, requests),
    operationModule(planning, { path: `replies/${file}.cjs`, pointer: raw.pointer, groups: ['replies', 'headers'] }, replies),
  ])
  for (const [mode, shared] of planning.shared) for (const pointer of shared.keys()) modules.push(sharedModule(planning, mode, pointer))
  return modules.sort((left, right) => (left.path < right.path ? -1 : 1))
}

function requestParts(planning: Planning, raw: RawOperation): Part[] {
  const parts: Part[] = []
  const parameters = parametersSchema(planning, raw)
  if (parameters !== undefined) parts.push({ place: ['parameters'], mode: 'text', schema: parameters })
  for (const [type, media] of Object.entries(objectOf(bodyOf(planning.api, raw)?.value['content']))) {
    const name = mediaOf(type)
    const mode = jsonMedia.test(name) ? 'request' : formMedia.test(name) ? 'text' : undefined
    const schema = objectOf(media)['schema']
    if (mode === undefined ? !isTextSchema(planning, name, schema) : schema === undefined) continue
    parts.push({ place: ['body', name], mode: mode ?? 'request', schema: plainOf(planning, mode ?? 'request', schema) })
  }
  return parts.filter((part) => !acceptsEverything(part.schema))
}

// Bodies of text are validated as the string they are; whatever is binary has nothing that a schema could say.
function isTextSchema(planning: Planning, media: string, schema: unknown): boolean {
  const target = objectOf(followRefs(planning.api.document, schema))
  return media.startsWith('text/') && target['type'] === 'string' && target['format'] !== 'binary'
}

function parametersSchema(planning: Planning, raw: RawOperation): Plain | undefined {
  if (raw.parameters.length === 0) return undefined
  const places: Record<string, { properties: JsonObject; required: string[] }> = {}
  for (const { value } of raw.parameters) {
    const place = { path: 'path', query: 'query', header: 'headers', cookie: 'cookies' }[String(value['in'])]
    if (place === undefined) continue
    const name = place === 'headers' ? String(value['name']).toLowerCase() : String(value['name'])
    const entry = (places[place] ??= { properties: {}, required: [] })
    entry.properties[name] = withTargetDefault(planning, parameterSchema(value).schema)
    if (place === 'path' || value['required'] === true) entry.required.push(name)
  }
  const properties = Object.fromEntries(Object.entries(places).map(([place, entry]) => [place, { type: 'object', properties: entry.properties, ...(entry.required.length > 0 ? { required: entry.required } : {}) }]))
  return { type: 'object', properties }
}

function withTargetDefault(planning: Planning, schema: unknown): Plain {
  const plain = plainOf(planning, 'text', schema)
  const target = followRefs(planning.api.document, schema)
  return isObject(plain) && !('default' in plain) && isObject(target) && 'default' in target ? { ...plain, default: target['default'] } : plain
}

function replyParts(planning: Planning, raw: RawOperation): Part[] {
  const parts: Part[] = []
  for (const { status, value } of repliesOf(planning.api, raw)) {
    for (const [type, media] of Object.entries(objectOf(value['content']))) {
      const schema = objectOf(media)['schema']
      if (schema === undefined || !(jsonMedia.test(mediaOf(type)) || isTextSchema(planning, mediaOf(type), schema))) continue
      parts.push({ place: ['replies', status, mediaOf(type)], mode: 'reply', schema: plainOf(planning, 'reply', schema) })
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
  if (shared.has(key)) return
  // Known before it is translated: it may refer to itself.
  const entry: SharedSchema = { schema: {}, refs: [] }
  shared.set(key, entry)
  const pointer = key.replace(bareMark, '')
  entry.schema = toJsonSchema({ ...viewOf(planning, mode), ...(pointer === key ? {} : { bare: true }), leadsBack: (part) => planning.traits.leadsBack(pointer, part) }, valueAt(planning.api.document, pointer))
  entry.refs = [...new Set(refsIn(entry.schema))]
}

function referenceTo(pointer: string): string {
  return `klue:${encodeURIComponent(pointer)}`
}

function moduleOf(planning: Planning, mode: Mode, pointer: string): string {
  const suffix = mode === 'reply' ? '' : `.${mode}`
  return `schemas/${planning.names.get(pointer) ?? ''}${suffix}.cjs`
}

function operationModule(planning: Planning, { path, pointer, groups }: { path: string; pointer: string; groups: string[] }, parts: Part[]): PlannedModule {
  const key = hashOf(JSON.stringify(parts), ...parts.flatMap((part) => refsIn(part.schema).map((ref) => `${moduleOf(planning, part.mode, ref)} ${planning.usesUnevaluated ? closureHash(planning, part.mode, ref) : ''}`)))
  const code = (): string => {
    const counters = new Map<string, number>()
    const heads = groups.map((group) => `exports.${group} = {};`)
    const bodies = parts.map((part) => {
      const { place } = part
      const compiled = compilePart(planning, part, counters)
      const statuses = place.length === 3 ? `exports.${place[0] ?? ''}[${JSON.stringify(place[1])}] ??= {};\n` : ''
      heads.push(`${statuses}exports.${place[0] ?? ''}${place.slice(1).map((step) => `[${JSON.stringify(step)}]`).join('')} = ${compiled.expression};`)
      return compiled.code
    })
    return withRuntime(`${heads.join('')}${bodies.join('')}`)
  }
  return { path, key, pointer, code }
}

function compilePart(planning: Planning, { mode, schema }: Part, counters: Map<string, number>): { expression: string; code: string } {
  const only = isObject(schema) && Object.keys(schema).length === 1 && typeof schema['$ref'] === 'string' ? refsIn(schema)[0] : undefined
  if (only !== undefined) return { expression: `require(${JSON.stringify(`../${moduleOf(planning, mode, only)}`)})`, code: '' }
  const compiler = compilerOf(planning, mode)
  const { name, code } = compiler.codeOf(compiler.compile(schema))
  const [expression = '', ...rest] = renumber(`${name}\n${code}`, counters).split('\n')
  return { expression, code: compactValidator(rest.join('\n'), coerces(mode)) }
}

function coerces(mode: Mode): boolean {
  return mode === 'text' || mode === 'header'
}

function withRuntime(code: string): string {
  return `"use strict";${/\bk\./.test(code) ? 'const k=require("../runtime.cjs");' : ''}${code}\n`
}

function sharedModule(planning: Planning, mode: Mode, pointer: string): PlannedModule {
  const code = (): string => {
    const compiler = compilerOf(planning, mode)
    const { name, code: text } = compiler.codeOf(compiler.compileShared(referenceTo(pointer)))
    // Exported before anything is required: schemas may refer to each other in a circle.
    return withRuntime(compactValidator(renumber(`module.exports = ${name};\n${text}`, new Map()), coerces(mode)))
  }
  return { path: moduleOf(planning, mode, pointer), key: hashOf(moduleOf(planning, mode, pointer), closureHash(planning, mode, pointer)), pointer: pointer.replace(bareMark, ''), code }
}

function compilerOf(planning: Planning, mode: Mode): SchemaCompiler {
  const known = planning.compilers.get(mode)
  if (known !== undefined) return known
  const compiler = createCompiler(mode, planning.api.dialect, planning.usesUnevaluated)
  for (const [pointer, { schema }] of planning.shared.get(mode) ?? []) compiler.addShared(referenceTo(pointer), schema, `../${moduleOf(planning, mode, pointer)}`)
  planning.compilers.set(mode, compiler)
  return compiler
}

// What a schema refers to, and what that refers to: its code depends on all their names, and with unevaluated* on their content.
function closureHash(planning: Planning, mode: Mode, pointer: string): string {
  const shared = planning.shared.get(mode) as Map<string, SharedSchema>
  const entry = shared.get(pointer) as SharedSchema
  if (entry.closure !== undefined) return entry.closure
  if (!planning.usesUnevaluated) return (entry.closure = hashOf(JSON.stringify(entry.schema), ...entry.refs.map((ref) => moduleOf(planning, mode, ref))))
  const reached = new Set([pointer])
  for (const next of reached) for (const ref of shared.get(next)?.refs ?? []) reached.add(ref)
  return (entry.closure = hashOf(...[...reached].map((next) => `${moduleOf(planning, mode, next)} ${JSON.stringify(shared.get(next)?.schema)}`)))
}

function refsIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(refsIn)
  if (!isObject(schema)) return []
  const own = stringsOf([schema['$ref']]).filter((ref) => ref.startsWith('klue:')).map((ref) => decodeURIComponent(ref.slice('klue:'.length)))
  return own.concat(Object.values(schema).flatMap(refsIn))
}

function hashOf(...texts: string[]): string {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text).update('\n')
  return hash.digest('base64url').slice(0, 22)
}

