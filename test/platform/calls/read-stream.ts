// Reads the stream of a table to its end, as a consumer does.
import { type Caller, done } from './one-table.ts'

/** A record as it is told. */
export interface Told {
  eventID: string
  eventName: string
  userIdentity?: object
  dynamodb: { SequenceNumber: string; Keys: Record<string, { S: string }>; NewImage?: Record<string, object>; OldImage?: Record<string, object> }
}

export async function arnOf(call: Caller, table: string): Promise<string> {
  return ((await done(call, 'DescribeTable', { TableName: table }))['Table'] as { LatestStreamArn: string }).LatestStreamArn
}

/** An iterator: `type` alone, or with the number that it begins at or behind. */
export async function iteratorOf(call: Caller, table: string, [ShardIteratorType, SequenceNumber]: [type: string, number?: string | undefined]): Promise<string> {
  const StreamArn = await arnOf(call, table)
  const { Shards } = (await done(call, 'DynamoDBStreams_20120810.DescribeStream', { StreamArn }))['StreamDescription'] as { Shards: { ShardId: string }[] }
  return (await done(call, 'DynamoDBStreams_20120810.GetShardIterator', { StreamArn, ShardId: Shards[0]!.ShardId, ShardIteratorType, ...(SequenceNumber === undefined ? {} : { SequenceNumber }) }))['ShardIterator'] as string
}

/** All records from an iterator on, the oldest one by default. */
export async function readAll(call: Caller, table: string, from?: string): Promise<Told[]> {
  const records: Told[] = []
  let iterator: unknown = from ?? (await iteratorOf(call, table, ['TRIM_HORIZON']))
  for (;;) {
    const answer = await done(call, 'DynamoDBStreams_20120810.GetRecords', { ShardIterator: iterator })
    records.push(...(answer['Records'] as Told[]))
    iterator = answer['NextShardIterator']
    if ((answer['Records'] as Told[]).length === 0 || iterator === undefined) return records
  }
}
