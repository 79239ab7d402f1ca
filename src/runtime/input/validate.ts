// The step validate: reads a request and checks it with the operation's precompiled validators.
import type { ErrorDetail } from '../../errors/index.ts'
import type { CompiledOperation, RequestValidators, ValidationFault, Validator } from '../../openapi/index.ts'
import type { ApiSpec } from '../api/api-spec.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Input } from '../exchange/types.ts'
import { readBody, type ReadBody } from './body.ts'
import { escapePointer, readParameters } from './parameters.ts'

// An answer names at most so many faults: more would help nobody, and a small request could cause a large answer.
const faultLimit = 50

/** Reads and checks a request; the input is complete, coerced and typed as declared where there are no faults. */
export function validateRequest(spec: ApiSpec, operation: CompiledOperation, exchange: Exchange): { input: Input; faults: ErrorDetail[] } {
  const { request, match, platform } = exchange
  const path = match.kind === 'operation' ? match.path : {}
  const { parameters, unreadable } = readParameters(operation, request, path)
  const body = readBody(operation, request, platform.config.bodyLimitBytes)
  const validators = spec.request(operation)
  const faults: ErrorDetail[] = unreadable.slice()
  if (body.fault !== undefined) faults.push({ pointer: '/body', message: body.fault })
  if (body.partFaults !== undefined) faults.push(...body.partFaults)
  if (body.parts !== undefined) faults.push(...body.parts.check(validators, body.media!, runText))
  if (validators.parameters !== undefined) for (const fault of runText(validators.parameters, parameters, '')) if (!unreadable.some(({ pointer }) => pointer === fault.pointer)) faults.push(fault)
  faults.push(...bodyFaults(validators, body))
  const input: Input = { path: parameters.path, query: parameters.query, headers: parameters.headers, cookies: parameters.cookies, body: body.value, raw: request }
  const formats = exchange.api?.formats
  if (formats !== undefined) faults.push(...formats.parse(spec, operation, { input, media: body.media, parts: body.parts?.heads }).filter((fault) => !faults.some(({ pointer }) => pointer === fault.pointer)))
  if (faults.length === 0) body.parts?.handOver(input.body)
  return { input, faults: faults.length > faultLimit ? faults.slice(0, faultLimit) : faults }
}

// A body sent as bytes is not parsed, so it cannot fit a schema that describes anything else.
const uncheckable = 'must come in a media type that can be read, such as application/json'

function bodyFaults({ body: checks }: RequestValidators, { media, value, fault, isForm }: ReadBody): ErrorDetail[] {
  const check = media !== undefined && fault === undefined && Object.hasOwn(checks, media) ? checks[media] : undefined
  if (check === undefined) return []
  if (ArrayBuffer.isView(value)) return [{ pointer: '/body', message: uncheckable }]
  return (isForm === true ? runText : run)(check, value, '/body')
}

/** What is wrong with a value in the words of an error answer; at most 50 faults. */
export function run(validator: Validator, value: unknown, prefix: string): ErrorDetail[] {
  const faults = faultsOf(validator, value)
  return faults === none ? [] : faults.map((fault) => toDetail(fault, prefix))
}

const none: ValidationFault[] = []

function faultsOf(validator: Validator, value: unknown): ValidationFault[] {
  try {
    return validator(value) ? none : (validator.errors ?? []).slice(0, faultLimit)
  } catch (error) {
    // Validators of recursive schemas call themselves once for each level. A value that nests deeper than the stack allows is refused.
    if (error instanceof RangeError) return [{ instancePath: '', keyword: 'depth', message: 'is nested too deeply', params: {} }]
    throw error
  } finally {
    // Ajv keeps the last faults on the function; cleared, so that a caller's values do not stay in memory.
    validator.errors = null
  }
}

// A value that came as text may stand for a list of one item, or the other way round: only the schema tells which.
function runText(validator: Validator, value: unknown, prefix: string): ErrorDetail[] {
  let faults = faultsOf(validator, value)
  if (faults === none) return isEndless(value) ? endless(value, prefix) : []
  // Lists may hold lists, so this repeats. Each place is changed once at most: a union of a list and a single value would otherwise change back and forth.
  const seen = new Set<string>()
  for (let level = 0; level < 8; level++) {
    const misshapen = faults.filter(({ keyword, instancePath }) => keyword === 'type' && !seen.has(instancePath))
    const changed = misshapen.filter(({ instancePath, params }) => {
      if (seen.has(instancePath) || !reshape(value, stepsOf(instancePath), [params['type']].flat().includes('array'))) return false
      seen.add(instancePath)
      return true
    })
    if (changed.length === 0) break
    faults = faultsOf(validator, value)
  }
  const details = faults.map((fault) => toDetail(fault, prefix))
  return isEndless(value) ? details.concat(endless(value, prefix)) : details
}

function stepsOf(instancePath: string): string[] {
  return instancePath.split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

// Turns a single value, or `name[0]`, `name[1]`, into a list, or a list of one item into that item. Returns whether it did.
function reshape(value: unknown, steps: string[], wantsList: boolean): boolean {
  const name = steps.at(-1)
  const parent = steps.slice(0, -1).reduce<unknown>((node, step) => (node as Record<string, unknown> | undefined)?.[step], value)
  if (name === undefined || typeof parent !== 'object' || parent === null) return false
  const held = (parent as Record<string, unknown>)[name]
  if (wantsList === Array.isArray(held) || (!wantsList && (held as unknown[]).length !== 1)) return false
  const list = wantsList ? listOf(held) : undefined
  if (wantsList && list === undefined) return false
  ;(parent as Record<string, unknown>)[name] = list ?? (held as unknown[])[0]
  return true
}

// Values with brackets in their names were read into an object without prototype: it stands for a list if all its keys are numbers.
function listOf(held: unknown): unknown[] | undefined {
  if (typeof held !== 'object' || held === null || Object.getPrototypeOf(held) !== null) return [held]
  const entries = Object.entries(held)
  return entries.length > 0 && entries.every(([key]) => /^\d*$/.test(key)) ? entries.flatMap(([key, item]) => (key === '' ? item : [item]) as unknown[]) : undefined
}

// Runs for every request, so it only answers yes or no; `endless` finds the places for those that are refused.
function isEndless(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  for (const key of Object.keys(value)) if (isEndless((value as Record<string, unknown>)[key])) return true
  return false
}

// Coercion turns `1e999` and `Infinity` into a number that JSON cannot hold, and a schema without bounds accepts it.
function endless(value: unknown, pointer: string): ErrorDetail[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [{ pointer, message: 'must be a finite number' }]
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return []
  return Object.entries(value).flatMap(([key, part]) => endless(part, `${pointer}/${escapePointer(key)}`))
}

function toDetail(fault: ValidationFault, prefix: string): ErrorDetail {
  const { instancePath, keyword, params, message = 'is not valid' } = fault
  // Ajv's pointer names the object; ours names the property.
  const property = params['missingProperty'] ?? (keyword === 'additionalProperties' ? params['additionalProperty'] : keyword === 'unevaluatedProperties' ? params['unevaluatedProperty'] : undefined)
  const pointer = shortened(`${prefix}${instancePath}${property === undefined ? '' : `/${escapePointer(String(property))}`}`)
  if (params['missingProperty'] !== undefined) return { pointer, message: 'is required' }
  if (property !== undefined) return { pointer, message: 'is not declared' }
  if (keyword === 'enum' && Array.isArray(params['allowedValues'])) return { pointer, message: `must be one of ${params['allowedValues'].slice(0, 20).map((value) => JSON.stringify(value)).join(', ')}` }
  return { pointer, message }
}

// Keys come from strangers: a key of a megabyte must not be repeated in up to fifty faults.
function shortened(pointer: string): string {
  return pointer.length <= 500 ? pointer : `${pointer.slice(0, 500)}…`
}
