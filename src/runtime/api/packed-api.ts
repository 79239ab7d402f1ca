// Reads a packed API: of one file only the operations, routes and validators that a request touches.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { compileFunction } from 'node:vm'
import type { ApiTable, CompiledOperation, PackedTable, PlainMark, ReplyValidators, RequestValidators, RouteNode, Span, ValueValidators } from '../../openapi/index.ts'
import { boundPatterns } from './linear-patterns.ts'

interface OperationRecord {
  operation: CompiledOperation
  request: Span
  reply: Span
}

interface Pack {
  file: string
  index: PackedTable['pack']
  /** Shared validators that are loaded, by file name. */
  modules: Map<string, { exports: unknown }>
  places?: Record<string, Span>
}

/** The parts of an API that a pack holds. */
export interface PackedApi {
  table: ApiTable
  used: () => { schemes: readonly string[]; decorated: readonly number[]; tasks?: readonly number[] }
  request: (operation: CompiledOperation) => RequestValidators
  reply: (operation: CompiledOperation) => ReplyValidators
  value: (file: string) => ValueValidators
}

/** The packed API in a folder; undefined where it is not packed. */
export function openPack(folder: string): PackedApi | undefined {
  const head = readHead(join(folder, 'api.json'))
  if (head === undefined) return undefined
  const { pack: index, ...rest } = head
  const file = join(folder, 'api.pack')
  const pack: Pack = { file, index, modules: new Map() }
  const records = new Map<CompiledOperation, OperationRecord>()
  const read: CompiledOperation[] = []
  const operationAt = (position: number): CompiledOperation => {
    const known = read[position]
    if (known !== undefined) return known
    const record = JSON.parse(readRecord(file, placeOf(index.operations, position))) as OperationRecord
    records.set(record.operation, record)
    return (read[position] = record.operation)
  }
  const operations = lazyList(index.count, operationAt)
  const table = lazily({ ...rest, operations } as ApiTable, 'routes', () => readNode(file, index.routes))
  table.operationAt = operationAt
  const spanOf = (operation: CompiledOperation): OperationRecord => records.get(operation) ?? records.get(operations.find(({ id }) => id === operation.id)!)!
  const requests = new Map<CompiledOperation, RequestValidators>()
  return {
    table,
    used: () => index,
    request(operation) {
      const known = requests.get(operation)
      if (known !== undefined) return known
      const validators = runModule(pack, spanOf(operation).request).exports as RequestValidators
      requests.set(operation, validators)
      return validators
    },
    reply: (operation) => cached(pack, `replies ${operation.file}`, () => spanOf(operation).reply).exports as ReplyValidators,
    value: (file) => cached(pack, file, () => index.values![file]!).exports as ValueValidators,
  }
}

// Read and parsed by hand: `require` would also search for the file, which a start can do without.
function readHead(file: string): PackedTable | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PackedTable
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined
    throw error
  }
}

function readRecord(file: string, [offset, length]: Span): string {
  const bytes = Buffer.allocUnsafe(length)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, bytes, 0, length, offset)
  } finally {
    closeSync(descriptor)
  }
  return bytes.toString('utf8')
}

function placeOf(places: string, position: number): Span {
  const at = position * 10
  return [Number.parseInt(places.slice(at, at + 6), 36), Number.parseInt(places.slice(at + 6, at + 10), 36)]
}

/** A list whose items are read when needed: `list[3]` reads one item, any other use of the list reads all of them. */
function lazyList(count: number, read: (position: number) => CompiledOperation): CompiledOperation[] {
  const items: CompiledOperation[] = []
  const item = (position: number): CompiledOperation => (items[position] = read(position))
  const whole = (): CompiledOperation[] => {
    for (let position = 0; position < count; position += 1) item(position)
    return items
  }
  return new Proxy(items, {
    get: (_target, key) => (typeof key === 'string' && /^\d+$/.test(key) ? (Number(key) < count ? item(Number(key)) : undefined) : Reflect.get(whole(), key)),
    has: (_target, key) => Reflect.has(whole(), key),
    ownKeys: () => Reflect.ownKeys(whole()),
    getOwnPropertyDescriptor: (_target, key) => Reflect.getOwnPropertyDescriptor(whole(), key),
  })
}

// The getter replaces itself by a plain property on first use, because V8 looks up properties of objects with accessors by hash.
function lazily<Owner extends object, Key extends keyof Owner>(owner: Owner, key: Key, read: () => Owner[Key]): Owner {
  return Object.defineProperty(owner, key, {
    get() {
      const value = read()
      Object.defineProperty(owner, key, { value, enumerable: true, configurable: true, writable: true })
      return value
    },
    enumerable: true,
    configurable: true,
  })
}

function readNode(file: string, span: Span): RouteNode {
  return withRecords(file, JSON.parse(readRecord(file, span)) as RouteNode)
}

// A node that is stored as a record of its own is read when a walk through the tree reaches it.
function withRecords(file: string, node: RouteNode): RouteNode {
  const mend = (owner: object, key: string): void => {
    const child = (owner as Record<string, RouteNode | Span>)[key]!
    if (Array.isArray(child)) lazily(owner as Record<string, RouteNode>, key, () => readNode(file, child))
    else withRecords(file, child)
  }
  for (const name of Object.keys(node.literals ?? {})) mend(node.literals!, name)
  for (const pattern of node.patterns ?? []) mend(pattern, 'node')
  if (node.parameter !== undefined) mend(node, 'parameter')
  return node
}

const plainPatterns: PlainMark = '/* plain */'

function runModule(pack: Pack, span: Span, module: { exports: unknown } = { exports: {} }): { exports: unknown } {
  // Does for the text of a record what `require` does for a file.
  const text = readRecord(pack.file, span)
  // The shared runtime holds no pattern of a specification itself, only the functions that make patterns.
  if (span !== pack.index.runtime && !text.startsWith(plainPatterns) && /\b(regExp|formats)\b/.test(text)) boundPatterns()
  const run = compileFunction(text, ['exports', 'require', 'module'], { filename: pack.file }) as (...parts: unknown[]) => void
  run(module.exports, (path: string) => requireFrom(pack, path), module)
  return module
}

function requireFrom(pack: Pack, path: string): unknown {
  const name = path.slice('../'.length)
  if (!name.startsWith('schemas/')) return cached(pack, name, () => pack.index.runtime).exports
  return cached(pack, name, () => {
    pack.places ??= JSON.parse(readRecord(pack.file, pack.index.schemas)) as Record<string, Span>
    return pack.places[name]!
  }).exports
}

// Registered before it runs, because schemas may refer to each other in a circle.
function cached(pack: Pack, name: string, place: () => Span): { exports: unknown } {
  const known = pack.modules.get(name)
  if (known !== undefined) return known
  const module = { exports: {} as unknown }
  pack.modules.set(name, module)
  return runModule(pack, place(), module)
}
