// Items as a stream tells them: attributes as they travel, bytes as base64.
import type { PersistSpec } from '../openapi/index.ts'
import { type Attributes, fromAttributes } from './attributes.ts'
import { keyProperties } from './keys.ts'

type Wire = { B?: string; BS?: string[]; L?: Wire[]; M?: Record<string, Wire> }

/**
 * The item of an image.
 * @throws RangeError where a JavaScript number cannot hold a stored number exactly
 */
export function streamedItem(spec: PersistSpec, image: Readonly<Record<string, object>>): Record<string, unknown> {
  return fromAttributes(read(image as Record<string, Wire>), spec)
}

/**
 * The key of a record, as an object; a number that the definition calls a text is its digits.
 * @throws RangeError where a JavaScript number cannot hold it exactly
 */
export function streamedKey(spec: PersistSpec, keys: Readonly<Record<string, object>>): Record<string, unknown> {
  return fromAttributes(read(keys as Record<string, Wire>), spec, keyProperties(spec))
}

function read(image: Record<string, Wire>): Attributes {
  // No loop that assigns: a property may be called __proto__.
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, attribute(value)])) as Attributes
}

function attribute(value: Wire): unknown {
  if (value.B !== undefined) return { B: bytes(value.B) }
  if (value.BS !== undefined) return { BS: value.BS.map(bytes) }
  if (value.L !== undefined) return { L: value.L.map(attribute) }
  return value.M === undefined ? value : { M: read(value.M) }
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}
