// Follows the stream of a table for a consumer: in order for each item, at least once, from where an earlier process stopped.
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import { type AwsCall, awsJsonClient } from '../platform/aws/index.ts'
import type { IncomingMessage, OpenService, StreamedChange } from '../runtime/edge.ts'
import type { Consumer } from '../runtime/index.ts'
import { readState, writeState } from '../store/index.ts'
import { matchesPattern, runConsumer } from '../tasks/index.ts'
import type { DataAccess } from './thread-messages.ts'

export interface FollowParts {
  database(): Database
  /** Where the streams answer; undefined where they do not. */
  access(): Promise<DataAccess | undefined>
  /** The consumer as it is now; undefined where a reload has taken it away. */
  known(): { consumer: Consumer; service: OpenService } | undefined
  signal: AbortSignal
  warn(sentence: string): void
}

interface StreamRecord extends StreamedChange {
  eventID: string
  dynamodb: StreamedChange['dynamodb'] & { SequenceNumber: string; ApproximateCreationDateTime: number }
}

/** Where a consumer stands in a stream: behind this record. */
interface Cursor {
  stream: string
  sequence?: string
}

const idleMs = 250
const firstPauseMs = 500
const longestPauseMs = 30_000

/** Runs until the signal aborts. */
export async function followTable(parts: FollowParts, name: string): Promise<void> {
  const call = await streamCall(parts)
  if (call === undefined) return parts.warn(`The consumer ${name} gets no changes here, because the database of this stage is not followed`)
  let pauseMs = firstPauseMs
  while (!parts.signal.aborted) {
    try {
      await readOn(parts, { name, call })
      pauseMs = firstPauseMs
    } catch (error) {
      if (parts.signal.aborted) return
      parts.warn(`The changes for the consumer ${name} could not be read, which is tried again: ${messageOf(error)}`)
    }
    await pause(parts, pauseMs)
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }
}

// Until the stream is over, or cannot be read.
async function readOn(parts: FollowParts, { name, call }: { name: string; call: AwsCall }): Promise<void> {
  const found = parts.known()
  if (found === undefined || !('table' in found.consumer.source)) return
  const { prefix } = parts.database()
  const { Streams: [stream] = [] } = (await call('DynamoDBStreams_20120810.ListStreams', { TableName: `${prefix}${found.consumer.source.table}` }).then(newest)) as { Streams?: { StreamArn: string }[] }
  if (stream === undefined) return
  const StreamArn = stream.StreamArn
  const { StreamDescription: { Shards } } = (await call('DynamoDBStreams_20120810.DescribeStream', { StreamArn })) as { StreamDescription: { Shards: { ShardId: string }[] } }
  const what = { kind: 'consumer', name }
  const stored = await readState(parts.database(), what)
  const cursor = stored === undefined ? undefined : (JSON.parse(stored.state) as Cursor)
  let seen = stored?.revision
  let iterator: string | undefined = await iteratorOf(call, { StreamArn, ShardId: Shards.at(-1)!.ShardId }, cursor?.stream === StreamArn ? cursor.sequence : undefined)
  while (iterator !== undefined && !parts.signal.aborted) {
    const most = Math.min(parts.known()?.consumer.options.batch?.size ?? 10, 1000)
    const { Records, NextShardIterator } = (await call('DynamoDBStreams_20120810.GetRecords', { ShardIterator: iterator, Limit: most })) as { Records: StreamRecord[]; NextShardIterator?: string }
    if (Records.length > 0 && !(await runRecords(parts, Records))) return
    if (Records.length === 0) await pause(parts, idleMs)
    else {
      seen = await writeState(parts.database(), what, { state: JSON.stringify({ stream: StreamArn, sequence: Records.at(-1)!.dynamodb.SequenceNumber } satisfies Cursor), seen, expires: Math.ceil(Date.now() / 1000) + 366 * 86_400 })
      // Another process follows it too, and was further.
      if (seen === undefined) return
    }
    iterator = NextShardIterator
  }
}

// The last one is that which the table has now.
function newest({ Streams = [] }: { Streams?: { StreamArn: string }[] }): { Streams: { StreamArn: string }[] } {
  return { Streams: Streams.slice(-1) }
}

async function iteratorOf(call: AwsCall, shard: { StreamArn: string; ShardId: string }, sequence: string | undefined): Promise<string> {
  const ask = async (from: object): Promise<string> => ((await call('DynamoDBStreams_20120810.GetShardIterator', { ...shard, ...from })) as { ShardIterator: string }).ShardIterator
  if (sequence === undefined) return ask({ ShardIteratorType: 'TRIM_HORIZON' })
  // What it stopped behind may be gone by now.
  return ask({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: sequence }).catch(() => ask({ ShardIteratorType: 'TRIM_HORIZON' }))
}

// Again and again until each is done or given up; false where the process ends before.
async function runRecords(parts: FollowParts, records: readonly StreamRecord[]): Promise<boolean> {
  let pauseMs = firstPauseMs
  let left = records.filter((record) => matches(parts.known()?.consumer, record))
  for (let attempt = 1; left.length > 0; attempt += 1) {
    const found = parts.known()
    if (found === undefined || parts.signal.aborted) return false
    const { failed } = await runConsumer(found.service, { consumer: found.consumer, messages: left.map((record) => toMessage(record, attempt)) })
    left = left.filter(({ dynamodb }) => failed.includes(dynamodb.SequenceNumber))
    if (left.length === 0) break
    await pause(parts, pauseMs)
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }
  return true
}

function matches(consumer: Consumer | undefined, record: StreamRecord): boolean {
  const filter = consumer?.options.filter
  return filter === undefined || matchesPattern(filter, record)
}

function toMessage({ eventID, eventName, dynamodb }: StreamRecord, attempt: number): IncomingMessage {
  return { receipt: dynamodb.SequenceNumber, id: eventID, content: { record: { eventName, dynamodb } }, attempt, sentAt: dynamodb.ApproximateCreationDateTime * 1000, attributes: {}, group: JSON.stringify(Object.entries(dynamodb.Keys).sort(([one], [other]) => (one < other ? -1 : 1))) }
}

async function streamCall({ access }: FollowParts): Promise<AwsCall | undefined> {
  const { endpoint, credentials } = (await access()) ?? {}
  if (endpoint === undefined) return undefined
  return awsJsonClient({ service: 'dynamodb', jsonVersion: '1.0', region: 'us-east-1', endpoint, credentials: () => credentials ?? { accessKeyId: 'local', secretAccessKey: 'local' } })
}

async function pause({ signal }: FollowParts, milliseconds: number): Promise<void> {
  await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined)
}
