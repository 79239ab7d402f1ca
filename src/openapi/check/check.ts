// klue check for API documents: every fault at once.
import type { Fault } from '../../errors/index.ts'
import { checkFormats } from '../compile/custom-formats.ts'
import { apiDoubles } from '../read/api-files.ts'
import { type ApiDocument, faultIn, type FaultNote } from '../read/document.ts'
import { isObject } from '../read/pointers.ts'
import { walkDocument } from '../read/walk-document.ts'
import { checkCircles } from './check-circles.ts'
import { checkExtensions } from './check-extensions.ts'
import { checkOperations } from './check-operations.ts'
import { checkPersist } from './check-persist.ts'
import { checkSchema } from './check-schema.ts'

/**
 * Every fault of the documents, in the order of files and lines.
 * @param changedIn the path items of a document that changed since it was last checked without a fault; undefined if more may have changed
 */
export function checkApis(documents: ApiDocument[], changedIn: (api: ApiDocument) => ReadonlySet<string> | undefined = () => undefined): Fault[] {
  const faults = [...apiDoubles(documents.map(({ file }) => file)), ...documents.flatMap((api) => checkApi(api, changedIn(api)))]
  return faults.sort((left, right) => compare(left.file, right.file) || (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0))
}

function checkApi(api: ApiDocument, changed: ReadonlySet<string> | undefined): Fault[] {
  if (api.document === undefined) return api.faults
  const notes = [...checkOutline(api), ...checkOperations(api, changed), ...checkPersist(api), ...checkCircles(api, changed), ...checkFormats(api)]
  walkDocument(api.document, changed, (visited) => {
    notes.push(...checkExtensions(visited))
    if (visited.kind === 'schema') notes.push(...checkSchema(visited.value, visited.pointer))
  })
  // The same place in a file may be reached by several references; its faults are told once.
  const faults = [...api.faults, ...notes.map((note) => faultIn(api, note))]
  return [...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values()]
}

function checkOutline(api: ApiDocument): FaultNote[] {
  const paths = api.document?.['paths']
  if (isObject(paths)) return Object.entries(paths).flatMap(([path, item]) => isObject(item) || path.startsWith('x-') ? [] : [{ code: 'document-invalid' as const, pointer: `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}`, message: `The path ${path} holds no operations`, hint: 'put operations such as get: below it, or remove it' }])
  if (paths === undefined && api.dialect === '3.1') return []
  return [{ code: 'document-invalid', pointer: paths === undefined ? '' : '/paths', message: paths === undefined ? 'The document has no paths' : 'paths is not a mapping', hint: 'add paths: with at least one path' }]
}

function compare(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1
}
