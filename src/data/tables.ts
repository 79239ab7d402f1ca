// The tables of a project as its documents define them.
import { nearest, UsageError } from '../errors/index.ts'
import { checkApis, type PersistDefinition, persistedSchemas, persistProperties, readApis } from '../openapi/index.ts'

/** A table, with what its schema says of properties that an item lacks. */
export interface ProjectTable extends PersistDefinition {
  /** Property → its `default`. */
  defaults: Readonly<Record<string, unknown>>
}

/** Every definition with `x-persist`, each table once, by name. Throws a UsageError with every fault of the documents. */
export async function projectTables(root: string): Promise<ProjectTable[]> {
  const documents = await readApis(root)
  const faults = checkApis(documents)
  if (faults.length > 0) throw new UsageError(faults)
  const tables = new Map(documents.flatMap((api) => persistedSchemas(api).map(({ definition, schema }) => [definition.table, { ...definition, defaults: defaultsOf(persistProperties(api, schema)) }] as const)))
  return [...tables.values()].sort((one, other) => (one.table < other.table ? -1 : 1))
}

/** The definitions that a name means: that of a table, that of its schema, or `all`. Throws a UsageError where there is none. */
export function tablesNamed(tables: readonly ProjectTable[], name: string): ProjectTable[] {
  if (tables.length === 0) throw new UsageError({ code: 'table-unknown', file: 'apis', message: 'no schema of this project is kept in a table', hint: 'x-persist makes one: docs/guide/persistence.md' })
  if (name === 'all') return [...tables]
  const found = tables.filter(({ table, name: schema }) => table === name || schema === name)
  if (found.length > 0) return found
  const names = tables.map(({ table }) => table)
  const near = nearest(name, [...names, ...tables.map(({ name: schema }) => schema)])
  throw new UsageError({ code: 'table-unknown', file: '', message: `there is no table ${name}`, hint: near === undefined ? `there are ${names.join(', ')}, and all of them with "all"` : `did you mean ${near}?` })
}

function defaultsOf(properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).flatMap(([name, schema]) => (schema['default'] === undefined || schema['default'] === null ? [] : [[name, schema['default']] as const])))
}
