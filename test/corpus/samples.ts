// Values that fit a schema, the same ones in every run.
import { isObject, type JsonObject, objectOf, stringsOf } from '../../src/openapi/read/pointers.ts'
import { effective, typesIn } from './effective.ts'

const texts: Record<string, string> = {
  'date-time': '2024-05-06T07:08:09Z', date: '2024-05-06', time: '07:08:09Z', uuid: '3fa85f64-5717-4562-b3fc-2c963f66afa6', email: 'ada@example.org',
  uri: 'https://example.org/a', url: 'https://example.org/a', 'uri-reference': '/a', 'uri-template': '/a/{b}', hostname: 'example.org', ipv4: '192.0.2.1', ipv6: '2001:db8::1',
  byte: 'aGVsbG8=', duration: 'P1D', 'json-pointer': '/a', regex: 'a', 'iso-date-time': '2024-05-06T07:08:09Z',
}
const shapes = ['a', 'A', '1', 'abc', 'ABC', '123', 'a1', 'a-1', 'abcdefgh', '12345678', 'US', 'en', 'en-US', '#ff0000', 'ff0000', '1.2.3', '10.0.0.0/16', '192.0.2.1', 'a.b', 'a@b.co', 'https://example.org/', '/a', '00:00', '23:59', '2024-05-06', '2024-05-06T07:08:09Z', '2024-05', 'us-east-1', '3fa85f64-5717-4562-b3fc-2c963f66afa6', '+15555555555']

/** A value for a schema; objects carry all their properties to a depth of three, then the required ones. */
export function sample(document: unknown, schema: unknown, depth: number = 0): unknown {
  const whole = effective(document, schema)
  if ('const' in whole) return whole['const']
  if (Array.isArray(whole['enum']) && whole['enum'].length > 0) return whole['enum'].find((value: unknown) => value !== null && value !== '') ?? whole['enum'][0]
  const type = typesIn(whole).find((name) => name !== 'null') ?? guessed(whole)
  if (type === 'object') return sampleObject(document, whole, depth)
  if (type === 'array') return sampleArray(document, whole, depth)
  if (type === 'integer' || type === 'number') return sampleNumber(whole)
  return type === 'boolean' ? true : type === 'string' ? sampleText(whole) : type === undefined ? 'any' : null
}

function guessed(schema: JsonObject): string | undefined {
  if ('properties' in schema || 'additionalProperties' in schema) return 'object'
  if ('items' in schema) return 'array'
  return 'pattern' in schema || 'format' in schema || 'minLength' in schema ? 'string' : undefined
}

function sampleObject(document: unknown, schema: JsonObject, depth: number): JsonObject {
  const required = stringsOf(schema['required'])
  const result: JsonObject = {}
  if (depth > 7) return result
  for (const [name, property] of Object.entries(objectOf(schema['properties']))) {
    const target = effective(document, property)
    if (target['readOnly'] === true || objectOf(property)['readOnly'] === true || (depth >= 2 && !required.includes(name))) continue
    result[name] = sample(document, property, depth + 1)
  }
  for (const name of required) if (!(name in result) && !(name in objectOf(schema['properties']))) result[name] = 'any'
  if (Object.keys(result).length === 0 && isObject(schema['additionalProperties']) && depth < 3) result['key'] = sample(document, schema['additionalProperties'], depth + 1)
  return result
}

function sampleArray(document: unknown, schema: JsonObject, depth: number): unknown[] {
  const count = Math.min(Math.max(1, Number(schema['minItems'] ?? 1)), 20)
  const values = Array.from({ length: depth > 7 ? 0 : count }, () => sample(document, schema['items'] ?? {}, depth + 1))
  return schema['uniqueItems'] === true ? values.map((value, index) => (index === 0 ? value : typeof value === 'string' ? `${value}${index}` : typeof value === 'number' ? value + index : value)) : values
}

function sampleNumber(schema: JsonObject): number {
  const low = typeof schema['exclusiveMinimum'] === 'number' ? schema['exclusiveMinimum'] + 1 : schema['exclusiveMinimum'] === true ? Number(schema['minimum']) + 1 : Number(schema['minimum'] ?? 1)
  const value = Math.min(low, Number(schema['maximum'] ?? low))
  const step = Number(schema['multipleOf'] ?? 0)
  return step > 0 ? Math.ceil(value / step) * step : value
}

function sampleText(schema: JsonObject): string {
  const least = Number(schema['minLength'] ?? 0)
  const candidates = [texts[String(schema['format'])], schema['example'], schema['default'], ...shapes, ...identifiers(schema['pattern'])].filter((text): text is string => typeof text === 'string' && text !== '')
  const most = Number(schema['maxLength'] ?? Infinity)
  const fits = (text: string): boolean => text.length >= least && text.length <= most && matches(schema['pattern'], text)
  const found = candidates.find(fits) ?? candidates.map((text) => text.repeat(Math.ceil(Math.min(least, 5000) / text.length) || 1).slice(0, Math.max(least, 1))).find(fits)
  return found ?? 'text'
}

// Identifiers of many APIs are a prefix and a count of digits: `^AC[0-9a-fA-F]{32}$`.
function identifiers(pattern: unknown): string[] {
  const [, prefix, count] = /^\^?([A-Za-z_]*)(?:\[[^\]]+\])\{(\d+)\}\$?$/.exec(String(pattern)) ?? []
  return prefix === undefined ? [] : [`${prefix}${'0'.repeat(Number(count))}`, `${prefix}${'a'.repeat(Number(count))}`]
}

function matches(pattern: unknown, text: string): boolean {
  if (typeof pattern !== 'string') return true
  try {
    return new RegExp(pattern, 'u').test(text)
  } catch {
    return true
  }
}
