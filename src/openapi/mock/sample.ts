// A value that fits a schema, the same one for the same seed; for mock answers.
import { nearestMultiple } from '../compile/decimals.ts'
import { arrayOf, followRefs, isObject, type JsonObject, objectOf, stringsOf } from '../read/pointers.ts'

export interface SampleOptions {
  document: unknown
  /** Chooses among equally good values. */
  seed: number
  /** Leaves out every property that is not required. */
  sparse: boolean
}

const texts: Record<string, string> = {
  'date-time': '2024-05-06T07:08:09Z', 'iso-date-time': '2024-05-06T07:08:09Z', date: '2024-05-06', time: '07:08:09Z', duration: 'P1D', email: 'ada@example.org', hostname: 'example.org', ipv4: '192.0.2.1', ipv6: '2001:db8::1',
  uri: 'https://example.org/', url: 'https://example.org/', 'uri-reference': '/a', 'uri-template': '/a/{b}', uuid: '3fa85f64-5717-4562-b3fc-2c963f66afa6', byte: 'aGVsbG8=', 'json-pointer': '/a', 'relative-json-pointer': '0', regex: 'a',
}
const shapes = ['a', 'A', '1', 'abc', 'ABC', '123', 'a1', 'a-1', 'abcdefgh', '12345678', 'US', 'USD', 'en', 'en-US', '#ff0000', 'ff0000', '1.2.3', 'a.b', 'a@b.co', '/a', '192.0.2.1', '192.0.2.0/24', 'https://example.org/', '00:00', '2024-05-06', '2024-05-06T07:08:09Z', '+15555555555', '3fa85f64-5717-4562-b3fc-2c963f66afa6']
const words = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'heath']

/** The value for a schema as a reply carries it: without `writeOnly` properties. */
export function sampleOf(schema: unknown, options: SampleOptions, depth: number = 0): unknown {
  const whole = wholeSchema(options.document, schema)
  if ('const' in whole) return whole['const']
  const choices = arrayOf(whole['enum'])
  if (choices.length > 0) return choices[options.seed % choices.length]
  if ('example' in whole && whole['example'] !== null && depth > 0 && typeof whole['example'] !== 'object') return whole['example']
  const type = typeOf(whole)
  if (type === 'object') return objectFor(whole, options, depth)
  if (type === 'array') return listFor(whole, options, depth)
  if (type === 'integer' || type === 'number') return numberFor(whole, options.seed)
  if (type === 'boolean') return options.seed % 2 === 0
  return type === 'null' ? null : type === 'string' ? textFor(whole, options.seed) : {}
}

// The schema with references followed, `allOf` merged, and the first branch of a union that is not null.
function wholeSchema(document: unknown, schema: unknown, depth: number = 0): JsonObject {
  const own = objectOf(followRefs(document, schema))
  if (depth > 8) return own
  const branches = [...arrayOf(own['oneOf']), ...arrayOf(own['anyOf'])]
  const branch = branches.find((candidate) => objectOf(followRefs(document, candidate))['type'] !== 'null') ?? branches[0]
  const { allOf: _allOf, oneOf: _oneOf, anyOf: _anyOf, ...rest } = own
  return [...arrayOf(own['allOf']), ...(branch === undefined ? [] : [branch])].map((part) => wholeSchema(document, part, depth + 1)).reduce(merge, rest)
}

function merge(into: JsonObject, part: JsonObject): JsonObject {
  const required = [...new Set([...stringsOf(into['required']), ...stringsOf(part['required'])])]
  const properties = { ...objectOf(part['properties']), ...objectOf(into['properties']) }
  return { ...part, ...into, ...(required.length > 0 ? { required } : {}), ...(Object.keys(properties).length > 0 ? { properties } : {}) }
}

function typeOf(schema: JsonObject): string | undefined {
  const named = stringsOf(Array.isArray(schema['type']) ? schema['type'] : [schema['type']])
  const type = named.find((name) => name !== 'null') ?? named[0]
  if (type !== undefined) return type
  if ('properties' in schema || isObject(schema['additionalProperties'])) return 'object'
  if ('items' in schema || 'prefixItems' in schema) return 'array'
  return 'pattern' in schema || 'format' in schema || 'minLength' in schema ? 'string' : undefined
}

function objectFor(schema: JsonObject, options: SampleOptions, depth: number): JsonObject {
  const required = new Set(stringsOf(schema['required']))
  const result: JsonObject = {}
  if (depth > 24) return result
  for (const [name, property] of Object.entries(objectOf(schema['properties']))) {
    if (objectOf(property)['writeOnly'] === true || objectOf(followRefs(options.document, property))['writeOnly'] === true) continue
    // Schemas may contain themselves, so optional properties are left out below some depth.
    if (!required.has(name) && (options.sparse || depth > 3)) continue
    result[name] = sampleOf(property, { ...options, seed: options.seed + name.length }, depth + 1)
  }
  const further = isObject(schema['additionalProperties']) ? schema['additionalProperties'] : undefined
  for (const name of required) if (!Object.hasOwn(objectOf(schema['properties']), name)) result[name] = sampleOf(further ?? { type: 'string' }, options, depth + 1)
  for (let index = 1; Object.keys(result).length < Number(schema['minProperties'] ?? 0) && index < 20; index += 1) result[`key${index}`] = sampleOf(further ?? { type: 'string' }, options, depth + 1)
  return result
}

function listFor(schema: JsonObject, options: SampleOptions, depth: number): unknown[] {
  const least = Number(schema['minItems'] ?? 0)
  const count = Math.min(Math.max(least, options.sparse || depth > 4 ? 0 : 1), Number(schema['maxItems'] ?? 100), 100)
  const prefix = arrayOf(schema['prefixItems'])
  return Array.from({ length: count }, (_, index) => {
    const item = sampleOf(prefix[index] ?? schema['items'] ?? {}, { ...options, seed: options.seed + index }, depth + 1)
    return schema['uniqueItems'] === true && index > 0 && typeof item === 'string' && !('enum' in objectOf(schema['items'])) ? `${item}${index}` : item
  })
}

function numberFor(schema: JsonObject, seed: number): number {
  const step = Number(schema['multipleOf'] ?? 1)
  const above = exclusive(schema, 'exclusiveMinimum', 'minimum')
  const below = exclusive(schema, 'exclusiveMaximum', 'maximum')
  const low = above === undefined ? Number(schema['minimum'] ?? Math.min(1, Number(schema['maximum'] ?? 1))) : above + step
  const high = below === undefined ? Number(schema['maximum'] ?? low + 99) : below - step
  const value = nearestMultiple(Math.ceil((low + (seed % Math.max(1, Math.min(100, high - low)))) / step) * step, step)
  return value <= high ? value : low <= high ? low : (low + high) / 2
}

function exclusive(schema: JsonObject, word: string, bound: string): number | undefined {
  if (typeof schema[word] === 'number') return schema[word]
  return schema[word] === true && typeof schema[bound] === 'number' ? schema[bound] : undefined
}

function textFor(schema: JsonObject, seed: number): string {
  const least = Number(schema['minLength'] ?? 0)
  const most = Number(schema['maxLength'] ?? Infinity)
  const known = texts[String(schema['format'])]
  const candidates = [known, words[seed % words.length]!, ...stringsOf([schema['default'], schema['example']]), ...shapes, ...counted(schema['pattern'])].filter((text) => text !== undefined)
  const fits = (text: string): boolean => text.length >= least && text.length <= most && (typeof schema['pattern'] !== 'string' || matches(schema['pattern'], text))
  return candidates.find(fits) ?? candidates.map((text) => text.repeat(Math.ceil(least / text.length) || 1).slice(0, Math.min(most, Math.max(least, 1)))).find(fits) ?? known ?? 'text'
}

// Identifiers of many APIs are a prefix and a fixed number of digits: `^AC[0-9a-fA-F]{32}$`.
function counted(pattern: unknown): string[] {
  const [, prefix, count] = /^\^?([A-Za-z_]*)(?:\[[^\]]+\])\{(\d+)\}\$?$/.exec(String(pattern)) ?? []
  if (prefix !== undefined) return [`${prefix}${'0'.repeat(Number(count))}`, `${prefix}${'a'.repeat(Number(count))}`]
  // A path such as `^/v1/accounts/[^/]+/people` is nearly its own example.
  return typeof pattern === 'string' ? [pattern.replace(/^\^|\$$/g, '').replaceAll('\\/', '/').replace(/\[[^\]]*\][+*]?/g, 'a')] : []
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern).test(text)
  } catch {
    return true
  }
}
