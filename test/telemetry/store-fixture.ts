// Stores for tests of telemetry: fresh ones on one embedded DynamoDB, and such as die in the middle.
import { after, before } from 'node:test'
import { type Database, ensureTables, openDatabase } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import { storeDefinition } from '../../src/store/index.ts'

export const hour = 3_600_000
export const noon: number = Date.parse('2026-03-01T12:00:00Z')

/** A maker of stores for the tests of a file. */
export function stores(): (now?: () => number) => Promise<Database> {
  let dynamo: LocalDynamo
  let count = 0
  before(async () => {
    dynamo = await openLocalDynamo({ memory: true })
  })
  const opened: Database[] = []
  after(async () => {
    for (const database of opened) database.close()
    await dynamo.close()
  })
  return async (now = () => noon) => {
    const database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: `t${(count += 1)}-`, now })
    await ensureTables(database, [storeDefinition])
    opened.push(database)
    return database
  }
}
