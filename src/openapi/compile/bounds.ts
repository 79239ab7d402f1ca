// The bounds on length and count that are checked before anything else, also those in other branches of an allOf.
import { arrayOf, isObject, type JsonObject, valueAt } from '../read/pointers.ts'

/** A keyword of our own: bounds, and a schema that is checked only if they hold. */
export const boundedKeyword = 'klue-bounded'

/** Another: a schema that an empty text need not fit. */
export const unlessEmptyKeyword = 'klue-unless-empty'

/** What stands under the first. */
export interface Bounded {
  bounds: Record<string, number>
  schema: JsonObject
}

/** Keywords that bound the length or count of a value, with the stricter of two bounds. */
export const boundKeywords: Readonly<Record<string, (one: number, other: number) => number>> = {
  maxLength: Math.min, minLength: Math.max, maxItems: Math.min, minItems: Math.max, maxProperties: Math.min, minProperties: Math.max,
}

// Ajv checks these keywords before those that belong to one type, such as the bounds.
const untyped = ['$ref', 'allOf', 'anyOf', 'oneOf', 'not', 'if']

/** The translated schema, changed so that a failed bound ends its check. */
export function boundedFirst(api: { document: unknown; dialect: string }, schema: JsonObject, plain: JsonObject): JsonObject {
  if (!untyped.some((key) => key in plain)) return plain
  const bounds = boundsOf(api, schema)
  if (Object.keys(bounds).length === 0) return plain
  const { default: fallback, ...all } = plain
  const rest = Object.fromEntries(Object.entries(all).filter(([key]) => !(key in bounds)))
  return { [boundedKeyword]: { bounds, schema: rest } satisfies Bounded, ...(fallback === undefined ? {} : { default: fallback }) }
}

/** The bounds of a schema and of all that applies together with it. */
export function boundsOf(api: { document: unknown; dialect: string }, schema: unknown, seen: Set<unknown> = new Set()): Record<string, number> {
  if (!isObject(schema) || seen.has(schema)) return {}
  seen.add(schema)
  const bounds: Record<string, number> = {}
  const add = (found: JsonObject): void => {
    for (const [keyword, strictest] of Object.entries(boundKeywords)) {
      const value = found[keyword]
      if (typeof value === 'number') bounds[keyword] = strictest(bounds[keyword] ?? value, value)
    }
  }
  if (typeof schema['$ref'] === 'string') {
    add(boundsOf(api, valueAt(api.document, schema['$ref']), seen))
    if (api.dialect !== '3.1') return bounds
  }
  add(schema)
  for (const part of arrayOf(schema['allOf'])) add(boundsOf(api, part, seen))
  return bounds
}
