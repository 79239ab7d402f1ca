// Plays the patterns of AWS over events and messages, where AWS does not: locally.
import type { EventPattern, PatternRule } from '../runtime/index.ts'

type Values = Record<string, unknown>

/** Whether an event fits a pattern: every field one of its rules, and of each `$or` one of its patterns. */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    if (field === '$or' && Array.isArray(wanted)) return (wanted as EventPattern[]).some((one) => matchesPattern(one, event))
    const value = isObject(event) && Object.hasOwn(event, field) ? event[field] : undefined
    if (!Array.isArray(wanted)) return membersOf(value).some((one) => matchesPattern(wanted as EventPattern, one))
    return (wanted as PatternRule[]).some((rule) => fits(rule, value))
  })
}

// A pattern over a list fits where it fits one of its members.
function membersOf(value: unknown): unknown[] {
  return Array.isArray(value) && value.length > 0 ? value : [value]
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fits(rule: PatternRule, value: unknown): boolean {
  // A field is there where it is a leaf: AWS does not look for objects.
  if (isObject(rule) && 'exists' in rule) return rule.exists === (value !== undefined && !isObject(value))
  // Of a list one member is enough, also for what must not be.
  return membersOf(value).some((one) => fitsOne(rule, one))
}

function fitsOne(rule: PatternRule, value: unknown): boolean {
  if (value === undefined || isObject(value)) return false
  if (!isObject(rule)) return rule === value
  const [name, wanted] = Object.entries(rule)[0]!
  return tests[name]?.(wanted, value) ?? false
}

const tests: Record<string, (wanted: unknown, value: unknown) => boolean> = {
  prefix: (wanted, value) => affix(wanted, value, (text, part) => text.startsWith(part)),
  suffix: (wanted, value) => affix(wanted, value, (text, part) => text.endsWith(part)),
  'equals-ignore-case': (wanted, value) => typeof value === 'string' && value.toLowerCase() === String(wanted).toLowerCase(),
  'anything-but': (wanted, value) => (isObject(wanted) ? !Object.entries(wanted).some(([name, inner]) => [inner].flat().some((one) => tests[name]!(one, value))) : ![wanted].flat().includes(value)),
  numeric: (wanted, value) => typeof value === 'number' && pairs(wanted as (string | number)[]).every(([sign, bound]) => compare[sign]!(value, bound)),
  wildcard: (wanted, value) => typeof value === 'string' && isLike(value, String(wanted).split('*')),
  cidr: (wanted, value) => typeof value === 'string' && isWithin(value, String(wanted)),
}

function affix(wanted: unknown, value: unknown, holds: (text: string, part: string) => boolean): boolean {
  if (typeof value !== 'string') return false
  return isObject(wanted) ? holds(value.toLowerCase(), String(wanted['equals-ignore-case']).toLowerCase()) : holds(value, String(wanted))
}

const compare: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
}

function pairs(list: (string | number)[]): [sign: string, bound: number][] {
  return list.flatMap((one, index) => (index % 2 === 0 ? [[String(one), Number(list[index + 1])] as [string, number]] : []))
}

// The first and the last part stand at the ends, those between them somewhere, in their order.
function isLike(text: string, [first = '', ...rest]: string[]): boolean {
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
  let at = first.length
  const end = text.length - last.length
  return rest.every((part) => {
    const found = text.indexOf(part, at)
    at = found + part.length
    return found >= 0 && at <= end
  })
}

function isWithin(address: string, range: string): boolean {
  const { BlockList, isIP } = process.getBuiltinModule('node:net')
  const [network = '', bits] = range.split('/')
  const family = isIP(address)
  if (family === 0 || family !== isIP(network)) return false
  const list = new BlockList()
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  list.addSubnet(network, Number(bits), kind)
  return list.check(address, kind)
}
