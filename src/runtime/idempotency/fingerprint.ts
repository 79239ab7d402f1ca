// What two requests with one key must share: the declared parts, whatever their spelling.
import type { Exchange } from '../exchange/exchange.ts'
import { headerOf } from '../input/parameters.ts'
import { sentJson } from './sent-json.ts'

/** The declared parts of a checked request in a form that is the same for the same request: path, query, body, and these headers. */
export function declaredParts({ match, input, request, operation, headers }: Exchange, names: readonly string[] = []): string {
  const path = match.kind === 'operation' ? match.path : {}
  // Values of custom formats may be anything that a service makes of a text: the texts are compared instead.
  const [query, body] = operation?.formats === undefined ? [input!.query, input!.body] : [pairsOf(request.query), sentJson(request) ?? input!.body]
  const named = names.map((name) => [name, headerOf(headers, name)])
  try {
    return canonical([path, query, body, named])
  } catch (error) {
    // JSON nests deeper than the stack reaches; such a body is compared as it came.
    if (!(error instanceof RangeError)) throw error
    return canonical([path, pairsOf(request.query), request.body, named])
  }
}

/** A value as text: keys sorted, bytes by their digest. */
export function canonical(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (value instanceof Uint8Array) return `bytes:${process.getBuiltinModule('node:crypto').createHash('sha256').update(value).digest('base64')}`
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') return canonical((toJSON as () => unknown).call(value))
  return `{${Object.keys(value).filter((key) => (value as Record<string, unknown>)[key] !== undefined).sort().map((key) => `${JSON.stringify(key)}:${canonical((value as Record<string, unknown>)[key])}`).join()}}`
}

function pairsOf(query: string): [string, string][] {
  const pairs = new URLSearchParams(query)
  pairs.sort()
  return [...pairs]
}
