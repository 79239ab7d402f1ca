// Puts the fields of a form together as its declaration says: lists, objects in brackets, parts that are JSON.
import { isJson } from '../../media/index.ts'
import type { CompiledParameter } from '../../openapi/index.ts'
import { add, record, setDeep } from './parameters.ts'

/** One field as it came; a name may come more than once. */
export interface FormPair {
  name: string
  /** Text, or a file. */
  value: unknown
  /** What a part of a multipart form says of itself. */
  contentType?: string
  /** The header lines of a part. */
  head?: string
}

const delimiters: Partial<Record<CompiledParameter['style'], string>> = { spaceDelimited: ' ', pipeDelimited: '|' }

/** The form as one object; text stays text until validation. */
export function toForm(pairs: readonly FormPair[], fields: readonly CompiledParameter[]): Record<string, unknown> {
  const form = record()
  const byName = new Map(fields.map((field) => [field.name, field]))
  for (const pair of pairs) {
    const owner = byName.has(pair.name) ? undefined : ownerOf(pair.name)
    // Only below a declared list or object: elsewhere brackets are part of a name.
    if (owner !== undefined && byName.has(owner)) addBelow(form, owner, pair)
    else for (const value of valuesOf(pair, byName.get(pair.name))) add(form, pair.name, value)
  }
  return form
}

/** The field that a name in brackets is a part of, such as `a` of `a[b]`. */
export function ownerOf(name: string): string | undefined {
  const bracket = name.indexOf('[')
  return bracket > 0 && name.endsWith(']') ? name.slice(0, bracket) : undefined
}

function addBelow(form: Record<string, unknown>, owner: string, { name, value }: FormPair): void {
  const known = form[owner]
  const target = typeof known === 'object' && known !== null && !Array.isArray(known) ? (known as Record<string, unknown>) : (form[owner] = record())
  setDeep(target as Record<string, unknown>, name.slice(owner.length + 1, -1).split(']['), value)
}

function valuesOf({ value, contentType }: FormPair, field: CompiledParameter | undefined): unknown[] {
  if (typeof value !== 'string') return [value]
  if (isJson(contentType ?? '') || (field?.content !== undefined && isJson(field.content))) return [jsonOr(value)]
  if (field === undefined || field.shape !== 'array' || field.explode) return [value]
  return value.split(field.separator ?? delimiters[field.style] ?? ',')
}

// Text that is not JSON stays as it is; validation then reports its place and the expected type.
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
