// Faults of x-klue-idempotency that need more of the document than its own value.
import { contentOf, type RawOperation, bodyOf } from '../compile/operations.ts'
import { readIdempotency } from '../compile/idempotency.ts'
import { carriesJson } from '../compile/json-media.ts'
import { typesOf } from '../compile/json-schema.ts'
import type { ApiDocument, FaultNote } from '../read/document.ts'
import { arrayOf, childOf, followRefs, isObject, keysOf, objectOf, pointerTo } from '../read/pointers.ts'

/** What is wrong with the idempotency of an operation. */
export function checkIdempotency(api: ApiDocument, operation: RawOperation): FaultNote[] {
  const value = operation.value['x-klue-idempotency']
  if (value === undefined) return []
  const place = pointerTo(operation.pointer, 'x-klue-idempotency')
  if (['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(operation.method)) return [{ code: 'extension-misplaced', pointer: place, message: `x-klue-idempotency has no meaning for ${operation.method}, which changes nothing however often it is sent`, hint: 'take it away, or change the method' }]
  const { settings, faults } = readIdempotency(value)
  const notes = faults.map(({ key, message, hint }): FaultNote => ({ code: 'extension-invalid', pointer: key === undefined ? place : pointerTo(place, key), message, ...(hint === undefined ? {} : { hint }) }))
  if (isOpen(api, operation) && settings.anonymous !== true) notes.push({ code: 'idempotency-anonymous', pointer: place, message: `${operation.id} may be called by anybody, and keys of strangers must not meet`, hint: 'ask for a security scheme, or add anonymous: true, with which callers without one need keys of 128 bits' })
  if (settings.pointer !== undefined && !isTextOfBody(api, operation, settings.pointer)) notes.push({ code: 'idempotency-key-undeclared', pointer: pointerTo(place, 'key'), message: `The JSON body of ${operation.id} declares no text at ${settings.pointer}`, hint: 'declare it as type: string, or use key: header' })
  const declared = operation.parameters.filter((parameter) => parameter.value['in'] === 'header').map((parameter) => String(parameter.value['name']).toLowerCase())
  for (const name of settings.headers ?? []) if (!declared.includes(name)) notes.push({ code: 'idempotency-header-undeclared', pointer: pointerTo(place, 'headers'), message: `${operation.id} declares no header ${name} that requests could be compared by`, hint: 'declare it as a parameter with in: header, or leave it out' })
  return notes
}

function isOpen(api: ApiDocument, { value }: RawOperation): boolean {
  const alternatives = arrayOf(value['security'] ?? api.document?.['security'])
  return alternatives.length === 0 || alternatives.some((alternative) => isObject(alternative) && Object.keys(alternative).length === 0)
}

// Each JSON form of the body must have it: a request of the others would have no key.
function isTextOfBody(api: ApiDocument, operation: RawOperation, pointer: string): boolean {
  const forms = [...contentOf(bodyOf(api, operation)?.value)]
  return forms.length > 0 && forms.every(([media, { schema }]) => carriesJson(api.document, media, schema) && isText({ api, depth: 0 }, schema, keysOf(pointer)))
}

function isText({ api, depth }: { api: ApiDocument; depth: number }, schema: unknown, keys: string[]): boolean {
  const found = followRefs(api.document, schema)
  if (!isObject(found) || depth > 32) return false
  const deeper = { api, depth: depth + 1 }
  const [key, ...rest] = keys
  if (key === undefined) {
    const types = typesOf(found)
    return types.length === 0 ? arrayOf(found['allOf']).some((part) => isText(deeper, part, keys)) : types.every((type) => type === 'string' || type === 'null')
  }
  const property = childOf(objectOf(found['properties']), key)
  if (property !== undefined && isText(deeper, property, rest)) return true
  return ['allOf', 'oneOf', 'anyOf'].some((keyword) => arrayOf(found[keyword]).some((part) => isText(deeper, part, keys)))
}
