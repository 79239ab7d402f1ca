// From a value that fits its schema, one that breaks each keyword of the schema once.
import { isObject, type JsonObject, objectOf, stringsOf } from '../../src/openapi/read/pointers.ts'
import { effective, typesIn } from './effective.ts'

export interface Mutant {
  keyword: string
  /** Steps to the value that was changed. */
  path: string[]
  value: unknown
}

interface Site {
  document: unknown
  root: unknown
  path: string[]
  known: Set<string>
  found: Mutant[]
}

type Change = (schema: JsonObject, value: unknown) => { to: unknown } | undefined

const changes: Record<string, Change> = {
  type: (schema, value) => (typesIn(schema).length > 1 ? undefined : { to: typeof value === 'string' ? 7 : 'wrong-type' }),
  nullable: () => ({ to: null }),
  enum: () => ({ to: 'not-in-the-enum' }),
  const: () => ({ to: 'not-the-const' }),
  minimum: (schema) => ({ to: Number(schema['minimum']) - 1 }),
  exclusiveMinimum: (schema) => ({ to: Number(schema['exclusiveMinimum'] === true ? schema['minimum'] : schema['exclusiveMinimum']) }),
  maximum: (schema) => ({ to: Number(schema['maximum']) + 1 }),
  exclusiveMaximum: (schema) => ({ to: Number(schema['exclusiveMaximum'] === true ? schema['maximum'] : schema['exclusiveMaximum']) }),
  multipleOf: (schema, value) => (typeof value === 'number' ? { to: value + Number(schema['multipleOf']) / 3 } : undefined),
  minLength: (schema, value) => (typeof value === 'string' && Number(schema['minLength']) > 0 ? { to: value.slice(0, Number(schema['minLength']) - 1) } : undefined),
  maxLength: (schema, value) => (typeof value === 'string' && Number(schema['maxLength']) < 20_000 ? { to: value + 'a'.repeat(Number(schema['maxLength'])) } : undefined),
  pattern: (_schema, value) => (typeof value === 'string' ? { to: '~ ! ~' } : undefined),
  format: (_schema, value) => (typeof value === 'string' ? { to: 'no such format' } : typeof value === 'number' ? { to: 2 ** 70 } : undefined),
  required: (schema, value) => {
    const [name] = stringsOf(schema['required']).filter((candidate) => isObject(value) && candidate in value)
    return name === undefined ? undefined : { to: without(value as JsonObject, name) }
  },
  // Where none may stand, any value will do; where some may, only one that no schema expects.
  additionalProperties: (schema, value) => (isObject(value) ? { to: { ...value, undeclared_property: schema['additionalProperties'] === false ? 1 : { deep: [1] } } } : undefined),
  unevaluatedProperties: (_schema, value) => (isObject(value) ? { to: { ...value, undeclared_property: 1 } } : undefined),
  minProperties: (_schema, value) => (isObject(value) ? { to: {} } : undefined),
  maxProperties: (schema, value) => (isObject(value) ? { to: { ...value, ...Object.fromEntries(Array.from({ length: Number(schema['maxProperties']) + 1 }, (_, index) => [`more${index}`, 'x'])) } } : undefined),
  minItems: (schema) => (Number(schema['minItems']) > 0 ? { to: [] } : undefined),
  maxItems: (schema, value) => (Array.isArray(value) && Number(schema['maxItems']) < 2000 ? { to: Array.from({ length: Number(schema['maxItems']) + 1 }, () => value[0] as unknown) } : undefined),
  uniqueItems: (_schema, value) => (Array.isArray(value) && value.length > 0 ? { to: [value[0], value[0]] } : undefined),
  oneOf: () => ({ to: { neither: ['this', 'nor', 'that'] } }),
  anyOf: () => ({ to: { neither: ['this', 'nor', 'that'] } }),
  not: () => ({ to: {} }),
}

/** One mutant a keyword that the schema uses; each where it is met first. */
export function mutants(document: unknown, schema: unknown, value: unknown): Mutant[] {
  const site: Site = { document, root: value, path: [], known: new Set(), found: [] }
  visit(site, schema, value)
  return site.found
}

function visit(site: Site, schema: unknown, value: unknown): void {
  const whole = effective(site.document, schema)
  for (const [keyword, change] of Object.entries(changes)) {
    if (!(keyword in whole) || site.known.has(keyword) || (keyword === 'additionalProperties' && whole[keyword] === true)) continue
    const changed = change(whole, value)
    if (changed === undefined) continue
    site.known.add(keyword)
    site.found.push({ keyword, path: site.path, value: replaced(site.root, site.path, changed.to) })
  }
  if (site.path.length > 6) return
  if (isObject(value)) for (const [name, child] of Object.entries(value)) visit({ ...site, path: [...site.path, name] }, objectOf(whole['properties'])[name] ?? whole['additionalProperties'], child)
  if (Array.isArray(value) && value.length > 0) visit({ ...site, path: [...site.path, '0'] }, whole['items'], value[0])
}

function replaced(root: unknown, path: string[], to: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return to
  if (Array.isArray(root)) return root.map((item: unknown, index) => (String(index) === step ? replaced(item, rest, to) : item))
  return { ...objectOf(root), [step]: replaced(objectOf(root)[step], rest, to) }
}

function without(value: JsonObject, name: string): unknown {
  const { [name]: _gone, ...rest } = value
  return rest
}
