// Finds the path items of a document that changed since the run before, provided that nothing else changed.
import type { ApiDocument } from '../read/document.ts'
import { isObject, objectOf } from '../read/pointers.ts'
import { hashText } from './output-folder.ts'

/** Hashes of the parts of a document: of each path item, and of the rest, on which all path items depend. */
export interface DocumentParts {
  /** Everything but the path items. */
  rest: string
  items: Record<string, string>
}

// A reference to anything but a component of the same document.
const foreignRef = /"\$(dynamicRef|dynamicAnchor|recursiveRef|anchor|id)":|"\$ref":(?!"#\/components\/)/

/** The parts of a document; undefined where one path item may depend on another, or on another file. */
export function documentParts(api: ApiDocument): DocumentParts | undefined {
  if (!isObject(api.document) || api.dialect === '2.0' || api.sources.length > 1) return undefined
  const { paths, ...rest } = api.document
  const texts = Object.entries(objectOf(paths)).map(([path, item]) => [path, JSON.stringify(item)] as const)
  const restText = JSON.stringify(rest)
  if (foreignRef.test(restText) || texts.some(([, text]) => foreignRef.test(text))) return undefined
  // The set of all formats is hashed too, because it decides how each format is treated.
  const formats = new Set([restText, ...texts.map(([, text]) => text)].flatMap((text) => text.match(/"format":"[^"]*"/g) ?? []))
  return { rest: hashText(JSON.stringify([restText, api.file, api.openapi, [...formats].sort()])), items: Object.fromEntries(texts.map(([path, text]) => [path, hashText(text)])) }
}

/** The path items that are new or changed; undefined where more than path items may have changed. */
export function changedPaths(now: DocumentParts | undefined, before: DocumentParts | undefined): ReadonlySet<string> | undefined {
  if (now === undefined || now.rest !== before?.rest) return undefined
  return new Set(Object.entries(now.items).filter(([path, hash]) => !Object.hasOwn(before.items, path) || before.items[path] !== hash).map(([path]) => path))
}
