// Whether a stored item fits the definition of its table, and whether two are the same.
import type { PersistSpec } from '../openapi/index.ts'
import { type Attributes, attributesBytes, keyProperties, sameDigits } from '../persist/stored.ts'

type Attribute = Attributes[string]

const fitting: Readonly<Record<string, readonly string[]>> = { string: ['S', 'N', 'B'], integer: ['N'], number: ['N'], boolean: ['BOOL'], array: ['L', 'SS', 'NS', 'BS'], object: ['M'] }
const words: Readonly<Record<string, string>> = { S: 'text', N: 'a number', B: 'bytes', BOOL: 'true or false', NULL: 'null', L: 'a list', M: 'a map', SS: 'a set of texts', NS: 'a set of numbers', BS: 'a set of bytes' }

/** What does not fit, a sentence each; types of properties as the schema has them, null everywhere. */
export function itemFaults(spec: PersistSpec, item: Attributes): string[] {
  const faults: string[] = []
  const keys = keyProperties(spec)
  for (const key of keys) if (item[key] === undefined) faults.push(`the key ${key} is missing`)
  const limits = new Map([...spec.indexes.flatMap(({ sort }) => (sort === undefined ? [] : [[sort, 1024] as const])), ...(spec.key.sort === undefined ? [] : [[spec.key.sort, 1024] as const])])
  for (const [name, attribute] of Object.entries(item)) {
    const type = typeOf(attribute)
    const keyType = spec.keyTypes[name]
    const { type: wanted, format } = spec.properties[name] ?? {}
    if (keyType !== undefined) {
      if (type !== keyType) faults.push(`${name} is part of a key and must be ${words[keyType]}, not ${words[type]}`)
      else if (attribute.S === '') faults.push(`${name} is part of a key and must not be empty`)
      else if (Buffer.byteLength(attribute.S ?? '') > (limits.get(name) ?? 2048)) faults.push(`${name} is part of a key and must not take more than ${limits.get(name) ?? 2048} bytes`)
    } else if (wanted !== undefined && type !== 'NULL' && fitting[wanted]?.includes(type) === false) faults.push(`${name} must be ${wanted === 'integer' ? 'a whole number' : (words[fitting[wanted][0]!] ?? wanted)}, not ${words[type]}`)
    else if (wanted === 'integer' && attribute.N !== undefined && !isWhole(attribute.N)) faults.push(`${name} must be a whole number`)
    else if (type === 'B' && wanted === 'string' && format !== 'binary' && format !== 'byte') faults.push(`${name} must be text, not bytes`)
  }
  const bytes = attributesBytes(item)
  if (bytes > 400 * 1024) faults.push(`the item takes ${bytes} bytes, and DynamoDB holds at most ${400 * 1024}`)
  return faults
}

function isWhole(digits: string): boolean {
  const [, whole = '', fraction = '', power = '0'] = /^[+-]?(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(digits) ?? []
  const all = `${whole}${fraction}`
  const last = Number(power) - fraction.length + (all.length - all.replace(/0+$/, '').length)
  return /^0*$/.test(all) || last >= 0
}

function typeOf(attribute: Attribute): string {
  return Object.keys(attribute).find((type) => (attribute as unknown as Record<string, unknown>)[type] !== undefined)!
}

/** Whether two items are the same: numbers by their value, sets in any order. */
export function sameItem(one: Attributes, other: Attributes): boolean {
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => other[name] !== undefined && sameAttribute(one[name]!, other[name]))
}

function sameAttribute(one: Attribute, other: Attribute): boolean {
  if (typeOf(one) !== typeOf(other)) return false
  if (one.N !== undefined) return sameDigits(one.N, other.N!)
  if (one.B !== undefined) return sameBytes(one.B, other.B!)
  if (one.L !== undefined) return one.L.length === other.L!.length && one.L.every((part, index) => sameAttribute(part, other.L![index]!))
  if (one.M !== undefined) return sameItem(one.M, other.M!)
  if (one.SS !== undefined) return sameSet(one.SS, other.SS!, (left, right) => left === right)
  if (one.NS !== undefined) return sameSet(one.NS, other.NS!, sameDigits)
  if (one.BS !== undefined) return sameSet(one.BS, other.BS!, sameBytes)
  return one.S === other.S && one.BOOL === other.BOOL
}

function sameSet<Member>(one: readonly Member[], other: readonly Member[], same: (left: Member, right: Member) => boolean): boolean {
  return one.length === other.length && one.every((member) => other.some((candidate) => same(member, candidate)))
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
