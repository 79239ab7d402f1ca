// Settings with dotted keys instead of nested ones.

/** A JSON object. */
export type JsonTree = Readonly<Record<string, unknown>>

/** `{preempt: {status: 503}}` → `{"preempt.status": 503}`; empty objects disappear, lists stay. */
export function flatten(tree: JsonTree): Record<string, unknown> {
  const flat: [string, unknown][] = []
  const walk = (node: JsonTree, path: string): void => {
    for (const [key, value] of Object.entries(node)) {
      const name = path === '' ? key : `${path}.${key}`
      if (isTree(value)) walk(value, name)
      else flat.push([name, value])
    }
  }
  walk(tree, '')
  // Sets `__proto__` as a key like any other.
  return Object.fromEntries(flat)
}

/** Whether a value is an object with keys. */
export function isTree(value: unknown): value is JsonTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
