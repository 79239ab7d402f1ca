// An API document in memory: the normalised form, and the way back to the files it came from.
import type { Fault } from '../../errors/index.ts'
import type { FaultCode } from './fault-codes.ts'
import { locate } from './locate.ts'
import { existingPart, isObject, type JsonObject, keysOf, pointerTo, valueAt } from './pointers.ts'

/** One file that was read, with forward slashes relative to the project's folder. */
export interface SourceFile {
  file: string
  text: string
  /** The parsed content; undefined where it does not parse. */
  value: unknown
}

/** Where a part of the bundled document stands in its original file. */
export interface Origin {
  /** Pointer in the bundled document. */
  pointer: string
  file: string
  /** Pointer in that file. */
  target: string
}

export interface ApiDocument {
  /** File name without extension. */
  api: string
  /** Path relative to the project's folder, with forward slashes. */
  file: string
  /** As declared, for example `3.1.0` or `2.0`. */
  openapi: string
  dialect: '2.0' | '3.0' | '3.1'
  /** OpenAPI 3 with every external file bundled in; undefined where the document cannot be read at all. */
  document: JsonObject | undefined
  /** The document's own file first. */
  sources: SourceFile[]
  /** Parts that came from other files. */
  origins: Origin[]
  /** Faults found while reading. */
  faults: Fault[]
}

/** What is wrong, where in the bundled document, and what to do. */
export interface FaultNote {
  code: FaultCode
  pointer: string
  message: string
  hint?: string | undefined
}

/** A fault of a document with its place in the original file. */
export function faultIn(api: ApiDocument, note: FaultNote): Fault {
  const { file, pointer } = originOf(api, note.pointer)
  const source = api.sources.find((candidate) => candidate.file === file)
  const place = source === undefined ? undefined : locate(source, pointer)
  return { code: note.code, file, ...place, pointer, message: note.message, ...(note.hint === undefined ? {} : { hint: note.hint }) }
}

/** The original file and pointer of a part of the bundled, perhaps converted document. */
export function originOf(api: ApiDocument, pointer: string): { file: string; pointer: string } {
  const origin = api.origins.filter((candidate) => pointer === candidate.pointer || pointer.startsWith(`${candidate.pointer}/`)).sort((a, b) => b.pointer.length - a.pointer.length)[0]
  const file = origin?.file ?? api.file
  const wanted = origin === undefined ? pointer : origin.target + pointer.slice(origin.pointer.length)
  const value = api.sources.find((source) => source.file === file)?.value
  const original = origin === undefined && api.dialect === '2.0' ? toSwagger(api, pointer, value) : wanted
  return { file, pointer: existingPart(value, original) }
}

const swaggerPlaces: [RegExp, string][] = [
  [/^\/components\/schemas\//, '/definitions/'],
  [/^\/components\/(parameters|requestBodies)\//, '/parameters/'],
  [/^\/components\/responses\//, '/responses/'],
  [/^\/components\/securitySchemes\//, '/securityDefinitions/'],
]

// Best effort: parts that the conversion moved are found by name, others at their nearest ancestor.
function toSwagger(api: ApiDocument, pointer: string, original: unknown): string {
  const moved = swaggerPlaces.find(([pattern]) => pattern.test(pointer))
  const plain = (moved === undefined ? pointer : pointer.replace(moved[0], moved[1])).replace(/^((?:\/paths\/[^/]+\/[^/]+)?\/responses\/[^/]+)\/content\/[^/]+/, '$1')
  const match = /^(\/paths\/[^/]+(?:\/[a-z]+)?)\/(parameters\/\d+|requestBody)(\/.*)?$/.exec(plain)
  if (match === null) return plain
  const [, owner = '', place = '', rest = ''] = match
  const list = valueAt(original, `${owner}/parameters`)
  if (!Array.isArray(list)) return plain
  const converted = valueAt(api.document, `${owner}/${place}`)
  const index = list.findIndex((candidate: unknown) => place === 'requestBody' ? isObject(candidate) && candidate['in'] === 'body' : samePlace(candidate, converted))
  if (index === -1) return pointerTo(owner, 'parameters')
  return pointerTo(owner, 'parameters', index) + rest.replace(/^\/content\/[^/]+/, '').replace(/^\/schema(?=\/|$)/, place === 'requestBody' ? '/schema' : '')
}

function samePlace(left: unknown, right: unknown): boolean {
  if (!isObject(left) || !isObject(right)) return false
  if (typeof left['$ref'] === 'string') return typeof right['$ref'] === 'string' && keysOf(left['$ref']).at(-1) === keysOf(right['$ref']).at(-1)
  return left['name'] === right['name'] && left['in'] === right['in']
}
