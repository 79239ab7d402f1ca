// Custom formats both ways: texts of a request become values, values of an answer become texts.
import { catalog, type ErrorDetail, UsageError } from '../../errors/index.ts'
import { boundedPattern, type Pattern } from '../../patterns/index.ts'
import type { CompiledOperation, FormatBranch, FormatPlan } from '../../openapi/index.ts'
import type { ApiSpec } from '../api/api-spec.ts'
import { boundPatterns } from '../api/linear-patterns.ts'
import type { Reply } from '../exchange/reply.ts'
import type { PartHead } from '../exchange/types.ts'
import type { Format, Formats, FormatSet, Input } from '../exchange/types.ts'
import { escapePointer } from './parameters.ts'

/**
 * Custom formats by name, for `defineService`. The code that parses and prints them is part of the result, so that services without custom formats do not load it.
 * @example const formats = defineFormats({ 'iso-week': { parse: (text) => toWeek(text), print: (week) => String(week) } })
 */
export function defineFormats<Registered extends Formats>(formats: Registered): FormatSet<Registered> {
  return {
    formats,
    check: (spec) => checkFormats(spec, formats),
    parse: (spec, operation, input) => parseInput({ spec, formats }, operation, input),
    print: (spec, operation, output) => printBody({ spec, formats }, operation, output),
    printHeaders: (spec, operation, output) => printHeaders({ spec, formats }, operation, output),
  }
}

interface FormatsOfApi {
  readonly spec: ApiSpec
  readonly formats: Readonly<Formats>
}

// The number of faults that one answer names: a list of a million wrong texts must not cost a million exceptions.
const faultLimit = 50

function parseInput({ spec, formats }: FormatsOfApi, operation: CompiledOperation, { input, media, parts = [] }: { input: Input; media: string | undefined; parts?: PartHead[] | undefined }): ErrorDetail[] {
  const plans = operation.formats
  if (plans === undefined) return []
  const walk: Walk = { formats, schemas: spec.table.formats?.schemas, faults: [], convert: parse }
  if (plans.parameters !== undefined) {
    const { path, query, headers, cookies } = input
    Object.assign(input, convertBelow({ path, query, headers, cookies }, [{ plan: plans.parameters }], { walk, pointer: '' }))
  }
  for (const { field, pointer, headers } of parts) {
    const plan = own(own(plans.parts, media!), field)
    if (plan !== undefined) Object.assign(headers, convertBelow(headers, [{ plan }], { walk, pointer }))
  }
  const body = media === undefined ? undefined : own(plans.body, media)
  try {
    if (body !== undefined) input.body = convertAt(input.body, [{ plan: body }], { walk, pointer: '/body' })
  } catch (error) {
    // As in validation: a value that nests deeper than the stack allows is refused.
    if (!(error instanceof RangeError)) throw error
    walk.faults.push({ pointer: '/body', message: 'is nested too deeply' })
  }
  return walk.faults
}

function printBody({ spec, formats }: FormatsOfApi, operation: CompiledOperation, { body, declared }: { body: unknown; declared: { status: string; media: string } }): unknown {
  const plan = own(own(operation.formats?.replies, declared.status), declared.media)
  if (plan === undefined) return body
  const walk: Walk = { formats, schemas: spec.table.formats?.schemas, faults: [], convert: print }
  let printed: unknown
  try {
    printed = convertAt(body, [{ plan }], { walk, pointer: '/body' })
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw catalog.RESPONSE_INVALID(`The handler of ${operation.id} returned what is nested too deeply to be printed`, { cause })
  }
  refuseFaults(operation, walk)
  return printed
}

function printHeaders({ spec, formats }: FormatsOfApi, operation: CompiledOperation, { headers, status }: { headers: Reply['headers']; status: string }): Reply['headers'] {
  const plan = own(operation.formats?.replyHeaders, status)
  if (plan === undefined) return headers
  const walk: Walk = { formats, schemas: spec.table.formats?.schemas, faults: [], convert: print }
  const printed = convertBelow(headers, [{ plan }], { walk, pointer: '/headers' })
  refuseFaults(operation, walk)
  // Lists are written in the style `simple`, with commas; undefined values are left out.
  const texts = Object.entries(printed).map(([name, value]: [string, unknown]) => [name, Array.isArray(value) && own(plan.properties, name) !== undefined ? value.join(',') : value])
  return Object.fromEntries(texts.filter(([, value]) => value !== undefined)) as Reply['headers']
}

function refuseFaults(operation: CompiledOperation, { faults }: Walk): void {
  if (faults.length > 0) throw catalog.RESPONSE_INVALID(`The handler of ${operation.id} gave at ${faults[0]!.pointer} what its format cannot print: ${faults[0]!.message}`, { errors: faults })
}

function checkFormats({ table }: ApiSpec, formats: Readonly<Formats>): void {
  const faults = Object.keys(formats).filter((name) => table.formats?.names.includes(name) !== true)
    .map((name) => ({ code: 'format-unused', file: table.document, pointer: '/x-klue-formats', message: `The service registers the format ${name}, which the API ${table.api} does not name`, hint: `put ${name} into the list x-klue-formats at the top of the document, and run "klue generate"` }))
  if (faults.length > 0) throw new UsageError(faults)
}

interface Walk {
  formats: Readonly<Formats>
  schemas: Record<string, FormatPlan> | undefined
  faults: ErrorDetail[]
  convert: (value: unknown, format: Format) => unknown
}

interface Place {
  walk: Walk
  pointer: string
}

/** A plan that applies; `isOpen` where another branch of a union may fit the value as well. */
interface Applied {
  plan: FormatPlan
  isOpen?: boolean
}

const parse = (value: unknown, format: Format): unknown => format.parse(value as string)

function print(value: unknown, format: Format): unknown {
  const text: unknown = format.print(value)
  if (typeof text !== 'string') throw new TypeError('print gave no text')
  return text
}

function convertAt(value: unknown, applied: Applied[], place: Place): unknown {
  const { walk } = place
  if (value === undefined || value === null || walk.faults.length >= faultLimit) return value
  const plans = applied.flatMap((one) => expand(one, value, walk))
  const named = plans.filter(({ plan }) => plan.format !== undefined && Object.hasOwn(walk.formats, plan.format))
  if (named.length > 0 && (walk.convert === print || typeof value === 'string')) return convertText(value, named, place)
  // As JSON.stringify does, uses `toJSON` of a value that has it.
  const shown: unknown = walk.convert === print && typeof (value as { toJSON?: unknown }).toJSON === 'function' ? (value as { toJSON: () => unknown }).toJSON() : value
  return typeof shown === 'object' && shown !== null && !ArrayBuffer.isView(shown) ? convertBelow(shown, plans, place) : value
}

function convertText(value: unknown, named: Applied[], { walk, pointer }: Place): unknown {
  let cause: unknown
  for (const { plan } of named) {
    try {
      return walk.convert(value, walk.formats[plan.format!]!)
    } catch (thrown) {
      cause = thrown
    }
  }
  if (!named.every(({ isOpen }) => isOpen === true)) walk.faults.push({ pointer, message: sentenceOf(cause, named[0]!.plan.format!) })
  return value
}

// The message of what `parse` threw is told to the caller; where it is empty, the name of the format is told.
function sentenceOf(cause: unknown, format: string): string {
  const said = cause instanceof Error ? cause.message.trim() : ''
  return said === '' ? `must match format "${format}"` : said.slice(0, 500)
}

// Copies instead of changing, and only where something changes: the handler may use the same object elsewhere.
function convertBelow(value: object, plans: Applied[], place: Place): object {
  if (plans.length === 0) return value
  const copy: object = Array.isArray(value) ? [...value as unknown[]] : { ...value }
  let isChanged = false
  for (const [key, part] of Object.entries(value)) {
    const below = plans.flatMap((one) => partsOf(one, key, value))
    if (below.length === 0) continue
    const converted = convertAt(part, below, { walk: place.walk, pointer: `${place.pointer}/${escapePointer(key)}` })
    if (converted === part) continue
    isChanged = true
    // Defined, not assigned, so that a key `__proto__` is a key like any other.
    Object.defineProperty(copy, key, { value: converted, enumerable: true, configurable: true, writable: true })
  }
  return isChanged ? copy : value
}

function partsOf({ plan, isOpen }: Applied, key: string, owner: object): Applied[] {
  const plans = Array.isArray(owner) ? [plan.first?.[Number(key)] ?? plan.items] : ownPlans(plan, key)
  return plans.filter((part) => part !== undefined).map((part) => ({ plan: part, ...(isOpen === true ? { isOpen } : {}) }))
}

function ownPlans(plan: FormatPlan, key: string): (FormatPlan | undefined)[] {
  const named = [own(plan.properties, key), ...(plan.patterns ?? []).filter((pattern) => expressionOf(pattern).test(key)).map((pattern) => pattern.plan)].filter((part) => part !== undefined)
  return named.length > 0 ? named : [plan.others]
}

const expressions = new WeakMap<object, Pattern>()

// Keys come from strangers, so their patterns are bounded as those of validators are.
function expressionOf(pattern: NonNullable<FormatPlan['patterns']>[number]): Pattern {
  const known = expressions.get(pattern)
  if (known !== undefined) return known
  if (pattern.most !== undefined) boundPatterns()
  const made = boundedPattern(pattern.source, 'u', pattern.most)
  expressions.set(pattern, made)
  return made
}

// All plans that apply to a value: references are followed, and branches of unions that it does not fit are left out.
function expand({ plan, isOpen }: Applied, value: unknown, walk: Walk): Applied[] {
  const target = plan.ref === undefined ? undefined : own(walk.schemas, plan.ref)
  const mark = isOpen === true ? { isOpen } : {}
  return [
    { plan, ...mark },
    ...(target === undefined ? [] : expand({ plan: target, ...mark }, value, walk)),
    ...(plan.all ?? []).flatMap((part) => expand({ plan: part, ...mark }, value, walk)),
    ...(plan.any === undefined ? [] : branchesOf(plan.any, value, { walk, isOpen: isOpen === true })),
  ]
}

function branchesOf(branches: FormatBranch[], value: unknown, { walk, isOpen }: { walk: Walk; isOpen: boolean }): Applied[] {
  const fitting = branches.filter((branch) => fits(branch, value))
  const textual = branches.filter((branch) => branch.plan !== undefined && hasFormat(branch.plan, walk))
  // A value that is still to be printed fits no schema of text. If it fits a branch without formats as it is, that branch is meant, unless it is an instance of a class.
  const chosen = walk.convert === print && textual.length > 0 && (isOfClass(value) || !fitting.some((branch) => !textual.includes(branch))) ? textual : fitting.filter((branch) => walk.convert === parse || !textual.includes(branch))
  const isShared = (branch: FormatBranch): boolean => isOpen || fitting.some((other) => other !== branch && !textual.includes(other))
  return chosen.filter((branch) => branch.plan !== undefined).flatMap((branch) => expand({ plan: branch.plan!, ...(isShared(branch) ? { isOpen: true } : {}) }, value, walk))
}

function isOfClass(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && ![Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)
}

function hasFormat(plan: FormatPlan, walk: Walk, depth: number = 0): boolean {
  if (plan.format !== undefined && Object.hasOwn(walk.formats, plan.format)) return true
  if (depth > 8) return false
  const target = plan.ref === undefined ? undefined : own(walk.schemas, plan.ref)
  return [...(target === undefined ? [] : [target]), ...plan.all ?? []].some((part) => hasFormat(part, walk, depth + 1))
}

function fits({ types, values, required, fixed }: FormatBranch, value: unknown): boolean {
  if (types !== undefined && !types.includes(typeOf(value)) && !(types.includes('integer') && Number.isInteger(value))) return false
  if (values !== undefined && (typeof value !== 'object' || value === null) && !values.includes(value)) return false
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return true
  return (required ?? []).every((name) => Object.hasOwn(value, name)) && Object.entries(fixed ?? {}).every(([name, allowed]) => !Object.hasOwn(value, name) || allowed.includes((value as Record<string, unknown>)[name]))
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}

function own<Value>(map: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined
}
