// Tells from the text of a large JSON document whether all its references are fine, which is several times as fast as a walk.
import type { ApiDocument } from './document.ts'
import { localRef } from './find-target.ts'
import { isObject, keysOf, pointerTo, valueAt } from './pointers.ts'

const component = /^#\/(components\/(schemas|responses|parameters|requestBodies|headers|examples|links|callbacks|securitySchemes)|definitions|parameters|responses)\/[^/]+/
// Places in which OpenAPI allows no reference, so that one found there has to be replaced.
const misplaced = /"(get|put|post|delete|options|head|patch|trace|paths|components|info|content|responses|schemas|parameters|headers)"\s*:\s*\{\s*"\$ref"\s*:\s*"/

/** Whether every reference leads to an object among the components of the same document, in canonical spelling. False where that is not certain. */
export function isSelfContained({ file, sources, document }: ApiDocument): boolean {
  const text = sources[0]?.text ?? ''
  if (!file.endsWith('.json') || text.includes('\\u0024') || /"\$[^"]*\\u/.test(text) || misplaced.test(text)) return false
  const refs = new Set<string>()
  for (const [, ref = ''] of text.matchAll(/"\$ref"\s*:\s*"([^"]*)/g)) refs.add(ref)
  // A mapping may lead to another file.
  if (/"mapping"\s*:\s*\{[^{}]*:\s*"[^"#]*(\/|\.(ya?ml|json)\b)/i.test(text)) return false
  return [...refs].every((ref) => component.test(ref) && ref === localRef(pointerTo('', ...keysOf(ref))) && isObject(valueAt(document, ref)))
}
