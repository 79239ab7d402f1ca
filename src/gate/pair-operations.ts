// Which operation of the new document is which of the old one: by method and path, whatever its parameters are called.
import { type ApiDocument, listOperations, namesOf, type RawOperation, shapeOfPath } from '../openapi/index.ts'
import type { GateDocument } from './resolve.ts'

/** An operation on both sides, or on one of them. */
export interface OperationPair {
  before?: RawOperation
  after?: RawOperation
}

/** The operations of both documents, those of the old one first. */
export function pairOperations(before: GateDocument, after: GateDocument): OperationPair[] {
  const news = new Map<string, RawOperation>()
  for (const operation of operationsOf(after)) news.set(exactKey(operation), operation)
  const pairs: OperationPair[] = []
  const unmatched: OperationPair[] = []
  for (const operation of operationsOf(before)) {
    const same = news.get(exactKey(operation))
    const pair: OperationPair = { before: operation, ...(same === undefined ? {} : { after: same }) }
    pairs.push(pair)
    if (same === undefined) unmatched.push(pair)
    else news.delete(exactKey(operation))
  }
  const renamed = new Map([...news.values()].map((operation) => [shapeKey(operation), operation]))
  for (const pair of unmatched) {
    const other = renamed.get(shapeKey(pair.before!))
    if (other === undefined) continue
    pair.after = other
    renamed.delete(shapeKey(other))
    news.delete(exactKey(other))
  }
  return [...pairs, ...[...news.values()].map((after): OperationPair => ({ after }))]
}

/** What path parameters of the old operation are called in the new one. */
export function renamedParameters({ before, after }: { before: RawOperation; after: RawOperation }): ReadonlyMap<string, string> {
  const [was, is] = [namesOf(before.path), namesOf(after.path)]
  return new Map(was.map((name, index) => [name, is[index] ?? name]))
}

/** The operationId, or `METHOD /path` where there is none. */
export function operationName({ id, method, path }: RawOperation): string {
  return id === '' ? `${method} ${path}` : id
}

function operationsOf({ document, dialect }: GateDocument): RawOperation[] {
  const api: Pick<ApiDocument, 'document' | 'dialect'> = { document, dialect }
  return listOperations(api)
}

function exactKey({ method, path }: RawOperation): string {
  return `${method} ${path}`
}

// A template that cannot be read has no shape; it is only itself.
function shapeKey({ method, path }: RawOperation): string {
  const shape = shapeOfPath(path)
  return `${method} ${shape === '' && path !== '/' ? path : shape}`
}
