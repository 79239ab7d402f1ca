// The component schemas that generated code exports as values, for tasks: those with `x-klue-schema: true`.
import { uniqueFileNames } from '../files/file-names.ts'
import type { ApiDocument } from '../read/document.ts'
import { isObject, objectOf, pointerTo } from '../read/pointers.ts'

export interface ExportedSchema {
  pointer: string
  /** File name of its validators without folder and extension: `values/<file>.cjs`. */
  file: string
}

/** The exported schemas of a document, in document order. */
export function exportedSchemas(api: ApiDocument): ExportedSchema[] {
  const names = Object.entries(objectOf(objectOf(api.document?.['components'])['schemas'])).flatMap(([name, schema]) => (isObject(schema) && schema['x-klue-schema'] === true ? [name] : []))
  const files = uniqueFileNames(names.map((name) => ({ key: name, wanted: name })))
  return names.map((name) => ({ pointer: pointerTo('', 'components', 'schemas', name), file: files.get(name) ?? name }))
}
