// Finds in an answer what JSON would lose without a word: a promise becomes {}, and so do maps, errors and other objects.
import type { ErrorDetail } from '../../errors/index.ts'

const most = 5

/** What of a value is no plain data, at its place below `/body`; the value is one that JSON.stringify took, so without circles. */
export function plainFaults(body: unknown): ErrorDetail[] {
  const faults: ErrorDetail[] = []
  // By a list instead of calls: a value may be nested deeper than the stack.
  const left: { value: unknown; pointer: string }[] = [{ value: body, pointer: '/body' }]
  for (let next = left.pop(); next !== undefined && faults.length < most; next = left.pop()) {
    const { value, pointer } = next
    const kind = lostKind(value)
    if (kind !== undefined) faults.push({ pointer, message: `is ${kind}, which JSON cannot hold${kind === 'a promise' ? ': await it first' : ''}` })
    else if (typeof value === 'object' && value !== null && !hasText(value)) {
      for (const key of Object.keys(value)) {
        const part = (value as Record<string, unknown>)[key]
        if ((typeof part === 'object' && part !== null) || typeof part === 'function' || typeof part === 'symbol') left.push({ value: part, pointer: `${pointer}/${key}` })
      }
    }
  }
  return faults
}

// Says itself what it is in JSON, as dates and URLs do.
function hasText(value: object): boolean {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function'
}

// What holds something that its list of properties does not show.
function lostKind(value: unknown): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  if (typeof value !== 'object' || value === null) return undefined
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === Array.prototype || prototype === null || hasText(value)) return undefined
  if (typeof (value as { then?: unknown }).then === 'function') return 'a promise'
  if (value instanceof Error || ArrayBuffer.isView(value)) return named(value)
  const tag = Object.prototype.toString.call(value)
  if (/^\[object (?:Array|Number|String|Boolean)\]$/.test(tag)) return undefined
  const isOtherRealms = Object.getPrototypeOf(prototype) === null && tag === '[object Object]'
  // An instance of a class that shows its fields is its author's idea of data.
  return Object.keys(value).length > 0 || isOtherRealms ? undefined : named(value)
}

function named(value: object): string {
  const { constructor } = value
  const word = typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'object'
  return `${/^[aeio]/i.test(word) ? 'an' : 'a'} ${word}`
}
