// Marks what a table refuses because of how large, long or odd a value is, and not because of its kind.

// A brand instead of a class: the error stays the RangeError or TypeError that it is.
const brand = Symbol.for('klue.Unstorable')

/** Marks an error as that of a value which no table can hold; nobody having caught it, callers get VALUE_NOT_STORABLE, or ITEM_TOO_LARGE for a `size`. */
export function unstorable<Thrown extends Error>(error: Thrown, why: 'value' | 'size' = 'value'): Thrown {
  return Object.defineProperty(error, brand, { value: why })
}

/** Whether an error is marked so, by this or another copy of klue. */
export function isUnstorable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] !== undefined
}

/** Whether it is marked because the item is too large. */
export function isTooLarge(value: unknown): boolean {
  return isUnstorable(value) && (value as Record<symbol, unknown>)[brand] === 'size'
}
