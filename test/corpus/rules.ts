// Where klue and openapi-backend differ on purpose; docs/reference/openapi-support.md gives the reason of each rule by its id.
import type { ApiDocument, CompiledOperation, RawOperation } from '../../src/openapi/index.ts'
import { isObject, type JsonObject, keysOf, objectOf } from '../../src/openapi/read/pointers.ts'
import { effective } from './effective.ts'
import type { Verdict } from './judges.ts'
import { isForm, mediaOfBody, parametersSchema, type Spoken } from './requests.ts'

/** One request on which the judges differ. */
export interface Difference {
  api: ApiDocument
  raw: RawOperation
  operation: CompiledOperation
  spoken: Spoken
  klue: Verdict
  peer: Verdict
}

const bounds = ['maxLength', 'minLength', 'maxItems', 'minItems', 'maxProperties', 'minProperties']

/** By id: whether a rule explains a difference as a whole. */
export const rules: Readonly<Record<string, (difference: Difference) => boolean>> = {
  'undeclared-query': (difference) => onlyKlue(difference).length === 0 && onlyPeer(difference).every((pointer) => keysOf(pointer)[0] === 'query' && keysOf(pointer).length === 2 && schemaAt(difference, pointer) === undefined),
  'empty-path-segment': ({ klue, spoken }) => klue.has('/path') && Object.values(objectOf(spoken.parameters['path'])).includes(''),
  'fault-limit': ({ klue, peer }) => peer.size > 50 && klue.size <= 50 && [...klue].every((pointer) => peer.has(pointer)),
  'default-of-required': (difference) => explained(difference, (schema) => 'default' in schema),
  'failed-bound': (difference) => onlyKlue(difference).length === 0 && onlyPeer(difference).every((pointer) => [...difference.klue].some((other) => other !== pointer && isBelow(pointer, other) && bounds.some((keyword) => keyword in (schemaAt(difference, other) ?? {})))),
  'read-only': (difference) => explained(difference, (schema) => schema['readOnly'] === true),
  'nullable-enum': (difference) => difference.spoken.mutant?.keyword === 'nullable' && explained(difference, (schema) => schema['nullable'] === true && Array.isArray(schema['enum'])),
  'nullable-union': ({ klue, peer }) => peer.size > 0 && [...peer].every((pointer) => klue.has(pointer)) && [...klue].every((pointer) => [...peer].some((other) => isBelow(other, pointer))),
  'binary-required': (difference) => onlyPeer(difference).length === 0 && onlyKlue(difference).every((pointer) => isForm(difference.spoken) && schemaAt(difference, pointer)?.['format'] === 'binary'),
  'form-brackets': (difference) => isForm(difference.spoken) && sameInBrackets(difference),
  'lists-in-brackets': (difference) => onlyKlue(difference).length === 0 && onlyPeer(difference).every((pointer) => isListInBrackets(difference, pointer)),
}

function onlyKlue({ klue, peer }: Difference): string[] {
  return [...klue].filter((pointer) => !peer.has(pointer))
}

function onlyPeer({ klue, peer }: Difference): string[] {
  return [...peer].filter((pointer) => !klue.has(pointer))
}

function explained(difference: Difference, test: (schema: JsonObject) => boolean): boolean {
  return onlyKlue(difference).length === 0 && onlyPeer(difference).every((pointer) => test(schemaAt(difference, pointer) ?? {}))
}

function isBelow(pointer: string, ancestor: string): boolean {
  return pointer === ancestor || pointer.startsWith(`${ancestor}/`)
}

// The peer names the property, klue the names in brackets that it was written with; all else is the same.
function sameInBrackets(difference: Difference): boolean {
  const { operation, spoken, peer } = difference
  const roots = new Set(onlyKlue(difference).map((pointer) => pointer.slice(0, Math.max(0, pointer.indexOf('[')))))
  const fields = operation.body?.fields?.[spoken.media ?? ''] ?? []
  return roots.size > 0 && [...roots].every((root) => peer.has(root) && keysOf(root).length === 2 && !fields.some(({ name }) => name === keysOf(root)[1])) && onlyPeer(difference).every((pointer) => roots.has(pointer) || isListInBrackets(difference, pointer))
}

function isListInBrackets(difference: Difference, pointer: string): boolean {
  return isInBrackets(difference, pointer) && [schemaAt(difference, pointer)?.['type']].flat().includes('array')
}

function isInBrackets({ operation, spoken }: Difference, pointer: string): boolean {
  const [place, name] = keysOf(pointer)
  if (place === 'body') return isForm(spoken)
  return place === 'query' && operation.parameters.some((parameter) => parameter.in === 'query' && parameter.name === name && parameter.style === 'deepObject')
}

function schemaAt({ api, raw }: Difference, pointer: string): JsonObject | undefined {
  const [place, ...steps] = keysOf(pointer)
  let schema: unknown = place === 'body' ? mediaOfBody(api, raw)?.schema : objectOf(parametersSchema(raw)['properties'])[place ?? '']
  for (const step of steps) {
    const whole = effective(api.document, schema)
    const properties = objectOf(whole['properties'])
    schema = Object.hasOwn(properties, step) ? properties[step] : /^\d+$/.test(step) ? whole['items'] : undefined
    if (!isObject(schema)) return undefined
  }
  return effective(api.document, schema)
}
