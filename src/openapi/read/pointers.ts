// JSON values and JSON pointers: the vocabulary in which every other file here speaks of documents.

export type JsonObject = Record<string, unknown>

/** Whether a value is a JSON object (not an array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object, or an empty one for anything else. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

/** The array, or an empty one for anything else. */
export function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** The strings of an array, or none. */
export function stringsOf(value: unknown): string[] {
  return arrayOf(value).filter((item) => typeof item === 'string')
}

/** Own property of an object or an array item; never something inherited. */
export function childOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as JsonObject)[key]
}

/** A pointer with keys appended; keys are escaped. */
export function pointerTo(pointer: string, ...keys: (string | number)[]): string {
  let result = pointer
  for (const key of keys) result += `/${typeof key === 'string' && (key.includes('/') || key.includes('~')) ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key}`
  return result
}

/** The keys of a pointer such as `/paths/~1a/get`; a fragment's `#` and percent-encoding are accepted. */
export function keysOf(pointer: string): string[] {
  const plain = pointer.startsWith('#') ? decodePercent(pointer.slice(1)) : pointer
  if (plain === '') return []
  const keys = (plain.startsWith('/') ? plain.slice(1) : plain).split('/')
  return plain.includes('~') ? keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')) : keys
}

/** The value at a pointer, or undefined. */
export function valueAt(document: unknown, pointer: string): unknown {
  return keysOf(pointer).reduce<unknown>(childOf, document)
}

/** The longest part of a pointer that exists in a document. */
export function existingPart(document: unknown, pointer: string): string {
  let value = document
  let found = ''
  for (const key of keysOf(pointer)) {
    value = childOf(value, key)
    if (value === undefined) return found
    found = pointerTo(found, key)
  }
  return found
}

function decodePercent(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

// A cache of targets: documents refer to the same places again and again, and no longer change once their files are bundled.
const targets = new WeakMap<object, Map<string, unknown>>()

function targetOf(document: unknown, ref: string): unknown {
  if (typeof document !== 'object' || document === null) return undefined
  const known = targets.get(document) ?? new Map<string, unknown>()
  targets.set(document, known)
  if (!known.has(ref)) known.set(ref, valueAt(document, ref))
  return known.get(ref)
}

/** Follows `$ref`s to the object itself; undefined where one leads nowhere or in a circle. */
export function followRefs(document: unknown, value: unknown): unknown {
  let target = value
  for (let steps = 0; steps < 32; steps += 1) {
    const ref = isObject(target) ? target['$ref'] : undefined
    if (typeof ref !== 'string') return target
    if (!ref.startsWith('#')) return undefined
    target = targetOf(document, ref)
  }
  return undefined
}
