// Settings with dotted keys and nested ones, from one form to the other.
import { refusal, type Wrong } from './query-error.ts'

/** A JSON object as it came. */
export type JsonTree = Record<string, unknown>

/** Settings are small: what is deeper or has more keys is none. */
const most = { depth: 8, keys: 2000 }

/** `{preempt: {status: 503}}` → `{"preempt.status": 503}`; empty objects disappear, lists stay. */
export function flatten(tree: JsonTree): JsonTree {
  const flat: JsonTree = {}
  const walk = (node: JsonTree, path: string): void => {
    for (const [key, value] of Object.entries(node)) {
      const name = path === '' ? key : `${path}.${key}`
      if (isTree(value)) walk(value, name)
      else flat[name] = value
    }
  }
  walk(tree, '')
  return flat
}

/**
 * The nested form of what came, whichever form it has: `{"preempt.status": 503, rate: null}` → `{preempt: {status: 503}, rate: null}`.
 * Of two that name the same key the later wins; `"preempt.*": null` stays as the key `*` below `preempt`.
 * Throws the 422 for `__proto__`, `constructor` and `prototype`, for empty keys, and beyond 8 levels or 2,000 keys. `place`: where it lies in the body.
 */
export function nest(tree: JsonTree, place: readonly string[] = []): JsonTree {
  const faults: Wrong[] = []
  let keys = 0
  const fault = (below: readonly string[], message: string): void => {
    if (faults.length < 20) faults.push({ in: 'body', place: [...place, ...below], message })
  }
  const take = (from: JsonTree, into: JsonTree, path: readonly string[]): void => {
    for (const [name, value] of Object.entries(from)) {
      keys += 1
      const parts = name.split('.')
      const below = [...path, ...parts]
      if (keys > most.keys || below.length > most.depth) return fault(path, `Takes at most ${most.depth} levels and ${most.keys} keys.`)
      if (parts.some(isForbidden)) fault([...path, name], 'Unknown field.')
      else set(into, parts, { value, take: (tree, node) => take(tree, node, below) })
    }
  }
  const nested: JsonTree = {}
  take(tree, nested, [])
  if (faults.length > 0) throw refusal(faults)
  return nested
}

/** Whether a value is an object with keys. */
export function isTree(value: unknown): value is JsonTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isForbidden(key: string): boolean {
  return key === '' || key === '__proto__' || key === 'constructor' || key === 'prototype'
}

function set(into: JsonTree, parts: readonly string[], { value, take }: { value: unknown; take: (tree: JsonTree, node: JsonTree) => void }): void {
  let node = into
  for (const part of parts.slice(0, -1)) node = branch(node, part)
  const last = parts.at(-1)!
  if (isTree(value)) take(value, branch(node, last))
  else node[last] = value
}

function branch(node: JsonTree, key: string): JsonTree {
  const known = node[key]
  if (isTree(known)) return known
  const made: JsonTree = {}
  node[key] = made
  return made
}
