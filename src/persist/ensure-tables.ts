// Tables of a local database, made or completed before a service starts; in AWS the stack makes them.
import { UsageError } from '../errors/index.ts'
import type { PersistSpec } from '../openapi/index.ts'
import type { Database } from './database.ts'
import { failedBecause } from './database-error.ts'
import { rebuildTable, resumeRebuild } from './rebuild-table.ts'
import { withSide } from './side-table.ts'
import { indexInput, keyDifferences, missingIndexes, tableInput, wholeStream } from './table-input.ts'
import { createTable, describeTable, waitUntilActive } from './table-states.ts'
import { ensureStream } from './table-stream.ts'

/**
 * Creates missing tables, indexes and streams, and waits until they can be used. Existing items stay.
 * @throws UsageError where a table's key differs from its definition, or where the database has no streams, with what to do
 */
export async function ensureTables(database: Database, definitions: readonly PersistSpec[]): Promise<void> {
  for (const definition of definitions.flatMap(withSide)) await ensureTable(database, definition)
}

async function ensureTable(database: Database, definition: PersistSpec): Promise<void> {
  const input = tableInput(definition, database.prefix)
  if (database.endpoint !== undefined) await resumeRebuild(database, definition)
  const found = await describeTable(database, input.TableName!)
  const table = found === undefined ? await createTable(database, input) : await waitUntilActive(database, input.TableName!)
  const differences = keyDifferences(definition, table)
  if (differences.length > 0) {
    throw new UsageError(differences.map((difference) => ({
      code: 'table-key-changed',
      file: '',
      message: `the stored table ${input.TableName} does not fit its definition: ${difference}`,
      hint: 'change x-persist back, or choose another table name there, or begin anew with "klue dev --reset-data", which deletes everything that is stored locally',
    })))
  }
  for (const name of missingIndexes(definition, table)) await addIndex(database, definition, name)
  const complete = await waitUntilActive(database, input.TableName!)
  // The embedded database refuses the call, or accepts it and adds nothing.
  if (database.endpoint !== undefined && missingIndexes(definition, complete).length > 0) await rebuildTable(database, definition)
  if (definition.stream === true) await ensureStream(database, input.TableName!, wholeStream)
}

async function addIndex(database: Database, definition: PersistSpec, name: string): Promise<void> {
  const { TableName, AttributeDefinitions } = tableInput(definition, database.prefix)
  const index = indexInput(definition.indexes.find((candidate) => candidate.name === name)!)
  try {
    // One index a call: DynamoDB takes no more.
    await database.run('UpdateTable', { TableName: TableName!, AttributeDefinitions: AttributeDefinitions!, GlobalSecondaryIndexUpdates: [{ Create: index }] })
    await waitUntilActive(database, TableName!)
  } catch (failure) {
    // Never in AWS: there a table is not made anew.
    const refusedLocally = database.endpoint !== undefined && failedBecause(failure, 'ValidationException')
    if (!refusedLocally && !failedBecause(failure, 'ResourceInUseException')) throw failure
  }
}
