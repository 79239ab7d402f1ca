// Brings the parts of external $ref files into the document, and finds the $refs that lead nowhere.
import { posix } from 'node:path'
import { type ApiDocument, faultIn } from './document.ts'
import { type Files, findTarget, localRef, type Target } from './find-target.ts'
import { eachBelow, isMap, type Kind, kindOf, type Slot, slotAt } from './grammar.ts'
import { childOf, isObject, type JsonObject, keysOf, objectOf, pointerTo, valueAt } from './pointers.ts'
import type { ReadMore, Refusal } from './reference-files.ts'
import { isSelfContained } from './self-contained.ts'

interface Bundling extends Files {
  /** `file#pointer kind` → pointer in the bundled document. */
  placed: Map<string, string>
  /** References that lead nowhere, by their place in their own file. */
  broken: { file: string; pointer: string; ref: unknown; refusal: Refusal }[]
  /** Objects that were walked, by the kind they were taken for: YAML aliases share objects, and a reference may take an object for another kind. */
  seen: Map<Slot, WeakSet<object>>
  /** References that are final. */
  settled: WeakSet<object>
  /** The targets that are being copied right now, to notice circles. */
  including: Set<string>
  /** References whose targets other files may still add; undefined once all files are in. */
  waiting: { node: Reference; spot: Spot }[] | undefined
}

type Reference = JsonObject & { $ref: string }

/** A place during the walk; its pointers are made on demand. */
interface Spot {
  slot: Slot
  base: Base
  above?: Spot
  key?: string | number
}

interface Base {
  file: string
  /** Pointer in that file. */
  pointer: string
  /** Pointer in the bundled document. */
  at: string
}

// The components that parts of other files are added to, by kind. Parts of other kinds are copied to the place of the reference.
const homes: Partial<Record<Kind, string>> = { schema: 'schemas', parameter: 'parameters', response: 'responses', requestBody: 'requestBodies', header: 'headers', example: 'examples', link: 'links', callback: 'callbacks', securityScheme: 'securitySchemes' }
const swaggerHomes: Partial<Record<Kind, string>> = { schema: 'definitions', parameter: 'parameters', response: 'responses' }

/**
 * Replaces every external `$ref` by one to a component of its own, in place.
 * Broken ones become faults of the document and are replaced by an empty object, so that the rest can still be checked.
 */
export function bundleRefs(api: ApiDocument, readMore: ReadMore): void {
  if (api.document === undefined || isSelfContained(api)) return
  const bundling: Bundling = { api, readMore, refused: new Map(), placed: new Map(), broken: [], seen: new Map(), settled: new WeakSet(), including: new Set(), waiting: [] }
  walk(bundling, api.document, { slot: 'document', base: { file: api.file, pointer: '', at: '' } })
  const { waiting = [] } = bundling
  bundling.waiting = undefined
  for (const { node, spot } of waiting) settle(bundling, node, spot)
  for (const { file, pointer, ref, refusal } of bundling.broken) {
    api.faults.push(faultIn({ ...api, origins: [{ pointer: '', file, target: '' }] }, { code: refusal.code, pointer, message: `The $ref ${JSON.stringify(ref)} ${refusal.message}`, hint: refusal.hint }))
  }
}

function walk(bundling: Bundling, node: unknown, spot: Spot): void {
  if (typeof node !== 'object' || node === null || !isFirst(bundling, node, spot.slot)) return
  // Below free names `$ref` is an ordinary name: a property may be called `$ref`, and then holds an object.
  if (isReference(node) && !bundling.settled.has(node) && staysReference(bundling, node, spot)) settle(bundling, node, spot)
  else if (!isReference(node) && isObject(node) && Object.hasOwn(node, '$ref') && !isMap(spot.slot)) refuseOdd(bundling, node, spot)
  if (spot.slot === 'discriminator') settleMapping(bundling, node as JsonObject, spot)
  eachBelow(spot.slot, node, ({ key, value, slot }) => {
    const place = { slot, base: spot.base, above: spot, key }
    if (isReference(value) && !staysReference(bundling, value, place)) (node as Record<string | number, unknown>)[key] = include(bundling, value, place)
    else walk(bundling, value, place)
  })
}

function isFirst({ seen }: Bundling, node: object, slot: Slot): boolean {
  const known = seen.get(slot) ?? new WeakSet()
  seen.set(slot, known)
  if (known.has(node)) return false
  known.add(node)
  return true
}

function isReference(node: unknown): node is Reference {
  return isObject(node) && typeof node['$ref'] === 'string'
}

// Without the fault, the object would be checked as if the `$ref` were not there.
function refuseOdd({ broken }: Bundling, node: JsonObject, spot: Spot): void {
  broken.push({ file: spot.base.file, pointer: pointerOf(spot, 'pointer'), ref: node['$ref'], refusal: { code: 'ref-broken', message: 'is no text', hint: "write the path of what it means, such as '#/components/schemas/Pet'" } })
  delete node['$ref']
}

function staysReference(bundling: Bundling, node: Reference, { slot, base, key }: Spot): boolean {
  const { api, settled } = bundling
  if (settled.has(node)) return true
  // A path item may refer to another of the same document. If keys stand beside such a `$ref`, both must be merged instead.
  if (slot === 'pathItem') return node.$ref.startsWith('#') && Object.keys(node).length === 1 && api.dialect !== '2.0' && slotAt(api.document, keysOf(node.$ref)) === slot
  // Components hold single parameters. A whole list of them is copied.
  if (slot === 'parameter' && key === 'parameters' && isList(findTarget(bundling, node.$ref, { file: base.file, slot }))) return false
  return !isMap(slot) && homeOf(api, kindOf(slot)) !== undefined
}

function isList(found: ReturnType<typeof findTarget>): boolean {
  return 'target' in found && Array.isArray(found.target.value)
}

function settle(bundling: Bundling, node: Reference, spot: Spot): void {
  bundling.settled.add(node)
  if (bundling.waiting !== undefined && node.$ref.startsWith('#') && spot.base.file === bundling.api.file && 'refused' in findTarget(bundling, node.$ref, { file: spot.base.file, slot: spot.slot })) {
    bundling.waiting.push({ node, spot })
    return
  }
  const target = targetOf(bundling, node, spot)
  if (target === undefined) return
  // A target inside an extension, or one that stands there as another kind, becomes a component too, so that later walks meet it as its own kind.
  const isAtHome = target.file === bundling.api.file && slotAt(bundling.api.document, keysOf(target.pointer)) === spot.slot
  node.$ref = localRef(isAtHome ? target.pointer : place(bundling, target, spot.slot))
}

// Undefined for a reference that leads nowhere; its `$ref` is removed.
function targetOf(bundling: Bundling, node: Reference, spot: Spot): Target | undefined {
  const { api } = bundling
  const { file } = spot.base
  const found = findTarget(bundling, node.$ref, { file, slot: spot.slot })
  if ('target' in found) return found.target
  // The faults of a file are reported once, however many references lead to it.
  api.faults.push(...found.refused.faults.splice(0))
  bundling.broken.push({ file, pointer: pointerOf(spot, 'pointer'), ref: node.$ref, refusal: found.refused.refusal })
  delete (node as JsonObject)['$ref']
  return undefined
}

// A mapping names schemas or refers to them. One that leads nowhere is no fault: many public documents were joined from several files without changing their mappings, and no check depends on them.
function settleMapping(bundling: Bundling, discriminator: JsonObject, spot: Spot): void {
  const mapping = objectOf(discriminator['mapping'])
  const schemas = objectOf(valueAt(bundling.api.document, '/components/schemas'))
  for (const [value, ref] of Object.entries(mapping)) {
    if (typeof ref !== 'string' || Object.hasOwn(schemas, ref) || !/[#/]|\.(ya?ml|json)$/i.test(ref)) continue
    const found = findTarget(bundling, ref, { file: spot.base.file, slot: 'schema' })
    if ('refused' in found) continue
    const node: Reference = { $ref: ref }
    settle(bundling, node, { slot: 'schema', base: spot.base, above: { slot: 'plain', base: spot.base, above: spot, key: 'mapping' }, key: value })
    if (typeof node.$ref === 'string') mapping[value] = node.$ref
  }
}

// Copies a part of another file into the components and returns its pointer there.
function place(bundling: Bundling, { file, pointer, value }: Target, slot: Slot): string {
  const { api } = bundling
  const id = `${file}#${pointer} ${slot}`
  const known = bundling.placed.get(id)
  if (known !== undefined) return known
  const home = homeOf(api, kindOf(slot)) ?? []
  const keys = [...home, freeName(api, home, { file, pointer })]
  const at = pointerTo('', ...keys)
  const copy = structuredClone(value)
  put(api.document as JsonObject, keys, copy)
  bundling.placed.set(id, at)
  api.origins.push({ pointer: at, file, target: pointer })
  walk(bundling, copy, { slot, base: { file, pointer, at } })
  return at
}

// Replaces a reference by a copy of its target, merged with the keys beside the reference.
function include(bundling: Bundling, node: Reference, spot: Spot): unknown {
  const { $ref, ...beside } = node
  const target = targetOf(bundling, node, spot)
  const id = target === undefined ? '' : `${target.file}#${target.pointer} ${spot.slot}`
  if (target !== undefined && bundling.including.has(id)) bundling.broken.push({ file: spot.base.file, pointer: pointerOf(spot, 'pointer'), ref: $ref, refusal: { code: 'ref-circular', message: 'leads back to itself', hint: 'write out what it names in one of the places' } })
  if (target === undefined || bundling.including.has(id)) {
    walk(bundling, beside, spot)
    return beside
  }
  bundling.including.add(id)
  const whole = included(bundling, { target, beside }, spot)
  bundling.including.delete(id)
  return whole
}

function included(bundling: Bundling, { target, beside }: { target: Target; beside: JsonObject }, spot: Spot): unknown {
  const at = pointerOf(spot, 'at')
  const base = { file: target.file, pointer: target.pointer, at }
  const copy = structuredClone(target.value)
  bundling.api.origins.push({ pointer: at, file: target.file, target: target.pointer })
  const found = isReference(copy) && !staysReference(bundling, copy, { slot: spot.slot, base, ...(spot.key === undefined ? {} : { key: spot.key }) }) ? include(bundling, copy, { slot: spot.slot, base }) : copy
  walk(bundling, found, { slot: spot.slot, base })
  if (!isObject(found)) return found
  walk(bundling, beside, spot)
  for (const key of Object.keys(beside)) bundling.api.origins.push({ pointer: pointerTo(at, key), file: spot.base.file, target: pointerTo(pointerOf(spot, 'pointer'), key) })
  return { ...found, ...beside }
}

function pointerOf({ base, above, key }: Spot, which: 'pointer' | 'at'): string {
  return above === undefined || key === undefined ? base[which] : pointerTo(pointerOf(above, which), key)
}

function homeOf(api: ApiDocument, kind: Kind): string[] | undefined {
  const home = (api.dialect === '2.0' ? swaggerHomes : homes)[kind]
  if (home === undefined) return undefined
  return api.dialect === '2.0' ? [home] : ['components', home]
}

function freeName(api: ApiDocument, home: string[], { file, pointer }: { file: string; pointer: string }): string {
  const taken = valueAt(api.document, pointerTo('', ...home))
  const base = posix.basename(file).replace(/\.[^.]+$/, '')
  const wanted = (keysOf(pointer).at(-1) ?? base).replace(/[^A-Za-z0-9._-]/g, '_').replace('__proto__', 'proto')
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
