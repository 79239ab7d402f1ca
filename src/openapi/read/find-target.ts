// Finds what a reference means: its file, and the pointer there.
import { type Fault, nearest } from '../../errors/index.ts'
import type { ApiDocument, SourceFile } from './document.ts'
import { eachBelow, type Slot } from './grammar.ts'
import { isObject, keysOf, pointerTo, valueAt } from './pointers.ts'
import { fileOfRef, type ReadMore, type Refusal } from './reference-files.ts'

/** The files of a document, each read once. */
export interface Files {
  api: ApiDocument
  readMore: ReadMore
  refused: Map<string, Refused>
}

/** A file that cannot be part of the document, with the faults of the file itself. */
interface Refused {
  refusal: Refusal
  faults: Fault[]
}

export interface Target {
  file: string
  pointer: string
  value: unknown
}

/** @param place where the reference stands: its file, and the kind of what it must mean */
export function findTarget(files: Files, ref: string, place: { file: string; slot: Slot }): { target: Target } | { refused: Refused } {
  const [path, fragment] = splitRef(ref)
  const file = path === '' ? place.file : fileOfRef(place.file, path)
  if (typeof file !== 'string') return { refused: { refusal: file, faults: [] } }
  const source = file === files.api.file ? { value: files.api.document } : sourceOf(files, file)
  if ('refused' in source) return source
  const pointer = isAnchor(fragment) ? anchorPointer(source.value, fragment.slice(1), place.slot) : pointerTo('', ...keysOf(fragment))
  const value = pointer === undefined ? undefined : valueAt(source.value, pointer)
  if (pointer === undefined || value === undefined) return refuse('points to nothing', suggestion(source.value, path, fragment))
  const target = { file, pointer, value }
  return isFitting(value, place.slot) ? { target } : refuse(`points to ${kindWord(value)}, which cannot stand here`, 'correct the pointer')
}

/** The canonical spelling of a reference to a part of the same document. */
export function localRef(pointer: string): string {
  return `#${pointer.split('/').map(encodeURIComponent).join('/')}`
}

function refuse(message: string, hint: string): { refused: Refused } {
  return { refused: { refusal: { code: 'ref-broken', message, hint }, faults: [] } }
}

function sourceOf({ api, readMore, refused }: Files, file: string): SourceFile | { refused: Refused } {
  const known = api.sources.find((source) => source.file === file) ?? refused.get(file)
  if (known !== undefined) return 'refusal' in known ? { refused: known } : known
  const { source, faults, refusal = { code: 'ref-broken', message: 'points to nothing', hint: `see what is wrong with ${file}` } } = readMore(file)
  if (source === undefined) refused.set(file, { refusal, faults })
  else api.sources.push(source)
  return source ?? { refused: { refusal, faults } }
}

function splitRef(ref: string): [string, string] {
  const hash = ref.indexOf('#')
  return hash === -1 ? [ref, '#'] : [ref.slice(0, hash), ref.slice(hash)]
}

function isAnchor(fragment: string): boolean {
  return /^#[A-Za-z_][-\w.]*$/.test(fragment)
}

// A file that is no document holds either the wanted object itself or a mapping of schemas.
function anchorPointer(root: unknown, anchor: string, slot: Slot): string | undefined {
  return anchorBelow(root, anchor, { pointer: '', slot: isDocument(root) ? 'document' : slot }) ?? (isDocument(root) ? undefined : anchorBelow(root, anchor, { pointer: '', slot: 'schema{}' }))
}

function anchorBelow(node: unknown, anchor: string, { pointer, slot }: { pointer: string; slot: Slot }): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  if (slot === 'schema' && isObject(node) && (node['$anchor'] === anchor || node['$dynamicAnchor'] === anchor)) return pointer
  let found: string | undefined
  eachBelow(slot, node, (below) => {
    found ??= anchorBelow(below.value, anchor, { pointer: pointerTo(pointer, below.key), slot: below.slot })
  })
  return found
}

const lists: ReadonlySet<Slot> = new Set<Slot>(['parameter', 'tag', 'plain'])

function isDocument(value: unknown): boolean {
  return isObject(value) && (typeof value['openapi'] === 'string' || typeof value['swagger'] === 'string')
}

// An empty entry in YAML (null) counts as a schema that allows everything.
function isFitting(value: unknown, slot: Slot): boolean {
  if (isDocument(value)) return slot === 'document'
  if (Array.isArray(value)) return lists.has(slot)
  return typeof value === 'object' && value !== null ? true : slot === 'schema' && (typeof value === 'boolean' || value === null)
}

function kindWord(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (isDocument(value)) return 'a whole document'
  return value === null ? 'an empty value' : `a ${typeof value}`
}

function suggestion(root: unknown, path: string, fragment: string): string {
  const keys = keysOf(fragment)
  const siblings = valueAt(root, pointerTo('', ...keys.slice(0, -1)))
  const near = isObject(siblings) ? nearest(keys.at(-1) ?? '', Object.keys(siblings)) : undefined
  return near === undefined ? 'add what it names, or correct the pointer' : `did you mean "${path}#${pointerTo('', ...keys.slice(0, -1), near)}"?`
}
