// When two JSON values are equal, and which items of a list are; a part of runtime.cjs too, so it imports nothing.

/** Whether two values are equal as JSON: numbers by value, objects whatever the order of their keys. */
export function isEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left !== left && right !== right
  if (Array.isArray(left) || Array.isArray(right)) return Array.isArray(left) && Array.isArray(right) && left.length === right.length && left.every((item, index) => isEqual(item, right[index]))
  if (ArrayBuffer.isView(left) || ArrayBuffer.isView(right)) return keyOf(left) === keyOf(right)
  const keys = Object.keys(left)
  // Only own keys are compared: callers choose the keys, and may choose `valueOf` or `constructor`.
  return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && isEqual((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key]))
}

/** The last item of a list that equals one before it, with the nearest of those; looks at each item once. */
export function duplicateIn(items: readonly unknown[]): [later: number, earlier: number] | undefined {
  const places = new Map<string, number>()
  let found: [number, number] | undefined
  for (let index = 0; index < items.length; index += 1) {
    const key = keyOf(items[index])
    const earlier = places.get(key)
    if (earlier !== undefined) found = [index, earlier]
    places.set(key, index)
  }
  return found
}

// A text that is the same for equal values and differs for all others.
function keyOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`
  if (ArrayBuffer.isView(value)) return `<${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')}>`
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${keyOf((value as Record<string, unknown>)[key])}`).join()}}`
}
