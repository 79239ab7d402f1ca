// Items as lines of text, one JSON object each, in the form that DynamoDB exports to S3: exact numbers, sets and bytes come back as they were.
import { isDigits, type Attributes, digitsFault } from '../persist/stored.ts'

type Attribute = Attributes[string]

/** An item as a line, without its end. */
export function toLine(item: Attributes): string {
  return JSON.stringify({ Item: plainMap(item) })
}

/**
 * The item of a line.
 * @throws TypeError with what is wrong with it, and where
 */
export function fromLine(line: string): Attributes {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new TypeError('the line is no JSON')
  }
  if (!isObject(value) || !isObject(value['Item']) || Object.keys(value).length !== 1) throw new TypeError('the line must be {"Item": {…}}, with attributes as DynamoDB has them')
  return mapOf(value['Item'], '', 1)
}

function plainMap(map: Record<string, Attribute>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([name, attribute]) => [name, plain(attribute)]))
}

function plain(attribute: Attribute): unknown {
  if (attribute.B !== undefined) return { B: base64(attribute.B) }
  if (attribute.BS !== undefined) return { BS: attribute.BS.map(base64) }
  if (attribute.L !== undefined) return { L: attribute.L.map(plain) }
  if (attribute.M !== undefined) return { M: plainMap(attribute.M) }
  return attribute
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

function mapOf(value: Record<string, unknown>, place: string, depth: number): Attributes {
  if (depth > 33) throw new TypeError(`${place} is nested deeper than the 32 levels that DynamoDB holds`)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => {
    if (name === '__proto__') throw new TypeError(`${place === '' ? 'an attribute' : place} must not be called __proto__`)
    return [name, attributeOf(inner, place === '' ? name : `${place}.${name}`, depth)]
  }))
}

function attributeOf(value: unknown, place: string, depth: number): Attribute {
  const [type, ...more] = isObject(value) ? Object.keys(value) : []
  const read = type !== undefined && more.length === 0 && Object.hasOwn(readers, type) ? readers[type] : undefined
  if (read === undefined) throw new TypeError(`${place} must have one of the types of DynamoDB, for example {"S": "text"}`)
  return read((value as Record<string, unknown>)[type!], place, depth)
}

type Reader = (value: unknown, place: string, depth: number) => Attribute

const readers: Readonly<Record<string, Reader>> = {
  S: (value, place) => ({ S: textOf(value, place) }),
  N: (value, place) => ({ N: digitsOf(value, place) }),
  B: (value, place) => ({ B: bytesOf(value, place) }),
  BOOL: (value, place) => {
    if (typeof value !== 'boolean') throw new TypeError(`${place} must be true or false`)
    return { BOOL: value }
  },
  NULL: (value, place) => {
    if (value !== true) throw new TypeError(`${place} must be {"NULL": true}`)
    return { NULL: true }
  },
  L: (value, place, depth) => {
    if (!Array.isArray(value)) throw new TypeError(`${place} must be a list`)
    if (depth > 32) throw new TypeError(`${place} is nested deeper than the 32 levels that DynamoDB holds`)
    return { L: value.map((part, index) => attributeOf(part, `${place}[${index}]`, depth + 1)) }
  },
  M: (value, place, depth) => {
    if (!isObject(value)) throw new TypeError(`${place} must be a map`)
    return { M: mapOf(value, place, depth + 1) }
  },
  SS: (value, place) => ({ SS: membersOf(value, place).map((member) => textOf(member, place)) }),
  NS: (value, place) => ({ NS: membersOf(value, place).map((member) => digitsOf(member, place)) }),
  BS: (value, place) => ({ BS: membersOf(value, place).map((member) => bytesOf(member, place)) }),
}

function textOf(value: unknown, place: string): string {
  if (typeof value !== 'string') throw new TypeError(`${place} must be text`)
  return value
}

function digitsOf(value: unknown, place: string): string {
  if (typeof value !== 'string' || !isDigits(value)) throw new TypeError(`${place} must be the digits of a number as text, for example {"N": "1.5"}`)
  const fault = digitsFault(value)
  if (fault !== undefined) throw new TypeError(`${place} ${fault}`)
  return value
}

function bytesOf(value: unknown, place: string): Uint8Array {
  if (typeof value !== 'string' || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)) throw new TypeError(`${place} must be bytes as base64`)
  return new Uint8Array(Buffer.from(value, 'base64'))
}

function membersOf(value: unknown, place: string): unknown[] {
  if (!Array.isArray(value) || value.length === 0 || new Set(value).size !== value.length) throw new TypeError(`${place} must be a set: a list of at least one member, each once`)
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
