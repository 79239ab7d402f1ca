// Plans and compiles the validator modules of an API: one a direction of an operation, one a shared schema.
import { createHash } from 'node:crypto'
import { uniqueFileNames } from '../../files/file-names.ts'
import { type PlanRecord, reachedFrom, sharedNames } from '../../files/plan-record.ts'
import type { ApiDocument } from '../../read/document.ts'
import { isObject, keysOf } from '../../read/pointers.ts'
import type { RawOperation } from '../operations.ts'
import { costOf, isPlainPattern } from '../pattern-cost.ts'
import { type Mode, createCompiler, renumber, type SchemaCompiler } from './ajv-modules.ts'
import { compactValidator } from './compact-validator.ts'
import { revisitedIn } from './revisited.ts'
import { bareMark, type OperationParts, type Part, type Planning, partsOf, referenceTo, refsIn, type SharedSchema, startPlan, type ValueParts, valueParts } from './validator-parts.ts'
import type { PlainMark } from './validator-types.ts'

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

export interface PlannedOperation {
  raw: RawOperation
  file: string
}

export interface ValidatorPlan {
  modules: PlannedModule[]
  record: PlanRecord
}

/** The plan of the run before, for a document of which only path items have changed since. */
export interface KeptPlan {
  record: PlanRecord
  isUnchanged: (raw: RawOperation) => boolean
  /** The key of a module of the run before. */
  keyOf: (path: string) => string | undefined
}

/** The modules of all operations and of the schemas that they share, sorted by path. */
export function planValidators(api: ApiDocument, operations: PlannedOperation[], kept?: KeptPlan): ValidatorPlan {
  return (kept === undefined ? undefined : planChanged(api, operations, kept)) ?? planAll(api, operations)
}

function planAll(api: ApiDocument, operations: PlannedOperation[]): ValidatorPlan {
  const planning = startPlan(api, usesUnevaluated(api.document))
  const parts = operations.map((operation) => partsOf(planning, operation))
  const values = valueParts(planning)
  planning.names = namesOf(sharedIn(planning))
  return { modules: sorted([...parts.flatMap((part) => operationModules(planning, part)), ...valueModules(planning, values), ...sharedModules(planning)]), record: planning }
}

// Makes the plan from the changed operations and the record of the run before; undefined where the result might differ from a whole plan.
function planChanged(api: ApiDocument, operations: PlannedOperation[], { record, isUnchanged, keyOf }: KeptPlan): ValidatorPlan | undefined {
  const [unchanged, changed] = [operations.filter(({ raw }) => isUnchanged(raw)), operations.filter(({ raw }) => !isUnchanged(raw))]
  if (record.usesUnevaluated || usesUnevaluated(changed.map(({ raw }) => raw))) return undefined
  const planning = startPlan(api, false)
  const parts = changed.map((operation) => partsOf(planning, operation))
  // They are few, and depend on no path item.
  const values = valueParts(planning)
  const translated = new Set(sharedIn(planning))
  const kept = [...reachedFrom(record, unchanged.map(({ raw }) => raw.pointer))].filter((shared) => !translated.has(shared))
  planning.names = namesOf([...translated, ...kept])
  const before = namesOf(sharedNames(record))
  // Modules name each other in their code, so a changed name would change others too.
  if ([...planning.names].some(([pointer, name]) => before.has(pointer) && before.get(pointer) !== name)) return undefined
  let whole: Map<string, PlannedModule> | undefined
  const code = (path: string): string => (whole ??= new Map(planAll(api, operations).modules.map((module) => [module.path, module]))).get(path)?.code() ?? ''
  const keptModules = [
    ...unchanged.flatMap(({ raw, file }) => [`requests/${file}.cjs`, `replies/${file}.cjs`].map((path) => ({ path, pointer: raw.pointer }))),
    ...kept.map((shared) => ({ path: moduleOf(planning, ...splitShared(shared)), pointer: splitShared(shared)[1].replace(bareMark, '') })),
  ].map(({ path, pointer }) => ({ path, key: keyOf(path) ?? '', pointer, code: () => code(path) }))
  if (keptModules.some(({ key }) => key === '')) return undefined
  for (const owner of [...unchanged.map(({ raw }) => raw.pointer), ...kept]) planning.calls.set(owner, record.calls.get(owner) ?? new Set())
  return { modules: sorted([...keptModules, ...parts.flatMap((part) => operationModules(planning, part)), ...valueModules(planning, values), ...sharedModules(planning)]), record: planning }
}

function usesUnevaluated(value: unknown): boolean {
  return /"unevaluated(Items|Properties)":/.test(JSON.stringify(value))
}

function namesOf(shared: string[]): Map<string, string> {
  const pointers = new Set(shared.map((one) => splitShared(one)[1]))
  return uniqueFileNames([...pointers].sort().map((pointer) => ({ key: pointer, wanted: keysOf(pointer).slice(pointer.startsWith('/components/schemas/') ? 2 : 0).join('-') })))
}

function sharedIn(planning: Planning): string[] {
  return [...planning.shared].flatMap(([mode, shared]) => [...shared.keys()].map((pointer) => `${mode} ${pointer}`))
}

function splitShared(shared: string): [mode: Mode, pointer: string] {
  const space = shared.indexOf(' ')
  return [shared.slice(0, space) as Mode, shared.slice(space + 1)]
}

function sorted(modules: PlannedModule[]): PlannedModule[] {
  return modules.sort((left, right) => (left.path < right.path ? -1 : 1))
}

function operationModules(planning: Planning, { raw, file, requests, replies }: OperationParts): PlannedModule[] {
  return [
    operationModule(planning, { path: `requests/${file}.cjs`, pointer: raw.pointer, groups: ['body', ...(requests.some(({ place }) => place[0] === 'parts') ? ['parts'] : [])] }, requests),
    operationModule(planning, { path: `replies/${file}.cjs`, pointer: raw.pointer, groups: ['replies', 'headers'] }, replies),
  ]
}

function valueModules(planning: Planning, values: ValueParts[]): PlannedModule[] {
  return values.map(({ file, pointer, parts }) => operationModule(planning, { path: `values/${file}.cjs`, pointer, groups: [] }, parts))
}

function sharedModules(planning: Planning): PlannedModule[] {
  return [...planning.shared].flatMap(([mode, shared]) => [...shared.keys()].map((pointer) => sharedModule(planning, mode, pointer)))
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

const plainMark: PlainMark = '/* plain */'

function withRuntime(code: string): string {
  return `${hasPlainPatterns(code) ? plainMark : ''}"use strict";${/\bk\./.test(code) ? 'const k=require("../runtime.cjs");' : ''}${withPatternBounds(code)}\n`
}

// Ajv hands the text of a pattern over; how its cost is bounded stands beside it.
function withPatternBounds(code: string): string {
  return code.replace(/(?<=\bpattern\d+\s*=\s*func\d+\()("(?:[^"\\]|\\.)*"), ?"u"(?=\))/g, (call, text: string) => {
    const { source, most } = costOf(JSON.parse(text) as string)
    return most === undefined ? call : `${JSON.stringify(source)},"u",${most}`
  })
}

// Whether no pattern of the code can take long. The function then need not set the bound on patterns, which costs as much as the rest of a validator.
function hasPlainPatterns(code: string): boolean {
  const patterns = [...code.matchAll(/=\s*func\d+\(("(?:[^"\\]|\\.)*"),/g)].map(([, text]) => JSON.parse(text!) as string)
  return patterns.length > 0 && patterns.length === code.match(/\bpattern\d+\s*=/g)?.length && patterns.every(isPlainPattern)
}

function sharedModule(planning: Planning, mode: Mode, pointer: string): PlannedModule {
  const code = (): string => {
    const compiler = compilerOf(planning, mode)
    const { name, code: text } = compiler.codeOf(compiler.compileShared(referenceTo(pointer)))
    // The export stands before any `require`, because schemas may refer to each other in a circle.
    const compact = compactValidator(renumber(`module.exports = ${name};\n${text}`, new Map()), coerces(mode))
    return withRuntime(remembers ? withMemory(compact) : compact)
  }
  const remembers = isRevisited(planning, mode, pointer)
  return { path: moduleOf(planning, mode, pointer), key: hashOf(moduleOf(planning, mode, pointer), closureHash(planning, mode, pointer), ...(remembers ? ['remembers'] : [])), pointer: pointer.replace(bareMark, ''), code }
}

function isRevisited(planning: Planning, mode: Mode, pointer: string): boolean {
  const known = planning.revisited.get(mode) ?? revisitedIn(planning.shared.get(mode)!)
  planning.revisited.set(mode, known)
  return known.has(pointer)
}

// The validator keeps its name, which others require and on which it leaves its faults; what it does gets another.
function withMemory(code: string): string {
  return code.replace(/\bfunction validate0\(/, 'function validate0(data,at){return k.m(validate0,check0,data,at);}function check0(')
}

function compilerOf(planning: Planning, mode: Mode): SchemaCompiler {
  const known = planning.compilers.get(mode)
  if (known !== undefined) return known
  const compiler = createCompiler(mode, planning.api.dialect, planning.usesUnevaluated)
  for (const [pointer, { schema }] of planning.shared.get(mode) ?? []) compiler.addShared(referenceTo(pointer), schema, `../${moduleOf(planning, mode, pointer)}`)
  planning.compilers.set(mode, compiler)
  return compiler
}

// A hash over all schemas that a schema leads to: its code depends on their names, and with unevaluated* also on their content.
function closureHash(planning: Planning, mode: Mode, pointer: string): string {
  const shared = planning.shared.get(mode) as Map<string, SharedSchema>
  const entry = shared.get(pointer) as SharedSchema
  if (entry.closure !== undefined) return entry.closure
  if (!planning.usesUnevaluated) return (entry.closure = hashOf(JSON.stringify(entry.schema), ...entry.refs.map((ref) => moduleOf(planning, mode, ref))))
  const reached = new Set([pointer])
  for (const next of reached) for (const ref of shared.get(next)?.refs ?? []) reached.add(ref)
  return (entry.closure = hashOf(...[...reached].map((next) => `${moduleOf(planning, mode, next)} ${JSON.stringify(shared.get(next)?.schema)}`)))
}

function hashOf(...texts: string[]): string {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text).update('\n')
  return hash.digest('base64url').slice(0, 22)
}

