// A table made anew with its items, for a local database that cannot add an index to a table that exists.
import type { PersistSpec } from '../openapi/index.ts'
import type { Attributes } from './attributes.ts'
import type { Database } from './database.ts'
import { missingIndexes, tableInput } from './table-input.ts'
import { createTable, describeTable, dropTable } from './table-states.ts'
import { ensureStream, streamOf } from './table-stream.ts'

/**
 * Copies the items aside, makes the table anew with all its indexes, and copies them back.
 * Its stream, whose changes these are none of, is turned on again at the end.
 * At every moment one complete copy exists, and `resumeRebuild` finishes what a stopped process left.
 */
export async function rebuildTable(database: Database, definition: PersistSpec): Promise<void> {
  const { table, aside } = names(database, definition)
  const stream = streamOf(await describeTable(database, table))
  await dropTable(database, aside)
  await createTable(database, { ...tableInput({ ...withoutStream(definition), indexes: [] }, database.prefix), TableName: aside })
  await copyItems(database, table, aside)
  // The copy is who remembers it, whatever stops this process.
  if (stream !== undefined) await ensureStream(database, aside, stream)
  await dropTable(database, table)
  await restore(database, definition)
}

/** Finishes a rebuild that was stopped: the copy aside is complete once the table itself is gone or new. */
export async function resumeRebuild(database: Database, definition: PersistSpec): Promise<void> {
  const { table, aside } = names(database, definition)
  if ((await describeTable(database, aside)) === undefined) return
  const present = await describeTable(database, table)
  if (present === undefined || missingIndexes(definition, present).length === 0) await restore(database, definition)
  else await dropTable(database, aside)
}

async function restore(database: Database, definition: PersistSpec): Promise<void> {
  const { table, aside } = names(database, definition)
  const stream = streamOf(await describeTable(database, aside))
  await createTable(database, tableInput(withoutStream(definition), database.prefix))
  await copyItems(database, aside, table)
  if (stream !== undefined) await ensureStream(database, table, stream)
  await dropTable(database, aside)
}

function withoutStream({ stream: _stream, ...rest }: PersistSpec): PersistSpec {
  return rest
}

function names(database: Database, definition: PersistSpec): { table: string; aside: string } {
  const table = `${database.prefix}${definition.table}`
  return { table, aside: `${table}.rebuild` }
}

async function copyItems(database: Database, from: string, to: string): Promise<void> {
  let start: Attributes | undefined
  do {
    const page = await database.run('Scan', { TableName: from, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
    for (const item of page.Items ?? []) await database.run('PutItem', { TableName: to, Item: item })
    start = page.LastEvaluatedKey
  } while (start !== undefined)
}
