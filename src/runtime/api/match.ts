// Finds the operation of a request in the compiled route tree.
import { catalog, withoutStack } from '../../errors/index.ts'
import type { ApiTable, CompiledOperation, RouteNode } from '../../openapi/index.ts'
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
  // A target without a leading slash (`OPTIONS *`) must match no operation; the empty first segment ensures that.
  if (segments[0] === '') segments.shift()
  else segments.unshift('')
  if (isDecoded || !path.includes('%')) return segments
  try {
    return segments.map(decodeURIComponent)
  } catch (cause) {
    throw catalog.MALFORMED_PATH(undefined, { cause: withoutStack(cause) })
  }
}

/** Finds the operation for decoded segments; HEAD falls back to GET. */
export function findOperation(table: ApiTable, method: string, segments: string[]): Match {
  const state: Walk = { method, segments, values: [] }
  const found = walk(table.routes, state, 0)
  if (found !== undefined) return { kind: 'operation', operation: table.operationAt?.(found.operation) ?? table.operations[found.operation]!, path: found.path }
  return state.allowed === undefined ? { kind: 'none' } : { kind: 'method-not-allowed', allow: allowedMethods(state.allowed) }
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
  allowed?: string[]
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
    if (values === null) continue
    state.values.push(...values.slice(1))
    const found = walk(pattern.node, state, depth + 1)
    if (found !== undefined) return found
    state.values.length -= values.length - 1
  }
  if (node.parameter === undefined) return undefined
  state.values.push(segment)
  const found = walk(node.parameter, state, depth + 1)
  if (found === undefined) state.values.pop()
  return found
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

function end(node: RouteNode, state: Walk): ReturnType<typeof walk> {
  const { methods } = node
  if (methods === undefined) return undefined
  const ending = (Object.hasOwn(methods, state.method) ? methods[state.method] : undefined) ?? (state.method === 'HEAD' ? methods['GET'] : undefined)
  if (ending === undefined) {
    state.allowed = [...(state.allowed ?? []), ...Object.keys(methods)]
    return undefined
  }
  const path = Object.create(null) as Record<string, string>
  for (let index = 0; index < ending.names.length; index += 1) path[ending.names[index]!] = state.values[index]!
  return { operation: ending.operation, path }
}
