// One value against one row of the key table: what it must be, and how a variable's text becomes it.
import type { KeySpec } from './keys.ts'
import { camelCase } from './key-table.ts'

/** What is wrong with a value, as the rest of a sentence that starts with the key; undefined where nothing is. */
export function valueFault(spec: KeySpec, value: unknown): string | undefined {
  if (spec.type === 'text') return textFault(spec, value)
  if (spec.type === 'whole number') return numberFault(spec, value)
  if (spec.type === 'number') return Number.isFinite(value) && (value as number) >= spec.min && (value as number) <= spec.max ? undefined : `must be a number from ${spec.min} to ${spec.max}, not ${shown(spec, value)}`
  if (spec.type === 'true or false') return typeof value === 'boolean' ? undefined : `must be true or false, not ${shown(spec, value)}`
  if (spec.type === 'choice') return spec.choices.includes(value as string) ? undefined : `must be ${listed(spec.choices)}, not ${shown(spec, value)}`
  if (spec.type === 'list of texts') return listFault(spec, value)
  if (spec.type === 'mapping') return isMap(value) ? undefined : `must be a mapping, not ${shown(spec, value)}`
  return isMap(value) ? undefined : `must be a map of ${mapWords[spec.type]} to their settings, not ${shown(spec, value)}`
}

const mapWords = { 'map of called APIs': 'API names', 'map of functions': 'function names', 'map of channels': 'channel names', 'map of alerts': 'alert names', 'map of schedules': 'schedule names' } as const

/** The value that a variable's text stands for: numbers, booleans and comma-separated lists are read as such. */
export function valueFromText(spec: KeySpec, text: string): unknown {
  const trimmed = text.trim()
  if (spec.type === 'whole number' && /^-?\d+$/.test(trimmed)) return Number(trimmed)
  if (spec.type === 'number' && /^-?\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed)
  if (spec.type === 'true or false' && (trimmed === 'true' || trimmed === 'false')) return trimmed === 'true'
  if (spec.type === 'list of texts') return trimmed.split(',').map((part) => part.trim()).filter((part) => part !== '')
  return text
}

/** Whether a value is a plain map. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The settings of an entry of a map (a called API, a function) in camelCase; what its table does not know is left out. */
export function toEntrySettings(keys: Readonly<Record<string, KeySpec>>, values: unknown): Record<string, unknown> {
  if (!isMap(values)) return {}
  return Object.fromEntries(Object.entries(values).filter(([key]) => Object.hasOwn(keys, key)).map(([key, value]) => [camelCase(key), value]))
}

/** `a, b or c`. */
export function listed(choices: readonly string[]): string {
  return `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`
}

function textFault(spec: KeySpec & { type: 'text' }, value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return `must be text; write ${spec.secret ? 'it' : String(value)} in quotes`
  if (typeof value !== 'string') return `must be text, not ${shown(spec, value)}`
  if (value === '') return 'must not be empty; leave the key out instead'
  return spec.pattern === undefined || spec.pattern.test(value) ? undefined : `must ${spec.must ?? 'have another form'}${spec.secret ? '' : `, not ${shown(spec, value)}`}`
}

function numberFault(spec: KeySpec & { type: 'whole number' }, value: unknown): string | undefined {
  const unit = spec.unit === undefined ? '' : ` of ${spec.unit}`
  if (!Number.isInteger(value)) return `must be a whole number${unit}, not ${shown(spec, value)}`
  return (value as number) < spec.min || (value as number) > spec.max ? `must be from ${spec.min} to ${spec.max}${spec.unit === undefined ? '' : ` ${spec.unit}`}, not ${shown(spec, value)}` : undefined
}

function listFault(spec: KeySpec & { type: 'list of texts' }, value: unknown): string | undefined {
  if (!Array.isArray(value)) return `must be a list of texts, not ${shown(spec, value)}`
  const wrong = (value as unknown[]).find((part) => typeof part !== 'string' || part === '' || spec.pattern?.test(part) === false)
  return wrong === undefined ? undefined : `holds ${shown(spec, wrong)}: each entry must ${spec.must ?? 'be text'}`
}

function shown(spec: KeySpec, value: unknown): string {
  if (spec.secret) return 'what it is'
  if (value === null || value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
