// Marks what a table refuses because of how large, long or odd a value is, and not because of its kind.

// A brand instead of a class: the error stays the RangeError or TypeError that it is.
const brand = Symbol.for('klue.Unstorable')

/** Marks an error as that of a value which no table can hold; nobody having caught it, callers get VALUE_NOT_STORABLE. */
export function unstorable<Thrown extends Error>(error: Thrown): Thrown {
  return Object.defineProperty(error, brand, { value: true })
}

/** Whether an error is marked so, by this or another copy of klue. */
export function isUnstorable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
}
