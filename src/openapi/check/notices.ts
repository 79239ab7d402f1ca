// What klue check tells without refusing it: patterns and uniqueItems whose values have no bound, answers that cost much to keep.
import type { Fault } from '../../errors/index.ts'
import { boundsOf } from '../compile/bounds.ts'
import { listOperations, type RawOperation } from '../compile/operations.ts'
import { costOf } from '../compile/pattern-cost.ts'
import { type ApiDocument, faultIn } from '../read/document.ts'
import { type JsonObject, pointerTo } from '../read/pointers.ts'
import { walkDocument } from '../read/walk-document.ts'
import { declaredAnswerBytes } from './answer-size.ts'

/** The notices of documents, in the order of files and lines. */
export function noticesOf(documents: ApiDocument[]): Fault[] {
  return documents.flatMap((api) => {
    const notices: Fault[] = listOperations(api).flatMap((operation) => largeAnswer(api, operation))
    const schemas = new Map<string, JsonObject>()
    walkDocument(api.document, undefined, ({ kind, value, pointer }) => {
      if (kind === 'schema') schemas.set(pointer, value)
    })
    for (const pointer of schemas.keys()) notices.push(...unbounded(api, schemas, pointer))
    return [...new Map(notices.map((notice) => [`${notice.file} ${notice.pointer}`, notice])).values()].sort((left, right) => (left.line ?? 0) - (right.line ?? 0))
  })
}

// From here on what is kept of an answer costs more than most operations do.
const keptBytes = 64_000

function largeAnswer(api: ApiDocument, operation: RawOperation): Fault[] {
  const bytes = operation.value['x-klue-idempotency'] === undefined ? 0 : declaredAnswerBytes(api, operation)
  if (bytes <= keptBytes) return []
  const note = { code: 'extension-invalid' as const, pointer: pointerTo(operation.pointer, 'x-klue-idempotency'), message: `The answers of ${operation.id} may have ${bytes} bytes, and each is kept: a write unit for each KB, and above 300 KB callers that ask again get 409 ANSWER_NOT_KEPT`, hint: 'answer with less, for example with the address of what was made' }
  return [{ ...faultIn(api, note), code: 'idempotency-answer-large' }]
}

function unbounded(api: ApiDocument, schemas: ReadonlyMap<string, JsonObject>, pointer: string): Fault[] {
  const notice = (key: string, message: string, bound: string): Fault => ({ ...faultIn(api, { code: 'schema-invalid', pointer: pointerTo(pointer, key), message, hint: `add ${bound}, so that no longer value is looked at` }), code: 'schema-unbounded' })
  const schema = schemas.get(pointer)!
  const { pattern } = schema
  const isCostly = typeof pattern === 'string' && ['linear', 'bounded'].includes(costOf(pattern).kind)
  const hasBound = (keyword: string): boolean => appliedTogether(schemas, pointer).some((one) => 'enum' in one || 'const' in one || keyword in boundsOf(api, one))
  return [
    ...(isCostly && !hasBound('maxLength') ? [notice('pattern', `The pattern ${JSON.stringify(pattern).slice(0, 60)} is tried on texts of any length`, 'maxLength')] : []),
    ...(schema['uniqueItems'] === true && !hasBound('maxItems') ? [notice('uniqueItems', 'Items of lists of any length are compared with each other', 'maxItems')] : []),
  ]
}

// The schema at a pointer and those around it whose values are its own: bounds of an outer one are checked before its branches.
function appliedTogether(schemas: ReadonlyMap<string, JsonObject>, pointer: string): JsonObject[] {
  const schema = schemas.get(pointer)
  const outer = /^(.*)\/(?:(?:allOf|anyOf|oneOf)\/\d+|not|if|then|else)$/.exec(pointer)?.[1]
  return schema === undefined ? [] : [schema, ...(outer === undefined ? [] : appliedTogether(schemas, outer))]
}
