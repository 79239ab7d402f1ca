// Compiles path templates into the route tree.
import type { CompiledOperation, RouteNode } from '../table.ts'

/** One segment of a template: a literal, or a mixture of literal text and parameters. */
export type Segment = { literal: string } | { source: string; names: string[]; literalLength: number; whole: boolean }

/** The segments of a template, literals percent-decoded; undefined where the template is malformed. */
export function segmentsOf(path: string): Segment[] | undefined {
  if (!path.startsWith('/')) return undefined
  const segments = path.slice(1).split('/').map(segmentOf)
  return segments.includes(undefined) ? undefined : segments as Segment[]
}

/** The names of the parameters of a template, in path order. */
export function namesOf(path: string): string[] {
  return (segmentsOf(path) ?? []).flatMap((segment) => 'literal' in segment ? [] : segment.names)
}

/** The template without its names: equal for templates that match the same requests. */
export function shapeOfPath(path: string): string {
  return (segmentsOf(path) ?? []).map((segment) => 'literal' in segment ? `=${segment.literal}` : `~${segment.source}`).join('/')
}

function segmentOf(text: string): Segment | undefined {
  const parts = text.split(/\{([^{}]*)\}/)
  const names = parts.filter((_, index) => index % 2 === 1)
  const literals = parts.filter((_, index) => index % 2 === 0)
  if (literals.some((literal) => /[{}]/.test(literal)) || names.some((name) => name === '')) return undefined
  const decoded = literals.map(decode)
  if (decoded.includes(undefined)) return undefined
  if (names.length === 0) return { literal: decoded[0] ?? '' }
  const texts = decoded as string[]
  return { source: `^${texts.map(escapeRegExp).join('([^]+)')}$`, names, literalLength: texts.join('').length, whole: texts.join('') === '' && names.length === 1 }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** Builds the route tree of an API; `paths` of operations must be well-formed and unambiguous. */
export function compileRoutes(operations: CompiledOperation[]): RouteNode {
  const root: RouteNode = {}
  operations.forEach((operation, index) => {
    const segments = segmentsOf(operation.path) ?? []
    const end = segments.reduce<RouteNode>(nodeBelow, root)
    end.methods ??= {}
    end.methods[operation.method] = { operation: index, names: segments.flatMap((segment) => 'literal' in segment ? [] : segment.names) }
  })
  return root
}

function nodeBelow(node: RouteNode, segment: Segment): RouteNode {
  if ('literal' in segment) {
    // No prototype: a path may hold the segment "__proto__".
    node.literals ??= Object.create(null) as Record<string, RouteNode>
    return (node.literals[segment.literal] ??= {})
  }
  if (segment.whole) return (node.parameter ??= {})
  node.patterns ??= []
  const known = node.patterns.find((pattern) => pattern.source === segment.source)
  if (known !== undefined) return known.node
  const pattern = { source: segment.source, names: segment.names, node: {} }
  node.patterns.push(pattern)
  node.patterns.sort((left, right) => literalLength(right.source) - literalLength(left.source) || (left.source < right.source ? -1 : 1))
  return pattern.node
}

function literalLength(source: string): number {
  return source.slice(1, -1).replaceAll('([^]+)', '').replace(/\\(.)/g, '$1').length
}
