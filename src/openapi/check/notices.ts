// What klue check tells without refusing it: patterns and uniqueItems whose values have no bound.
import type { Fault } from '../../errors/index.ts'
import { boundsOf } from '../compile/bounds.ts'
import { costOf } from '../compile/pattern-cost.ts'
import { type ApiDocument, faultIn } from '../read/document.ts'
import { type JsonObject, pointerTo } from '../read/pointers.ts'
import { walkDocument } from '../read/walk-document.ts'

/** The notices of documents, in the order of files and lines. */
export function noticesOf(documents: ApiDocument[]): Fault[] {
  return documents.flatMap((api) => {
    const notices: Fault[] = []
    walkDocument(api.document, undefined, ({ kind, value, pointer }) => {
      if (kind === 'schema') notices.push(...unbounded(api, value, pointer))
    })
    return [...new Map(notices.map((notice) => [`${notice.file} ${notice.pointer}`, notice])).values()].sort((left, right) => (left.line ?? 0) - (right.line ?? 0))
  })
}

function unbounded(api: ApiDocument, schema: JsonObject, pointer: string): Fault[] {
  const notice = (key: string, message: string, bound: string): Fault => ({ ...faultIn(api, { code: 'schema-invalid', pointer: pointerTo(pointer, key), message, hint: `add ${bound}, so that no longer value is looked at` }), code: 'schema-unbounded' })
  const { pattern } = schema
  const isCostly = typeof pattern === 'string' && ['linear', 'bounded'].includes(costOf(pattern).kind)
  const hasBound = (keyword: string): boolean => 'enum' in schema || 'const' in schema || keyword in boundsOf(api, schema)
  return [
    ...(isCostly && !hasBound('maxLength') ? [notice('pattern', `The pattern ${JSON.stringify(pattern).slice(0, 60)} is tried on texts of any length`, 'maxLength')] : []),
    ...(schema['uniqueItems'] === true && !hasBound('maxItems') ? [notice('uniqueItems', 'Items of lists of any length are compared with each other', 'maxItems')] : []),
  ]
}
