// What is wrong with a pattern over events, by the rules of AWS: of EventBridge, or of event source mappings, which know less.
import { shown } from './option-bounds.ts'

/** A fault at a JSON pointer into the pattern. */
export interface PatternFault {
  pointer: string
  message: string
}

/** Who plays it. */
export type PatternPlace = 'event' | 'filter'

// What AWS takes of a pattern, as JSON.
const most = { event: 2048, filter: 4096 }

/** Every fault of a pattern. */
export function patternFaults(pattern: unknown, place: PatternPlace): PatternFault[] {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) return [{ pointer: '', message: `must be an object with at least one field, not ${shown(pattern)}` }]
  const faults = objectFaults(pattern, '', place)
  const text = JSON.stringify(pattern)
  if (faults.length === 0 && text.length > most[place]) return [{ pointer: '', message: `has ${text.length} characters as JSON, and AWS takes ${most[place]}` }]
  return faults
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function objectFaults(pattern: Record<string, unknown>, pointer: string, place: PatternPlace): PatternFault[] {
  return Object.entries(pattern).flatMap(([field, value]) => {
    const at = `${pointer}/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (field === '$or' && Array.isArray(value)) return orFaults(value, at, place)
    if (Array.isArray(value)) return value.length === 0 ? [{ pointer: at, message: 'has no rule, so that nothing would fit' }] : value.flatMap((rule, index) => ruleFaults(rule, `${at}/${index}`, place))
    if (isObject(value)) return Object.keys(value).length === 0 ? [{ pointer: at, message: 'is empty' }] : objectFaults(value, at, place)
    return [{ pointer: at, message: `must be a list of rules or a pattern, not ${shown(value)}` }]
  })
}

function orFaults(patterns: unknown[], pointer: string, place: PatternPlace): PatternFault[] {
  if (patterns.length < 2) return [{ pointer, message: '$or must be a list of at least two patterns' }]
  return patterns.flatMap((one, index) => (isObject(one) && Object.keys(one).length > 0 ? objectFaults(one, `${pointer}/${index}`, place) : [{ pointer: `${pointer}/${index}`, message: `must be a pattern, not ${shown(one)}` }]))
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isTexts = (value: unknown): boolean => isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText))
const isSimple = (value: unknown): boolean => isText(value) || typeof value === 'number'
const oneOf = (value: unknown, names: readonly string[], valid: (inner: unknown) => boolean): boolean => isObject(value) && Object.keys(value).length === 1 && names.includes(Object.keys(value)[0]!) && valid(Object.values(value)[0])
const isWild = (value: unknown): boolean => isText(value) && !/\*\*/.test(value as string)

interface Rule {
  valid: (value: unknown, place: PatternPlace) => boolean
  wanted: string
  /** Only EventBridge knows it. */
  isEvent?: true
}

const affix: Rule = { valid: (value, place) => isText(value) || (place === 'event' && oneOf(value, ['equals-ignore-case'], isText)), wanted: 'a text' }

const rules: Record<string, Rule> = {
  prefix: affix,
  suffix: affix,
  'equals-ignore-case': { valid: isText, wanted: 'a text' },
  exists: { valid: (value) => typeof value === 'boolean', wanted: 'true or false' },
  numeric: { valid: isNumeric, wanted: "comparisons such as ['>', 0, '<=', 5]" },
  'anything-but': {
    valid: (value, place) => isSimple(value) || (Array.isArray(value) && value.length > 0 && value.every(isSimple)) || (place === 'event' && (oneOf(value, ['prefix', 'suffix', 'equals-ignore-case'], isTexts) || oneOf(value, ['wildcard'], (inner) => isTexts(inner) && [inner].flat().every(isWild)))),
    wanted: 'a text, a number or a list of them',
  },
  wildcard: { valid: isWild, wanted: 'a text with single stars', isEvent: true },
  cidr: { valid: (value) => isText(value) && isRange(value as string), wanted: 'a range of addresses such as 10.0.0.0/24', isEvent: true },
}

function ruleFaults(rule: unknown, pointer: string, place: PatternPlace): PatternFault[] {
  if (rule === null || typeof rule === 'string' || typeof rule === 'boolean' || (typeof rule === 'number' && Number.isFinite(rule))) return []
  const [name, ...others] = isObject(rule) ? Object.keys(rule) : []
  if (name === undefined || others.length > 0) return [{ pointer, message: `must be a text, a number, true, false, null or one rule, not ${shown(rule)}` }]
  const known = Object.hasOwn(rules, name) ? rules[name]! : undefined
  if (known === undefined) return [{ pointer, message: `has no rule ${shown(name)}: there are ${Object.keys(rules).filter((one) => place === 'event' || rules[one]!.isEvent !== true).join(', ')}` }]
  if (known.isEvent === true && place === 'filter') return [{ pointer, message: `${name} is known in patterns of EventBridge only` }]
  return known.valid((rule as Record<string, unknown>)[name], place) ? [] : [{ pointer, message: `${name} must be ${known.wanted}, not ${shown((rule as Record<string, unknown>)[name])}` }]
}

const bounds = 5e9

// One comparison, or a lower bound and an upper one.
function isNumeric(value: unknown): boolean {
  if (!Array.isArray(value) || (value.length !== 2 && value.length !== 4)) return false
  const isBound = (sign: unknown, signs: readonly string[], number: unknown): boolean => signs.includes(sign as string) && typeof number === 'number' && Math.abs(number) <= bounds
  if (value.length === 2) return isBound(value[0], ['=', '<', '<=', '>', '>='], value[1])
  return isBound(value[0], ['>', '>='], value[1]) && isBound(value[2], ['<', '<='], value[3]) && (value[1] as number) < (value[3] as number)
}

function isRange(text: string): boolean {
  const [address = '', bits = ''] = text.split('/')
  const family = process.getBuiltinModule('node:net').isIP(address)
  return family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
}
