// Faults of references that lead back to themselves with nothing between: nothing can be read from them.
import { pointerOfRef } from '../compile/json-schema.ts'
import type { ApiDocument, FaultNote } from '../read/document.ts'
import { arrayOf, isObject, valueAt } from '../read/pointers.ts'
import { walkDocument } from '../read/walk-document.ts'

/** @param changed only these path items are looked at */
export function checkCircles(api: ApiDocument, changed?: ReadonlySet<string>): FaultNote[] {
  const edges = new Map<string, string[]>()
  walkDocument(api.document, changed, ({ value, pointer }) => {
    if (typeof value['$ref'] === 'string' || Array.isArray(value['allOf'])) edges.set(pointer, refsOf(value))
  })
  const next = (pointer: string): string[] => edges.get(pointer) ?? refsOf(valueAt(api.document, pointer))
  return [...edges.keys()].filter((pointer) => reaches(pointer, next)).map((pointer) => ({ code: 'ref-circular', pointer, message: 'This leads back to itself through $ref and allOf alone', hint: 'let it hold itself only as a property or an item' }))
}

function refsOf(value: unknown): string[] {
  if (!isObject(value)) return []
  if (typeof value['$ref'] === 'string') return [pointerOfRef(value['$ref'])]
  return arrayOf(value['allOf']).flatMap(refsOf)
}

function reaches(start: string, next: (pointer: string) => string[]): boolean {
  const reached = new Set(next(start))
  for (const pointer of reached) {
    if (pointer === start) return true
    for (const target of next(pointer)) reached.add(target)
  }
  return false
}
