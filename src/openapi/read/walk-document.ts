// Walks an OpenAPI 3 document: every object with what it is, schemas and data told apart.
import { eachBelow, isMap, type Kind, type Slot } from './grammar.ts'
import { childOf, isObject, type JsonObject, pointerTo } from './pointers.ts'

export interface Visited {
  pointer: string
  value: JsonObject
  kind: Kind
}

/** Calls `visit` for every object of a document that is not data such as an example; with `only`, for those of these path items. */
export function walkDocument(document: unknown, only: ReadonlySet<string> | undefined, visit: (visited: Visited) => void): void {
  if (only === undefined) walkPart(document, { pointer: '', slot: 'document' }, visit)
  else for (const path of only) walkPart(childOf(childOf(document, 'paths'), path), { pointer: pointerTo('', 'paths', path), slot: 'pathItem' }, visit)
}

/** Calls `visit` for a schema and for every schema in it; references are not followed. */
export function walkSchema(schema: unknown, visit: (schema: JsonObject) => void): void {
  walkPart(schema, { pointer: '', slot: 'schema' }, ({ value, kind }) => {
    if (kind === 'schema') visit(value)
  })
}

function walkPart(value: unknown, { pointer, slot }: { pointer: string; slot: Slot }, visit: (visited: Visited) => void): void {
  if (typeof value !== 'object' || value === null) return
  if (isObject(value) && !isMap(slot)) visit({ pointer, value, kind: slot as Kind })
  eachBelow(slot, value, (below) => walkPart(below.value, { pointer: pointerTo(pointer, below.key), slot: below.slot }, visit))
}
