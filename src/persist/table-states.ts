// Tables coming and going: DynamoDB answers at once and is ready later.
import type { CreateTableCommandInput, TableDescription } from '@aws-sdk/client-dynamodb'
import type { Database } from './database.ts'
import { failedBecause } from './database-error.ts'

const waitMs = 20
const patienceMs = 60_000

/** The table, or undefined where there is none. */
export async function describeTable(database: Database, name: string): Promise<TableDescription | undefined> {
  try {
    return (await database.run('DescribeTable', { TableName: name })).Table
  } catch (failure) {
    if (failedBecause(failure, 'ResourceNotFoundException')) return undefined
    throw failure
  }
}

/** Creates a table and waits for it; another process may do the same at the same time. */
export async function createTable(database: Database, input: CreateTableCommandInput): Promise<TableDescription> {
  try {
    await database.run('CreateTable', input)
  } catch (failure) {
    if (!failedBecause(failure, 'ResourceInUseException')) throw failure
  }
  return await waitUntilActive(database, input.TableName!)
}

/** Deletes a table where there is one, and waits until it is gone. */
export async function dropTable(database: Database, name: string): Promise<void> {
  if ((await describeTable(database, name)) === undefined) return
  await database.run('DeleteTable', { TableName: name })
  const deadline = Date.now() + patienceMs
  while ((await describeTable(database, name)) !== undefined) {
    if (Date.now() > deadline) throw new Error(`The table ${name} was not gone within ${patienceMs / 1000} seconds`)
    await wait(waitMs)
  }
}

/** Waits until a table and all its indexes can be used. */
export async function waitUntilActive(database: Database, name: string): Promise<TableDescription> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const table = await describeTable(database, name)
    const states = [table?.TableStatus, ...(table?.GlobalSecondaryIndexes ?? []).map((index) => index.IndexStatus)]
    if (table !== undefined && states.every((state) => state === 'ACTIVE')) return table
    if (Date.now() > deadline) throw new Error(`The table ${name} was not ready within ${patienceMs / 1000} seconds: ${states.join(', ')}`)
    await wait(waitMs)
  }
}

// Loaded where something waits: a function that only reads and writes never does.
function wait(milliseconds: number): Promise<void> {
  return process.getBuiltinModule('node:timers/promises').setTimeout(milliseconds)
}
