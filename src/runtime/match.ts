// Finds the operation of a request in the compiled route tree.
import { catalog } from '../errors/index.ts'
import type { ApiTable, CompiledOperation, RouteNode } from '../spec/index.ts'
import { boundPatterns } from './linear-patterns.ts'

/** What the route tree says of a path and a method. */
export type Match =
  | { kind: 'operation'; operation: CompiledOperation; path: Record<string, string> }
  | { kind: 'method-not-allowed'; allow: string[] }
  | { kind: 'none' }

/**
 * Splits a path into decoded segments.
 * Throws MALFORMED_PATH where a percent escape is broken or is no UTF-8.
 */
export function toSegments(path: string, isDecoded: boolean): string[] {
  const segments = path.split('/')
  // A target that does not begin with a slash (`*` of OPTIONS) is no path of any operation.
  if (segments[0] === '') segments.shift()
  else segments.unshift('')
  if (isDecoded || !path.includes('%')) return segments
  try {
    return segments.map(decodeURIComponent)
  } catch (cause) {
    throw catalog.MALFORMED_PATH(undefined, { cause })
  }
}

/** Finds the operation for decoded segments; HEAD falls back to GET. */
export function findOperation(table: ApiTable, method: string, segments: string[]): Match {
  const allowed = new Set<string>()
  const found = walk(table.routes, { method, segments, values: [], allowed }, 0)
  if (found !== undefined) return { kind: 'operation', operation: table.operations[found.operation]!, path: found.path }
  return allowed.size > 0 ? { kind: 'method-not-allowed', allow: allowedMethods(allowed) } : { kind: 'none' }
}

/** The methods of an `Allow` header: HEAD comes with GET, OPTIONS is always answered. */
export function allowedMethods(declared: Iterable<string>): string[] {
  const methods = new Set(declared)
  if (methods.has('GET')) methods.add('HEAD')
  methods.add('OPTIONS')
  return [...methods].sort()
}

interface Walk {
  method: string
  segments: string[]
  /** Values of the parameters met on the way, in path order. */
  values: string[]
  /** Methods of the paths that match although the method does not. */
  allowed: Set<string>
}

function walk(node: RouteNode, state: Walk, depth: number): { operation: number; path: Record<string, string> } | undefined {
  if (depth === state.segments.length) return end(node, state)
  const segment = state.segments[depth]!
  const literal = node.literals !== undefined && Object.hasOwn(node.literals, segment) ? node.literals[segment] : undefined
  const exact = literal && walk(literal, state, depth + 1)
  if (exact) return exact
  // An empty segment is no value: /jobs//latest is not /jobs/{job}/latest.
  if (segment === '') return undefined
  for (const pattern of node.patterns ?? []) {
    const values = expressionOf(pattern).exec(segment)
    const found = values && step(pattern.node, { ...state, depth }, values.slice(1))
    if (found) return found
  }
  return node.parameter && step(node.parameter, { ...state, depth }, [segment])
}

const expressions = new WeakMap<object, RegExp>()

function expressionOf(pattern: { source: string }): RegExp {
  const known = expressions.get(pattern)
  if (known !== undefined) return known
  boundPatterns()
  const expression = new RegExp(pattern.source, 'su')
  expressions.set(pattern, expression)
  return expression
}

function step(node: RouteNode, state: Walk & { depth: number }, values: string[]): ReturnType<typeof walk> {
  state.values.push(...values)
  const found = walk(node, state, state.depth + 1)
  if (!found) state.values.length -= values.length
  return found
}

function end(node: RouteNode, state: Walk): ReturnType<typeof walk> {
  const { methods } = node
  if (methods === undefined) return undefined
  const ending = (Object.hasOwn(methods, state.method) ? methods[state.method] : undefined) ?? (state.method === 'HEAD' ? methods['GET'] : undefined)
  if (ending === undefined) {
    for (const method of Object.keys(methods)) state.allowed.add(method)
    return undefined
  }
  const path = Object.create(null) as Record<string, string>
  for (const [index, name] of ending.names.entries()) path[name] = state.values[index]!
  return { operation: ending.operation, path }
}
