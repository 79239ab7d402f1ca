// The stream of a table that is there already: turned on where it is not.
import type { StreamSpecification, TableDescription } from '@aws-sdk/client-dynamodb'
import { UsageError } from '../errors/index.ts'
import type { Database } from './database.ts'
import { failedBecause } from './database-error.ts'
import { describeTable, waitUntilActive } from './table-states.ts'

/** What a table tells of its changes; undefined where it has no stream. */
export function streamOf(table: TableDescription | undefined): StreamSpecification | undefined {
  const stream = table?.StreamSpecification
  return stream?.StreamEnabled === true ? stream : undefined
}

/**
 * Turns the stream of a table on, unless it has one.
 * @throws UsageError where the database has no streams, with what to do
 */
export async function ensureStream(database: Database, name: string, stream: StreamSpecification): Promise<void> {
  if (streamOf(await describeTable(database, name)) !== undefined) return
  try {
    await database.run('UpdateTable', { TableName: name, StreamSpecification: stream })
  } catch (failure) {
    // Another process may have turned it on at the same time; a database without streams refuses the call.
    if (!failedBecause(failure, 'ValidationException') && !failedBecause(failure, 'ResourceInUseException')) throw failure
  }
  if (streamOf(await waitUntilActive(database, name)) !== undefined) return
  throw new UsageError({
    code: 'database-lacks',
    file: '',
    message: `x-persist asks for a stream of the table ${name}, and the DynamoDB at ${database.endpoint ?? 'AWS'} turns none on`,
    hint: 'let one that has streams answer there, or unset AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL and dynamodb_endpoint to use the embedded one, or remove stream',
  })
}
