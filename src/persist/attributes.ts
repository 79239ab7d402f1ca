// Items to DynamoDB's attributes and back, without loss and with a clear error for what cannot be stored.
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unstorable } from '../errors/index.ts'
import type { PersistSpec } from '../openapi/index.ts'
import { compareDigits, digitsFault, exactNumber, isDigits, sameDigits } from './numbers.ts'

export type Attributes = Record<string, AttributeValue>

const maxItemBytes = 400 * 1024
const maxDepth = 32

/**
 * An item as attributes; undefined is left out, dates become ISO text.
 * @throws TypeError for a value that cannot be stored, RangeError for an item above 400 KB
 */
export function toAttributes(item: object, spec: PersistSpec): Attributes {
  const attributes: Attributes = {}
  for (const [property, value] of Object.entries(item)) {
    if (value === undefined || (spec.sets?.[property] !== undefined && isEmptySet(value))) continue
    attributes[storableName(property, spec.table)] = toPropertyAttribute(spec, property, value)
  }
  const bytes = attributesBytes(attributes)
  if (bytes > maxItemBytes) throw tooLarge(spec, `takes ${bytes} bytes`)
  return attributes
}

/** The error of an item that is too large; callers get 413 where nobody catches it. */
export function tooLarge(spec: PersistSpec, how: string, options: { cause?: unknown } = {}): RangeError {
  return unstorable(new RangeError(`The item for table ${spec.table} ${how}, and DynamoDB holds at most ${maxItemBytes} bytes: keep large parts elsewhere, for example in S3`, options), 'size')
}

/**
 * The value of a property as an attribute: keys, sets and bytes as the definition has them.
 * @throws TypeError or RangeError for a value that cannot be stored there
 */
export function toPropertyAttribute(spec: PersistSpec, property: string, value: unknown): AttributeValue {
  const place = `${spec.table}.${property}`
  if (spec.keyTypes[property] !== undefined) return toKeyAttribute(spec, property, value)
  if (spec.sets?.[property] !== undefined) return toSet(spec, property, value)
  if (spec.properties[property]?.format === 'binary' && typeof value === 'string') throw new TypeError(`${place} cannot be stored: its schema says format: binary, so it is bytes and not text; give a Uint8Array`)
  return toAttribute(value, place, 1)
}

/**
 * A value somewhere in an item as an attribute.
 * @param place where it stands, for errors
 */
export function toValueAttribute(value: unknown, place: string): AttributeValue {
  return toAttribute(value, place, 1)
}

/** A list of members as a set of DynamoDB, each once. */
export function toSet(spec: PersistSpec, property: string, value: unknown): AttributeValue {
  const place = `${spec.table}.${property}`
  if (!Array.isArray(value) && !(value instanceof Set)) throw new TypeError(`${place} is a set and must be a list of its members, not ${kindOf(value)}`)
  const kind = spec.sets![property]!
  const members = [...(value as Iterable<unknown>)].map((member, index) => {
    const attribute = toAttribute(member, `${place}[${index}]`, 1)
    if ((kind === 'S' ? attribute.S : attribute.N) === undefined) throw new TypeError(`${place}[${index}] is a member of a set of ${kind === 'S' ? 'texts' : 'numbers'} and must be one, not ${kindOf(member)}`)
    return (attribute.S ?? attribute.N)!
  })
  if (members.length === 0) throw new TypeError(`${place} is a set, and DynamoDB has none without members: leave it out`)
  return kind === 'S' ? { SS: [...new Set(members)] } : { NS: members.filter((member, index) => members.findIndex((other) => sameDigits(other, member)) === index) }
}

function isEmptySet(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : value instanceof Set && value.size === 0
}

/**
 * Holds that an item is a plain object.
 * @throws TypeError for anything else, which would be stored without what it holds
 */
export function checkItem(item: unknown, table: string): asserts item is Record<string, unknown> {
  if (isPlain(item)) return
  const remedy = typeof (item as { then?: unknown } | null | undefined)?.then === 'function' ? 'await it first' : 'give a plain object, for example { ...item }'
  throw new TypeError(`The item for table ${table} cannot be stored: it is ${kindOf(item)}; ${remedy}`)
}

/**
 * The value of a key property as an attribute.
 * @throws TypeError where its type is not that of the key, or it is empty
 */
export function toKeyAttribute(spec: PersistSpec, property: string, value: unknown): AttributeValue {
  const place = `${spec.table}.${property}`
  if (spec.keyTypes[property] === 'N') {
    if (typeof value !== 'number' && typeof value !== 'bigint' && !(typeof value === 'string' && isDigits(value))) throw new TypeError(`${place} is part of a key and must be a number, not ${kindOf(value)}`)
    return { N: digitsOf(value, place) }
  }
  const text = value instanceof Date ? dateText(value, place) : value
  if (typeof text !== 'string') throw new TypeError(`${place} is part of a key and must be text, not ${kindOf(value)}`)
  if (text === '') throw unstorable(new TypeError(`${place} is part of a key and must not be empty`))
  const isSort = property === spec.key.sort || spec.indexes.some(({ sort }) => sort === property)
  const limit = isSort ? 1024 : 2048
  if (Buffer.byteLength(text) > limit) throw unstorable(new RangeError(`${place} is part of a key and must not take more than ${limit} bytes`))
  return { S: wholeText(text, place) }
}

/**
 * Attributes as an item. A number whose property is declared as string comes back as its digits; a set that is not there as an empty list.
 * @param selected the properties that were read; all by default
 * @throws RangeError where a JavaScript number cannot hold a stored number exactly
 */
export function fromAttributes(attributes: Attributes, spec: PersistSpec, selected?: readonly string[]): Record<string, unknown> {
  const item: Record<string, unknown> = {}
  for (const [property, attribute] of Object.entries(attributes)) {
    if (selected !== undefined && !selected.includes(property)) continue
    item[property] = attribute.N !== undefined && spec.properties[property]?.type === 'string' ? attribute.N : fromAttribute(attribute, spec.table, property)
  }
  for (const property in spec.sets) if (item[property] === undefined && selected?.includes(property) !== false) item[property] = []
  return item
}

/** The size that DynamoDB counts for an item: names, values, and three bytes a list or map. */
export function attributesBytes(attributes: Attributes): number {
  return Object.entries(attributes).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + attributeBytes(value), 0)
}

function toAttribute(value: unknown, place: string, depth: number): AttributeValue {
  if (depth > maxDepth) throw unstorable(new RangeError(`${place} is nested deeper than the ${maxDepth} levels that DynamoDB holds, or contains itself`))
  if (typeof value === 'string') return { S: wholeText(value, place) }
  if (typeof value === 'number' || typeof value === 'bigint') return { N: digitsOf(value, place) }
  if (typeof value === 'boolean') return { BOOL: value }
  if (value === null) return { NULL: true }
  if (value instanceof Uint8Array) return { B: value }
  if (isTypedArray(value)) return { B: new Uint8Array(value.buffer, value.byteOffset, value.byteLength) }
  if (value instanceof Date) return { S: dateText(value, place) }
  // Array.from: a hole is a part without a value too.
  if (Array.isArray(value)) return { L: Array.from(value, (part: unknown, index) => toAttribute(part === undefined ? null : part, `${place}[${index}]`, depth + 1)) }
  if (isPlain(value)) {
    const kept = Object.entries(value).filter(([, part]) => part !== undefined)
    return { M: Object.fromEntries(kept.map(([key, part]) => [storableName(key, place), toAttribute(part, `${place}.${key}`, depth + 1)])) }
  }
  throw new TypeError(`${place} cannot be stored: it is ${kindOf(value)}; ${remedyFor(value)}`)
}

function isTypedArray(value: unknown): value is Exclude<NodeJS.TypedArray, Uint8Array> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}

// Anything else keeps what it holds where a list of its properties does not show it, and would be stored as an empty map.
// Objects of another realm, such as a vm's, have an Object.prototype of their own.
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Object.prototype.toString.call(value) !== '[object Object]') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function remedyFor(value: unknown): string {
  if (typeof (value as { then?: unknown } | null)?.then === 'function') return 'await it first'
  if (value instanceof ArrayBuffer || value instanceof DataView) return 'make it a Uint8Array'
  return 'use text, numbers, booleans, null, dates, bytes, lists or plain objects'
}

// Where a value stands is put together where its number is not exact, and for no other.
function fromAttribute(attribute: AttributeValue, outside: Place, step: string | number): unknown {
  if (attribute.S !== undefined) return attribute.S
  if (attribute.N !== undefined) return numberOf(attribute.N, outside, step)
  if (attribute.BOOL !== undefined) return attribute.BOOL
  if (attribute.NULL !== undefined) return null
  if (attribute.B !== undefined) return attribute.B
  if (attribute.L !== undefined) {
    const place = { outside, step }
    return attribute.L.map((part, index) => fromAttribute(part, place, index))
  }
  if (attribute.M !== undefined) {
    const place = { outside, step }
    // No loop that assigns: a property may be called __proto__.
    return Object.fromEntries(Object.entries(attribute.M).map(([key, part]) => [key, fromAttribute(part, place, key)]))
  }
  // DynamoDB tells the members in any order.
  if (attribute.SS !== undefined) return [...attribute.SS].sort()
  if (attribute.NS !== undefined) return [...attribute.NS].sort(compareDigits).map((digits) => numberOf(digits, outside, step))
  return attribute.BS
}

function numberOf(digits: string, outside: Place, step: string | number): number {
  const value = exactNumber(digits)
  if (value === undefined) throw new RangeError(`The stored number ${digits} in ${placeText({ outside, step })} is more than a JavaScript number holds exactly: declare the property as type string in its schema`)
  return value
}

/** Name of the table, or a value in which another one lies. */
type Place = string | { outside: Place; step: string | number }

function placeText(place: Place): string {
  if (typeof place === 'string') return place
  return `${placeText(place.outside)}${typeof place.step === 'number' ? `[${place.step}]` : `.${place.step}`}`
}

function digitsOf(value: unknown, place: string): string {
  const digits = String(value)
  // No number of JavaScript has more than 17 digits.
  if (typeof value === 'number' && (value === 0 || (Math.abs(value) >= 1e-129 && Math.abs(value) <= 1e125))) return digits
  if (typeof value === 'number' && !Number.isFinite(value)) throw unstorable(new TypeError(`${place} cannot be stored: ${digits} is not a finite number`))
  const fault = digitsFault(digits)
  const shown = digits.length > 60 ? `${digits.slice(0, 60)}…` : digits
  if (fault !== undefined) throw unstorable(new RangeError(`${place} cannot be stored: ${shown} ${fault}; declare the property as type string and store text`))
  return digits
}

function dateText(value: Date, place: string): string {
  if (Number.isNaN(value.getTime())) throw new TypeError(`${place} cannot be stored: it is a date without a time`)
  return value.toISOString()
}

// UTF-8 has no halves of characters: all of them would be stored as the same one.
function wholeText(text: string, place: string): string {
  if (/[\ud800-\udfff]/u.test(text)) throw unstorable(new TypeError(`${place} cannot be stored: the text holds half of a character, which UTF-8 cannot keep`))
  return text
}

// The SDK would lose the property silently.
function storableName(name: string, place: string): string {
  if (name === '__proto__') throw unstorable(new TypeError(`${place} cannot be stored: a property must not be called __proto__`))
  return wholeText(name, place)
}

function attributeBytes(attribute: AttributeValue): number {
  if (attribute.S !== undefined) return Buffer.byteLength(attribute.S)
  if (attribute.N !== undefined) return Math.ceil(attribute.N.replace(/[^0-9]/g, '').length / 2) + 2
  if (attribute.B !== undefined) return attribute.B.byteLength
  if (attribute.L !== undefined) return 3 + attribute.L.reduce((sum, part) => sum + 1 + attributeBytes(part), 0)
  if (attribute.M !== undefined) return 3 + attributesBytes(attribute.M) + Object.keys(attribute.M).length
  if (attribute.SS !== undefined) return attribute.SS.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if (attribute.NS !== undefined) return attribute.NS.reduce((sum, digits) => sum + attributeBytes({ N: digits }), 0)
  return 1
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return 'text'
  const word = typeof value === 'object' ? classOf(value) : typeof value
  return `${/^[aeio]/i.test(word) ? 'an' : 'a'} ${word}`
}

function classOf(value: object): string {
  const { constructor } = value
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'object'
}
