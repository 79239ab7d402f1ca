// Properties of a schema that depend on everything it refers to: which variants of its type differ, and whether types form a circle.
import type { ApiDocument } from '../read/document.ts'
import { arrayOf, followRefs, isObject, objectOf, stringsOf, valueAt } from '../read/pointers.ts'
import { pointerOfRef } from './json-schema.ts'

export interface SchemaTraits {
  /** The variant whose type is declared: variants that would print the same text share one. */
  variantOf: (pointer: string, variant: 'reply' | 'sent' | 'received') => 'reply' | 'sent' | 'received'
  /**
   * Whether a schema leads back to the one at a pointer without an object or array between, as where a parent is
   * the union of children that each begin with an allOf of the parent. Neither types nor validators could be made of that.
   */
  leadsBack: (owner: string, schema: unknown) => boolean
  /** Whether a default stands in the schema at a pointer, or in one that it refers to. */
  hasDefaults: (pointer: string) => boolean
}

interface Own {
  oneWay: boolean
  optionalDefault: boolean
  requiredDefault: boolean
  refs: Set<string>
  /** References that stand in the alias itself, not inside an object or array. */
  direct: Set<string>
}

export function traitsOf(api: ApiDocument): SchemaTraits {
  const own = new Map<string, Own>()
  const ownOf = (pointer: string): Own => {
    const known = own.get(pointer)
    if (known !== undefined) return known
    const fresh: Own = { oneWay: false, optionalDefault: false, requiredDefault: false, refs: new Set(), direct: new Set() }
    own.set(pointer, fresh)
    collect(api, valueAt(api.document, pointer), { own: fresh, direct: true })
    return fresh
  }
  const reach = memoised((pointer) => closure(pointer, (next) => ownOf(next).refs))
  const reachDirect = memoised((pointer) => closure(pointer, (next) => ownOf(next).direct))
  const variants = memoised((pointer) => {
    const all = [...reach(pointer)].map(ownOf)
    return { oneWay: all.some((one) => one.oneWay), optional: all.some((one) => one.optionalDefault), required: all.some((one) => one.requiredDefault) }
  })
  return {
    hasDefaults: (pointer) => variants(pointer).optional || variants(pointer).required,
    leadsBack: (owner, schema) => {
      const branch: Own = { oneWay: false, optionalDefault: false, requiredDefault: false, refs: new Set(), direct: new Set() }
      collect(api, schema, { own: branch, direct: true })
      return [...branch.direct].some((pointer) => reachDirect(pointer).has(owner))
    },
    variantOf: (pointer, variant) => {
      const { oneWay, optional, required } = variants(pointer)
      const sent = oneWay || required ? 'sent' : 'reply'
      if (variant === 'reply') return 'reply'
      if (variant === 'sent') return sent
      if (optional) return 'received'
      return required && !oneWay ? 'reply' : required ? 'received' : sent
    },
  }
}

function memoised<Result>(compute: (pointer: string) => Result): (pointer: string) => Result {
  const known = new Map<string, Result>()
  return (pointer) => {
    const found = known.get(pointer)
    if (found !== undefined) return found
    const result = compute(pointer)
    known.set(pointer, result)
    return result
  }
}

function closure(start: string, next: (pointer: string) => Iterable<string>): Set<string> {
  const reached = new Set([start])
  for (const pointer of reached) for (const target of next(pointer)) reached.add(target)
  return reached
}

function collect(api: ApiDocument, schema: unknown, { own, direct }: { own: Own; direct: boolean }): void {
  if (!isObject(schema)) return
  if (typeof schema['$ref'] === 'string') {
    const pointer = pointerOfRef(schema['$ref'])
    own.refs.add(pointer)
    if (direct) own.direct.add(pointer)
    if (api.dialect !== '3.1') return
  }
  const required = new Set(stringsOf(schema['required']))
  for (const [name, property] of Object.entries(objectOf(schema['properties']))) {
    const target = objectOf(followRefs(api.document, property))
    if (target['readOnly'] === true || target['writeOnly'] === true || objectOf(property)['readOnly'] === true || objectOf(property)['writeOnly'] === true) own.oneWay = true
    if ('default' in target || 'default' in objectOf(property)) own[required.has(name) ? 'requiredDefault' : 'optionalDefault'] = true
    collect(api, property, { own, direct: false })
  }
  for (const part of [...arrayOf(schema['allOf']), ...arrayOf(schema['anyOf']), ...arrayOf(schema['oneOf'])]) collect(api, part, { own, direct })
  for (const part of [schema['items'], schema['additionalProperties'], ...arrayOf(schema['prefixItems']), ...arrayOf(schema['items'])]) collect(api, part, { own, direct: false })
}
