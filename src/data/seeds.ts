// Items in files, for a stage that begins with some: `seeds/<table>.yaml`, or what the configuration names.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Document, isMap, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import { type Fault, isHttpError, messageOf, nearest, UsageError } from '../errors/index.ts'
import type { PersistDefinition } from '../openapi/index.ts'
import { type Database, type ItemKey, openTable } from '../persist/index.ts'
import { keyProperties, sameDigits, toAttributes, uniqueValues } from '../persist/stored.ts'
import { itemFaults } from './check-item.ts'

/** An item of a file, with its place. */
export interface SeedItem {
  definition: PersistDefinition
  item: Record<string, unknown>
  file: string
  line: number
}

/**
 * Reads every item of the files of a project.
 * @param places files and folders, relative to the project; of the default folder nothing need be there
 * @throws UsageError with file and line of every fault
 */
export function readSeeds(root: string, tables: readonly PersistDefinition[], places: readonly string[]): SeedItem[] {
  const faults: Fault[] = []
  const items = filesOf(root, places, faults).flatMap((file) => readFile(root, file, { tables, faults }))
  const seen = new Map<string, SeedItem>()
  for (const one of items) {
    for (const message of faultsOf(one)) faults.push({ code: 'seed-item', file: one.file, line: one.line, message, hint: 'correct the item, or its schema' })
    const key = JSON.stringify([one.definition.table, ...keyProperties(one.definition).map((name) => String(one.item[name]))])
    const first = seen.get(key)
    if (first === undefined) seen.set(key, one)
    else faults.push({ code: 'seed-item', file: one.file, line: one.line, message: `the item has the key of that in ${first.file}:${first.line}`, hint: 'keep one of the two' })
    for (const { properties, value } of first === undefined ? valuesOf(one) : []) {
      const other = seen.get(value)
      if (other === undefined) seen.set(value, one)
      else faults.push({ code: 'seed-item', file: one.file, line: one.line, message: `the item has the ${properties} of that in ${other.file}:${other.line}, which is unique`, hint: 'give one of them another' })
    }
  }
  if (faults.length > 0) throw new UsageError(faults)
  return items
}

/**
 * Saves an item; one that is there stays, or with `replace` becomes this one.
 * @throws UsageError with file and line where another item has one of its unique values
 */
export async function saveSeed(database: Database, { definition, item, file, line }: SeedItem, replace: boolean): Promise<'written' | 'skipped'> {
  const table = openTable<Record<string, unknown>>(database, definition as PersistDefinition<Record<string, unknown>>)
  const key = Object.fromEntries(keyProperties(definition).map((name) => [name, item[name]])) as ItemKey
  const { version } = definition
  const own = version === undefined ? item : Object.fromEntries(Object.entries(item).filter(([name]) => name !== version))
  try {
    if (!replace) await table.save(own, { ifAbsent: true })
    else {
      const there = version === undefined ? undefined : await table.find(key)
      await table.save(there === undefined ? own : { ...own, [version!]: there[version!] })
    }
    return 'written'
  } catch (error) {
    if (!replace && isHttpError(error) && error.code === 'VERSION_CONFLICT') return 'skipped'
    if (isHttpError(error) && error.code === 'UNIQUE_CONFLICT') throw Object.assign(new UsageError({ code: 'seed-item', file, line, message: `another item of table ${definition.table} has the ${String(error.fields['property'])} of this one, which is unique`, hint: 'give it another, or delete the item that has it; what stands before it was written' }), { cause: error })
    throw error
  }
}

function filesOf(root: string, places: readonly string[], faults: Fault[]): string[] {
  return places.flatMap((place) => {
    const path = join(root, place)
    if (!existsSync(path)) {
      if (place !== 'seeds') faults.push({ code: 'seed-file', file: 'klue-config.yaml', pointer: 'seeds', message: `there is no file or folder ${place}`, hint: 'correct the path: it begins at the folder of the project' })
      return []
    }
    if (!statSync(path).isDirectory()) return [place]
    return readdirSync(path).filter((name) => /\.(?:ya?ml|json)$/.test(name)).sort().map((name) => `${place.replace(/\/$/, '')}/${name}`)
  })
}

interface Reading {
  tables: readonly PersistDefinition[]
  faults: Fault[]
}

function readFile(root: string, file: string, { tables, faults }: Reading): SeedItem[] {
  const lines = new LineCounter()
  // Whole numbers of any length stay what they are.
  const text = readFileSync(join(root, file), 'utf8')
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, intAsBigInt: true, customTags: ['binary'] })
  const add = (message: string, offset: number | undefined, hint: string): void => void faults.push({ code: 'seed-file', file, line: lines.linePos(offset ?? 0).line || 1, message, hint })
  // JSON may stand at the left edge, which YAML has something against.
  const [error] = file.endsWith('.json') && isJson(text) ? [] : document.errors
  if (error !== undefined) {
    add(`this is no YAML or JSON: ${error.message}`, error.pos[0], 'check quotes, colons and indentation there')
    return []
  }
  inexactNumbers(document, (source, offset) => add(`${source} is more than a number holds exactly`, offset, 'write it as text in a property of type string'))
  const top = document.contents
  const named = isSeq(top) ? [{ name: basename(file).replace(/\.[^.]+$/, ''), list: top as unknown, offset: 0 }] : isMap(top) ? top.items.map(({ key, value }) => ({ name: String(key), list: value as unknown, offset: key.range[0] })) : []
  if (named.length === 0) add('the file holds neither a list of items nor lists by table', 0, 'write a list of items in seeds/<table>.yaml')
  return named.flatMap(({ name, list, offset }) => {
    const definition = tables.find((one) => one.table === name || one.name === name)
    if (definition === undefined) {
      const near = nearest(name, tables.map(({ table }) => table))
      add(`there is no table ${name}`, offset, near === undefined ? 'call the file, or the list in it, like a table' : `did you mean ${near}?`)
      return []
    }
    if (!isSeq(list)) {
      add(`the items of ${name} are no list`, offset, 'begin each with a dash')
      return []
    }
    return list.items.flatMap((node): SeedItem[] => {
      const { line } = lines.linePos((node as { range?: readonly number[] }).range?.[0] ?? 0)
      const value: unknown = (node as { toJS(document: Document): unknown }).toJS(document as unknown as Document)
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [{ definition, item: plainNumbers(value) as Record<string, unknown>, file, line }]
      faults.push({ code: 'seed-item', file, line, message: 'an item must be a mapping', hint: 'write its properties below each other' })
      return []
    })
  })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function inexactNumbers(document: ReturnType<typeof parseDocument>, tell: (source: string, offset: number | undefined) => void): void {
  visit(document, {
    Scalar(_, node) {
      const { value, source, range } = node
      if (typeof value === 'number' && source !== undefined && Number.isFinite(value) && !sameDigits(source, String(value))) tell(source, range?.[0])
    },
  })
}

// Small whole numbers as numbers, as handlers write them.
function plainNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
  if (Array.isArray(value)) return value.map(plainNumbers)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plainNumbers(inner)]))
}

// Apart from those of other tables; what cannot be stored is told elsewhere.
function valuesOf({ definition, item }: SeedItem): { properties: string; value: string }[] {
  try {
    return uniqueValues(definition, toAttributes(item, definition)).map(({ properties, value }) => ({ properties, value: `${definition.table} ${value}` }))
  } catch {
    return []
  }
}

function faultsOf({ definition, item }: SeedItem): string[] {
  try {
    return itemFaults(definition, toAttributes(item, definition))
  } catch (error) {
    return [messageOf(error)]
  }
}
