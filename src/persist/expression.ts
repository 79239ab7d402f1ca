// The pieces of an expression of DynamoDB: placeholders for names and values.
import type { PersistSpec } from '../openapi/index.ts'
import { type Attributes, toPropertyAttribute, toValueAttribute } from './attributes.ts'
import type { Steps } from './paths.ts'

// Of AWS, for each expression.
const maxBytes = 4096

/** Names and values that the expressions of one call share. */
export interface Placeholders {
  readonly spec: PersistSpec
  names: Record<string, string>
  values: Attributes
  /** How many values there are. */
  count: number
  /** Names that have a placeholder. */
  known: Map<string, string>
}

export function openPlaceholders(spec: PersistSpec): Placeholders {
  return { spec, names: {}, values: {}, count: 0, known: new Map() }
}

/** A path as an expression names it. */
export function pathOf(places: Placeholders, steps: Steps): string {
  return steps.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${nameOf(places, part)}`)).join('')
}

/** An attribute as an expression names it. */
export function valueOf(places: Placeholders, attribute: Attributes[string]): string {
  const placeholder = `:v${places.count}`
  places.count += 1
  places.values[placeholder] = attribute
  return placeholder
}

/** The value for a path as an attribute; properties that the definition has a type for are held to it. */
export function attributeFor(spec: PersistSpec, steps: Steps, value: unknown): Attributes[string] {
  const [property, ...inner] = steps
  return inner.length === 0 ? toPropertyAttribute(spec, String(property), value) : toValueAttribute(value, `${spec.table}.${steps.join('.')}`)
}

/**
 * Names and values as a call takes them.
 * @throws RangeError where an expression is longer than DynamoDB takes
 */
export function placeholderInput({ spec, names, values }: Placeholders, expressions: readonly (string | undefined)[]): { ExpressionAttributeNames?: Record<string, string>; ExpressionAttributeValues?: Attributes } {
  const bytes = Math.max(0, ...expressions.map((expression) => Buffer.byteLength(expression ?? '')))
  if (bytes > maxBytes) throw new RangeError(`A condition or change on table ${spec.table} takes ${bytes} bytes as an expression, and DynamoDB takes at most ${maxBytes}: name fewer paths or values`)
  return { ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }), ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }) }
}

function nameOf(places: Placeholders, name: string): string {
  const found = places.known.get(name)
  if (found !== undefined) return found
  const placeholder = `#n${places.known.size}`
  places.known.set(name, placeholder)
  places.names[placeholder] = name
  return placeholder
}
