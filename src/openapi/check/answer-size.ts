// How large the answers of an operation may become, as far as its document bounds them.
import { boundsOf } from '../compile/bounds.ts'
import { contentOf, type RawOperation, repliesOf } from '../compile/operations.ts'
import { typesOf } from '../compile/json-schema.ts'
import type { ApiDocument } from '../read/document.ts'
import { arrayOf, followRefs, isObject, type JsonObject, objectOf } from '../read/pointers.ts'

/** Bytes of the largest success that is declared. What has no bound counts as nothing: a guess would be told of every operation. */
export function declaredAnswerBytes(api: ApiDocument, operation: RawOperation): number {
  const sizes = repliesOf(api, operation).filter(({ status }) => /^[23]/.test(status)).flatMap(({ value }) => [...contentOf(value).values()].map(({ schema }) => sizeOf(api, schema, new Set())))
  return Math.max(0, ...sizes)
}

const numberBytes = 20
const lengths: Readonly<Record<string, number>> = { 'date-time': 30, date: 12, time: 20, uuid: 38 }

function sizeOf(api: ApiDocument, schema: unknown, above: ReadonlySet<unknown>): number {
  const found = followRefs(api.document, schema)
  // A circle has no bound of its own.
  if (!isObject(found) || above.has(found)) return 0
  const within = new Set(above).add(found)
  const size = (part: unknown): number => sizeOf(api, part, within)
  const together = arrayOf(found['allOf']).reduce<number>((sum, part) => sum + size(part), 0)
  const either = ['oneOf', 'anyOf'].reduce((sum, keyword) => sum + Math.max(0, ...arrayOf(found[keyword]).map(size)), 0)
  return together + either + ownSize(api, found, size)
}

function ownSize(api: ApiDocument, schema: JsonObject, size: (part: unknown) => number): number {
  const values = [...arrayOf(schema['enum']), ...('const' in schema ? [schema['const']] : [])]
  if (values.length > 0) return Math.max(...values.map((value) => JSON.stringify(value)?.length ?? 0))
  const bounds = boundsOf(api, schema)
  const types = typesOf(schema)
  const members = Object.entries(objectOf(schema['properties'])).reduce((sum, [name, part]) => sum + name.length + 4 + size(part), 2)
  const more = bounds['maxProperties'] === undefined ? 0 : bounds['maxProperties'] * size(schema['additionalProperties'])
  return Math.max(0, ...types.map((type) => {
    if (type === 'string') return bounds['maxLength'] === undefined ? (lengths[String(schema['format'])] ?? 0) : bounds['maxLength'] + 2
    if (type === 'array') return bounds['maxItems'] === undefined ? 0 : bounds['maxItems'] * (size(schema['items']) + 1)
    return type === 'object' ? members + more : numberBytes
  }))
}
