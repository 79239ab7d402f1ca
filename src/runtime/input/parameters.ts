// Reads parameters as their style says: from text to strings, arrays and objects. Validation then turns strings into other types.
import { isJson } from '../../media/index.ts'
import type { CompiledOperation, CompiledParameter } from '../../openapi/index.ts'
import type { ApiRequest } from '../exchange/message.ts'

/** Parameters before validation; the validator coerces and completes them in place. */
export interface RawParameters {
  path: Record<string, unknown>
  query: Record<string, unknown>
  headers: Record<string, unknown>
  cookies: Record<string, unknown>
}

/** A parameter whose text cannot be read as its declaration says. */
export interface UnreadableParameter {
  pointer: string
  message: string
}

/** Reads the declared parameters of an operation from a request. */
export function readParameters(operation: CompiledOperation, request: ApiRequest, path: Record<string, string>): { parameters: RawParameters; unreadable: UnreadableParameter[] } {
  const parameters: RawParameters = { path: record(), query: record(), headers: record(), cookies: record() }
  const unreadable: UnreadableParameter[] = []
  if (operation.parameters.length === 0) return { parameters, unreadable }
  const sources: Sources = { request, path }
  for (const parameter of operation.parameters) {
    try {
      const value = read(sources, parameter)
      if (value !== undefined) parameters[placeOf[parameter.in]][parameter.name] = value
    } catch {
      unreadable.push({ pointer: `/${placeOf[parameter.in]}/${escapePointer(parameter.name)}`, message: `must be readable as ${parameter.content ?? 'percent-encoded UTF-8'}` })
    }
  }
  return { parameters, unreadable }
}

interface Sources {
  request: ApiRequest
  path: Record<string, string>
  /** Filled in when first needed. */
  pairs?: QueryPair[]
  cookies?: Record<string, string>
}

function read(sources: Sources, parameter: CompiledParameter): unknown {
  const { request, path } = sources
  if (parameter.in === 'query') return readQuery((sources.pairs ??= pairsOf(request.query)), parameter)
  if (parameter.in === 'path') return readText(parameter, path[parameter.name])
  if (parameter.in === 'header') return readText(parameter, headerOf(request.headers, parameter.name))
  return readText(parameter, (sources.cookies ??= readCookies(request.headers['cookie']))[parameter.name])
}

/** Cookies by name; the first of a name wins. Values that are no valid escapes stay as they are. */
export function readCookies(header: string | undefined): Record<string, string> {
  const cookies: Record<string, string> = record()
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 0) continue
    const name = pair.slice(0, equals).trim()
    if (name in cookies) continue
    const value = pair.slice(equals + 1).trim().replace(/^"(.*)"$/s, '$1')
    cookies[name] = decodeOr(value)
  }
  return cookies
}

/** A header by its lower-case name; one called `constructor` is absent unless it was sent. */
export function headerOf(headers: Record<string, string>, name: string): string | undefined {
  return Object.hasOwn(headers, name) ? headers[name] : undefined
}

/** A name as a step of a JSON pointer. */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

const placeOf = { path: 'path', query: 'query', header: 'headers', cookie: 'cookies' } as const

const delimiters: Partial<Record<CompiledParameter['style'], string>> = { spaceDelimited: ' ', pipeDelimited: '|' }

/** Reads the text of a parameter that does not come in a query. Throws where it is not what its media type says. */
export function readText(parameter: CompiledParameter, text: string | undefined): unknown {
  if (text === undefined) return undefined
  if (parameter.content !== undefined) return isJson(parameter.content) ? JSON.parse(text) : text
  const { style, name, explode, shape } = parameter
  if (style === 'label') return shaped(shape, strip(text, '.'), { separator: explode ? '.' : ',', explode })
  if (style === 'matrix') return readMatrix(parameter, text)
  // Blanks around the commas of a header list are no part of its values.
  const list = parameter.in === 'header' && shape !== 'primitive' ? text.replace(/[ \t]*,[ \t]*/g, ',') : text
  return name === undefined ? undefined : shaped(shape, list, { separator: parameter.separator ?? ',', explode })
}

function readMatrix({ name, explode, shape }: CompiledParameter, text: string): unknown {
  const parts = strip(text, ';').split(';')
  if (shape === 'object' && explode) return toObject(parts)
  const values = parts.map((part) => strip(part, `${name}=`))
  return shape === 'array' && explode ? values : shaped(shape, values[0] ?? '', { separator: ',', explode })
}

function shaped(shape: CompiledParameter['shape'], text: string, { separator, explode }: { separator: string; explode: boolean }): unknown {
  if (shape === 'primitive') return text
  if (shape === 'array') return text === '' ? [] : text.split(separator)
  const parts = text === '' ? [] : text.split(separator)
  return explode ? toObject(parts) : pairUp(parts)
}

/** A part of the raw query string. Its value is decoded only after it was split at delimiters, so that an escaped delimiter stays part of a value. */
interface QueryPair {
  name: string
  value: string
}

function pairsOf(query: string): QueryPair[] {
  const pairs: QueryPair[] = []
  if (query === '') return pairs
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    pairs.push({ name: decodeOr(plus(equals < 0 ? pair : pair.slice(0, equals))), value: equals < 0 ? '' : pair.slice(equals + 1) })
  }
  return pairs
}

function readQuery(pairs: QueryPair[], parameter: CompiledParameter): unknown {
  const { name, style, explode, shape } = parameter
  if (style === 'deepObject') return deepObject(pairs, name)
  if (shape === 'object' && explode && style === 'form' && parameter.content === undefined) return explodedObject(pairs, parameter)
  const values: string[] = []
  for (const pair of pairs) if (pair.name === name) values.push(pair.value)
  if (values.length === 0) return undefined
  if (parameter.empty !== undefined && values.every((value) => value === '')) return parameter.empty
  if (parameter.content !== undefined) return readText(parameter, decode(values[0]!))
  if (shape === 'primitive') return decode(values[0]!)
  if (shape === 'array' && (explode || values.length > 1)) return values.map(decode)
  const parts = splitDelimited(values[0]!, parameter)
  return shape === 'array' ? parts : pairUp(parts)
}

function deepObject(pairs: QueryPair[], name: string): unknown {
  const result = record()
  let isPresent = false
  for (const pair of pairs) {
    if (!pair.name.startsWith(`${name}[`) || !pair.name.endsWith(']')) continue
    isPresent = true
    setDeep(result, pair.name.slice(name.length + 1, -1).split(']['), decode(pair.value))
  }
  if (isPresent) return result
  // Without brackets, several values are a list, and one is itself.
  const plain = pairs.filter((pair) => pair.name === name).map((pair) => decode(pair.value))
  return plain.length > 1 ? plain : plain[0]
}

// Each property of the object is a query key of its own. The schema says which keys belong to it.
function explodedObject(pairs: QueryPair[], { properties }: CompiledParameter): unknown {
  const result = record()
  for (const pair of pairs) if (properties === undefined || properties.includes(pair.name)) add(result, pair.name, decode(pair.value))
  return Object.keys(result).length === 0 ? undefined : result
}

function splitDelimited(raw: string, parameter: CompiledParameter): string[] {
  if (raw === '') return []
  const delimiter = parameter.separator ?? delimiters[parameter.style] ?? ','
  // An escaped comma belongs to the value. Other delimiters (blank, pipe, tab) can only be sent escaped, so they are decoded before splitting.
  if (delimiter === ',') return raw.split(',').map(decode)
  return decode(raw).split(delimiter)
}

/** Sets what a name in brackets says, such as the keys `a`, `b` of `name[a][b]`. */
export function setDeep(target: Record<string, unknown>, keys: string[], value: unknown): void {
  let node = target
  // Nobody nests parameters deeper by hand; a bound keeps a hostile query cheap.
  for (const key of keys.slice(0, -1).slice(0, 8)) {
    const next = node[key]
    node = (typeof next === 'object' && next !== null && !Array.isArray(next) ? next : (node[key] = record())) as Record<string, unknown>
  }
  add(node, keys.at(-1)!, value)
}

/** Adds a value under a name; one that comes again makes a list. */
export function add(target: Record<string, unknown>, key: string, value: unknown): void {
  const known = target[key]
  // Appends to the list instead of copying it, which would take a million copies for a form with a million equal names.
  if (Array.isArray(known)) known.push(value)
  else target[key] = known === undefined ? value : [known, value]
}

function toObject(parts: string[]): Record<string, unknown> {
  const result = record()
  for (const part of parts) {
    const equals = part.indexOf('=')
    if (equals >= 0) result[part.slice(0, equals)] = part.slice(equals + 1)
  }
  return result
}

function pairUp(parts: string[]): Record<string, unknown> {
  const result = record()
  for (let index = 0; index + 1 < parts.length; index += 2) result[parts[index]!] = parts[index + 1]
  return result
}

// Keys come from strangers: without a prototype, `__proto__` is a key like any other.
/** An object for keys that strangers choose. */
export function record<Value = unknown>(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>
}

function strip(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text
}

function plus(text: string): string {
  return text.includes('+') ? text.replaceAll('+', ' ') : text
}

function decode(text: string): string {
  return text.includes('%') ? decodeURIComponent(plus(text)) : plus(text)
}

function decodeOr(text: string): string {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text
  } catch {
    return text
  }
}
