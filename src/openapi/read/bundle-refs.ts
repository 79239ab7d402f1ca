// Brings the parts of external $ref files into the document, and finds the $refs that lead nowhere.
import { posix } from 'node:path'
import { type Fault, nearest } from '../../errors/index.ts'
import { type ApiDocument, faultIn, type SourceFile } from './document.ts'
import { childOf, isObject, type JsonObject, keysOf, pointerTo, valueAt } from './pointers.ts'

type Kind = 'schemas' | 'parameters' | 'responses' | 'requestBodies' | 'headers' | 'examples' | 'links' | 'pathItems'

/** Reads one more file of the project; undefined, with the faults, where that fails. */
export type ReadMore = (file: string) => { source: SourceFile | undefined; faults: Fault[] }

interface Bundling {
  api: ApiDocument
  readMore: ReadMore
  /** `file#pointer` → pointer in the bundled document. */
  placed: Map<string, string>
  /** `$ref`s that lead nowhere, by their place in their own file. */
  broken: { file: string; pointer: string; ref: string }[]
  /** YAML aliases share objects; each is rewritten once. */
  seen: WeakSet<object>
}

interface Spot {
  file: string
  /** Pointer in that file. */
  pointer: string
  kind: Kind
  /** Inside a schema every reference is to a schema. */
  inSchema: boolean
}

// Below these keys stands data, in which "$ref" means nothing.
const dataKeys = new Set(['example', 'default', 'const', 'enum'])

/**
 * Replaces every external `$ref` by one to a component of its own, in place.
 * Broken ones become faults of the document and are replaced by an empty object, so that the rest can still be checked.
 */
export function bundleRefs(api: ApiDocument, readMore: ReadMore): void {
  if (api.document === undefined || refersToItself(api)) return
  const bundling: Bundling = { api, readMore, placed: new Map(), broken: [], seen: new WeakSet() }
  walk(bundling, api.document, { file: api.file, pointer: '', kind: 'pathItems', inSchema: false })
  delete api.document['x-klue-path-items']
  for (const { file, pointer, ref } of bundling.broken) api.faults.push(brokenFault(api, { file, pointer, ref }))
}

// Large documents often refer to their own parts alone, in the form that is wanted here. Their text shows it much faster than a walk.
function refersToItself({ file, sources, document }: ApiDocument): boolean {
  const text = sources[0]?.text ?? ''
  if (!file.endsWith('.json') || text.includes('\\u0024') || /"\$[^"]*\\u/.test(text) || (document !== undefined && 'x-klue-path-items' in document)) return false
  const refs = new Set<string>()
  for (const [, ref = ''] of text.matchAll(/"\$ref"\s*:\s*"([^"]*)/g)) refs.add(ref)
  return [...refs].every((ref) => ref.startsWith('#/') && ref === localRef(pointerTo('', ...keysOf(ref))) && valueAt(document, ref) !== undefined)
}

function localRef(pointer: string): string {
  return `#${pointer.split('/').map(encodeURIComponent).join('/')}`
}

function walk(bundling: Bundling, node: unknown, spot: Spot): void {
  const { inSchema } = spot
  if (typeof node !== 'object' || node === null || bundling.seen.has(node)) return
  bundling.seen.add(node)
  if (Array.isArray(node)) {
    node.forEach((item, index) => walk(bundling, item, { ...spot, pointer: pointerTo(spot.pointer, index) }))
    return
  }
  if (!isObject(node)) return
  if (typeof node['$ref'] === 'string' && !spot.pointer.endsWith('/properties')) resolve(bundling, node, spot)
  for (const [key, child] of Object.entries(node)) {
    if (typeof child !== 'object' || child === null) continue
    const names = inSchema && spot.pointer.endsWith('/properties')
    if (!names && (dataKeys.has(key) || key.startsWith('x-') || (key === 'examples' && inSchema))) continue
    const pointer = pointerTo(spot.pointer, key)
    walk(bundling, child, { file: spot.file, pointer, kind: kindOf(spot, key), inSchema: inSchema || entersSchema(spot.pointer, key) })
  }
}

function entersSchema(parent: string, key: string): boolean {
  return key === 'schema' || (key === 'schemas' && parent === '/components') || (key === 'definitions' && parent === '')
}

function kindOf(parent: Spot, key: string): Kind {
  if (parent.inSchema || key === 'schema' || key === 'schemas' || key === 'definitions') return 'schemas'
  const owner = keysOf(parent.pointer).at(-1)
  if (key === 'requestBody' || owner === 'requestBodies') return 'requestBodies'
  if (owner === 'parameters' || owner === 'responses' || owner === 'headers' || owner === 'examples' || owner === 'links') return owner
  return owner === 'paths' ? 'pathItems' : parent.kind
}

function resolve(bundling: Bundling, node: JsonObject, spot: Spot): void {
  const ref = node['$ref'] as string
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(ref)) {
    bundling.broken.push({ ...spot, ref })
    delete node['$ref']
    return
  }
  const [path = '', fragment = ''] = splitRef(ref)
  const file = path === '' ? spot.file : posix.normalize(posix.join(posix.dirname(spot.file), decoded(path)))
  const own = bundling.api.file
  const target = file === own ? (isAnchor(fragment) ? anchorPointer(bundling.api.document, fragment.slice(1)) : pointerTo('', ...keysOf(fragment))) : place(bundling, { file, pointer: pointerTo('', ...keysOf(fragment)), kind: spot.kind, inSchema: spot.kind === 'schemas' })
  if (target === undefined || (file === own && valueAt(bundling.api.document, target) === undefined)) {
    bundling.broken.push({ ...spot, ref })
    delete node['$ref']
    return
  }
  const value = valueAt(bundling.api.document, target)
  if (spot.kind === 'pathItems' && file !== own && isObject(value)) {
    delete node['$ref']
    for (const [key, part] of Object.entries(value)) if (!(key in node)) node[key] = part
    const origin = bundling.api.origins.find((candidate) => candidate.pointer === target)
    if (origin !== undefined) bundling.api.origins.push({ ...origin, pointer: spot.pointer })
    return
  }
  node['$ref'] = localRef(target)
}

// A file may be named with a percent sign that is no escape.
function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

function splitRef(ref: string): [string, string] {
  const hash = ref.indexOf('#')
  return hash === -1 ? [ref, '#'] : [ref.slice(0, hash), ref.slice(hash)]
}

function isAnchor(fragment: string): boolean {
  return /^#[A-Za-z_]/.test(fragment)
}

function anchorPointer(node: unknown, anchor: string, pointer: string = ''): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  if (isObject(node) && (node['$anchor'] === anchor || node['$dynamicAnchor'] === anchor)) return pointer
  for (const [key, child] of Object.entries(node)) {
    const found = anchorPointer(child, anchor, pointerTo(pointer, key))
    if (found !== undefined) return found
  }
  return undefined
}

// Copies a part of another file into the components and returns its pointer there.
function place(bundling: Bundling, spot: Spot): string | undefined {
  const { api } = bundling
  const { file, kind } = spot
  const id = `${file}#${spot.pointer}`
  const known = bundling.placed.get(id)
  if (known !== undefined) return known
  const source = sourceOf(bundling, file)
  const value = source === undefined ? undefined : valueAt(source.value, spot.pointer)
  if (value === undefined) return undefined
  const home = kind === 'pathItems' ? ['x-klue-path-items'] : homeOf(api, kind)
  const keys = [...home, freeName(api, home, spot)]
  const pointer = pointerTo('', ...keys)
  const copy = structuredClone(value)
  put(api.document as JsonObject, keys, copy)
  bundling.placed.set(id, pointer)
  api.origins.push({ pointer, file, target: spot.pointer })
  walk(bundling, copy, spot)
  return pointer
}

function sourceOf(bundling: Bundling, file: string): SourceFile | undefined {
  const known = bundling.api.sources.find((source) => source.file === file)
  if (known !== undefined) return known
  const { source, faults } = bundling.readMore(file)
  bundling.api.faults.push(...faults)
  if (source !== undefined) bundling.api.sources.push(source)
  return source
}

function homeOf(api: ApiDocument, kind: Kind): string[] {
  if (api.dialect !== '2.0') return ['components', kind]
  if (kind === 'schemas') return ['definitions']
  return kind === 'parameters' || kind === 'responses' ? [kind] : ['components', kind]
}

function freeName(api: ApiDocument, home: string[], { file, pointer }: Spot): string {
  const taken = valueAt(api.document, pointerTo('', ...home))
  const base = posix.basename(file).replace(/\.[^.]+$/, '')
  const wanted = (keysOf(pointer).at(-1) ?? base).replace(/[^A-Za-z0-9._-]/g, '_')
  const names = [wanted, `${base}-${wanted}`.replace(/[^A-Za-z0-9._-]/g, '_')]
  for (let count = 2; ; count += 1) {
    const name = names.shift() ?? `${wanted}${count}`
    if (childOf(taken, name) === undefined) return name
  }
}

function put(document: JsonObject, keys: string[], value: unknown): void {
  let node = document
  for (const key of keys.slice(0, -1)) {
    if (!isObject(node[key])) node[key] = {}
    node = node[key] as JsonObject
  }
  node[keys.at(-1) ?? ''] = value
}

function brokenFault(api: ApiDocument, { file, pointer, ref }: Bundling['broken'][number]): Fault {
  const at = { ...api, origins: [{ pointer: '', file, target: '' }] }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(ref)) return faultIn(at, { code: 'ref-remote', pointer, message: `The $ref "${ref}" points to another host`, hint: 'download the file into apis/ and refer to it by its relative path' })
  const suggestion = suggest(api, file, ref)
  return faultIn(at, { code: 'ref-broken', pointer, message: `The $ref "${ref}" points to nothing`, hint: suggestion === undefined ? 'add what it names, or correct the pointer' : `did you mean "${suggestion}"?` })
}

function suggest(api: ApiDocument, file: string, ref: string): string | undefined {
  const [path, fragment] = splitRef(ref)
  const target = path === '' ? file : posix.normalize(posix.join(posix.dirname(file), path))
  const source = api.sources.find((candidate) => candidate.file === target)
  if (source === undefined) return undefined
  const keys = keysOf(fragment)
  const siblings = valueAt(source.value, pointerTo('', ...keys.slice(0, -1)))
  const near = isObject(siblings) ? nearest(keys.at(-1) ?? '', Object.keys(siblings)) : undefined
  return near === undefined ? undefined : `${path}#${pointerTo('', ...keys.slice(0, -1), near)}`
}
