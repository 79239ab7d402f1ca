// Faults of one schema by itself: what no validator could be compiled from.
import { nearest } from '../../errors/index.ts'
import { costOf } from '../compile/pattern-cost.ts'
import type { FaultNote } from '../read/document.ts'
import { isObject, type JsonObject, pointerTo } from '../read/pointers.ts'

const types = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']
// Leftovers of older formats, which accept anything.
const toleratedTypes = ['file', 'any']
const otherNames: Record<string, string> = { int: 'integer', int32: 'integer', int64: 'integer', long: 'integer', float: 'number', double: 'number', decimal: 'number', bool: 'boolean', str: 'string', text: 'string', list: 'array', map: 'object', dict: 'object' }
const stringFormats = ['date', 'date-time', 'datetime', 'uuid', 'email', 'uri', 'url', 'time', 'binary', 'byte', 'password']

type Test = { keys: string[]; valid: (value: unknown) => boolean; wanted: string }

const tests: Test[] = [
  { keys: ['maximum', 'minimum'], valid: (value) => typeof value === 'number', wanted: 'a number' },
  { keys: ['exclusiveMaximum', 'exclusiveMinimum'], valid: (value) => typeof value === 'number' || typeof value === 'boolean', wanted: 'a number, or true or false in OpenAPI 3.0' },
  { keys: ['multipleOf'], valid: (value) => typeof value === 'number' && value > 0, wanted: 'a number above 0' },
  { keys: ['maxLength', 'minLength', 'maxItems', 'minItems', 'maxProperties', 'minProperties', 'maxContains', 'minContains'], valid: (value) => Number.isInteger(value) && (value as number) >= 0, wanted: 'a whole number of 0 or more' },
  { keys: ['uniqueItems'], valid: (value) => typeof value === 'boolean', wanted: 'true or false' },
  { keys: ['enum'], valid: Array.isArray, wanted: 'a list' },
  { keys: ['allOf', 'anyOf', 'oneOf', 'prefixItems'], valid: (value) => Array.isArray(value) && value.every(isSchema), wanted: 'a list of schemas' },
  { keys: ['properties', 'patternProperties', 'dependentSchemas'], valid: (value) => isObject(value) && Object.values(value).every(isSchema), wanted: 'a mapping of names to schemas' },
  { keys: ['not', 'contains', 'propertyNames', 'if', 'then', 'else', 'additionalProperties', 'unevaluatedItems', 'unevaluatedProperties'], valid: isSchema, wanted: 'a schema' },
  { keys: ['items'], valid: (value) => isSchema(value) || Array.isArray(value), wanted: 'a schema' },
  // Draft 3 wrote a boolean here, as some public documents still do; it is accepted and ignored.
  { keys: ['required'], valid: (value) => typeof value === 'boolean' || (Array.isArray(value) && value.every((name) => typeof name === 'string')), wanted: 'a list of property names' },
]

// An empty value in YAML (null) counts as a schema that accepts anything.
function isSchema(value: unknown): boolean {
  return isObject(value) || typeof value === 'boolean' || value === null
}

export function checkSchema(schema: JsonObject, pointer: string): FaultNote[] {
  return [...('type' in schema ? checkType(schema['type'], pointerTo(pointer, 'type')) : []), ...checkPatterns(schema, pointer), ...tests.flatMap(({ keys, valid, wanted }) => keys.filter((key) => key in schema && schema[key] !== undefined && !valid(schema[key])).map((key): FaultNote => ({ code: 'schema-invalid', pointer: pointerTo(pointer, key), message: `${key} must be ${wanted}, not ${shown(schema[key])}` })))]
}

function checkType(type: unknown, pointer: string): FaultNote[] {
  // Inside a list, a bare null can only mean the type `null`. Alone, it may be a value that somebody forgot to write.
  const named: unknown[] = Array.isArray(type) ? type.map((name: unknown) => name ?? 'null') : [type]
  return named.filter((name) => !types.includes(name as string) && !toleratedTypes.includes(name as string)).map((name): FaultNote => ({ code: 'schema-type-unknown', pointer, message: `The type ${shown(name)} does not exist`, hint: typeHint(name) }))
}

function typeHint(name: unknown): string {
  if (name === null) return "name a type, or quote it: 'null'"
  if (typeof name !== 'string') return `use one of ${types.join(', ')}`
  if (stringFormats.includes(name)) return `use type: string with format: ${name === 'datetime' ? 'date-time' : name}`
  const near = otherNames[name.toLowerCase()] ?? nearest(name, types)
  return near === undefined ? `use one of ${types.join(', ')}` : `did you mean "${near}"?`
}

function checkPatterns(schema: JsonObject, pointer: string): FaultNote[] {
  const patterns: [string, unknown][] = 'pattern' in schema ? [[pointerTo(pointer, 'pattern'), schema['pattern']]] : []
  if (isObject(schema['patternProperties'])) for (const pattern of Object.keys(schema['patternProperties'])) patterns.push([pointerTo(pointer, 'patternProperties', pattern), pattern])
  const slow = patterns.filter(([, pattern]) => typeof pattern === 'string' && isRegExp(pattern)).flatMap(([place, pattern]) => slowPattern(pattern as string, place))
  return [...slow, ...invalidPatterns(patterns)]
}

function slowPattern(pattern: string, pointer: string): FaultNote[] {
  const { kind } = costOf(pattern)
  if (kind !== 'endless' && kind !== 'undecided') return []
  const message = kind === 'endless' ? `Some texts make the pattern ${shown(pattern)} back-track almost without end` : `Whether some text makes the pattern ${shown(pattern)} back-track almost without end cannot be told within the bounds of a check`
  return [{ code: 'schema-pattern-slow', pointer, message, hint: 'let its repeated parts exclude each other, or do without look-around, back-references and counted repetitions' }]
}

function invalidPatterns(patterns: [string, unknown][]): FaultNote[] {
  return patterns.filter(([, pattern]) => typeof pattern !== 'string' || !isRegExp(pattern)).map(([place, pattern]): FaultNote => ({ code: 'schema-pattern-invalid', pointer: place, message: `The pattern ${shown(pattern)} is not a regular expression of JavaScript`, hint: typeof pattern === 'string' && /\(\?[imsx]+\)|\\[AZzh]|\(\?P</.test(pattern) ? 'it uses the syntax of another language' : 'check brackets and escapes' }))
}

function isRegExp(pattern: string): boolean {
  return ['u', ''].some((flags) => {
    try {
      return new RegExp(pattern, flags) instanceof RegExp
    } catch {
      return false
    }
  })
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
