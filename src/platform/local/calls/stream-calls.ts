// The calls of DynamoDB Streams: lists, shards, iterators and records. A stream has one shard.
import type { Dynalite, InputTypes } from '../dynalite.ts'
import { invalid, refusal } from './answers.ts'
import type { Kit } from './kit.ts'
import { sequenceOf, sequenceText, type StreamRecord } from './stream-record.ts'
import { recordKey, type Stream } from './streams.ts'

/** How long records are kept and how long an iterator counts, in milliseconds. */
export const keptMs: number = 24 * 3_600_000
const iteratorMs = 15 * 60_000
const maxBytes = 1024 * 1024

const anyArn = { type: 'String', lengthGreaterThanOrEqual: 37, lengthLessThanOrEqual: 1024 }
const arn = { ...anyArn, notNull: true }
const limit = (most: number): object => ({ type: 'Integer', greaterThanOrEqual: 1, lessThanOrEqual: most })

/** ListStreams. */
export async function listStreams({ dynalite, streams }: Kit, body: Record<string, unknown>): Promise<object> {
  const input = checked(dynalite, body, { TableName: { type: 'String', regex: '[a-zA-Z0-9_.-]+', lengthGreaterThanOrEqual: 3, lengthLessThanOrEqual: 255 }, Limit: limit(100), ExclusiveStartStreamArn: anyArn })
  const all = streams.all().filter(({ table }) => input['TableName'] === undefined || table === input['TableName']).sort((one, other) => (one.arn < other.arn ? -1 : 1))
  const after = input['ExclusiveStartStreamArn'] as string | undefined
  const rest = all.filter((stream) => after === undefined || stream.arn > after)
  const some = rest.slice(0, (input['Limit'] as number | undefined) ?? 100)
  return { Streams: some.map((stream) => ({ StreamArn: stream.arn, TableName: stream.table, StreamLabel: stream.label })), ...(some.length < rest.length ? { LastEvaluatedStreamArn: some.at(-1)!.arn } : {}) }
}

/** DescribeStream. */
export async function describeStream(kit: Kit, body: Record<string, unknown>): Promise<object> {
  const input = checked(kit.dynalite, body, { StreamArn: arn, Limit: limit(100), ExclusiveStartShardId: { type: 'String', lengthGreaterThanOrEqual: 28, lengthLessThanOrEqual: 65 } })
  const stream = found(kit, input['StreamArn'])
  const { label, table, view, keys, created, closed } = stream
  const range = { StartingSequenceNumber: sequenceText(1), ...(closed === undefined ? {} : { EndingSequenceNumber: sequenceText(Math.max(1, stream.next - 1)) }) }
  const Shards = input['ExclusiveStartShardId'] === undefined ? [{ ShardId: shardOf(stream), SequenceNumberRange: range }] : []
  return { StreamDescription: { StreamArn: stream.arn, StreamLabel: label, StreamStatus: closed === undefined ? 'ENABLED' : 'DISABLED', StreamViewType: view, CreationRequestDateTime: created / 1000, TableName: table, KeySchema: keys, Shards } }
}

/** GetShardIterator. */
export async function getShardIterator(kit: Kit, body: Record<string, unknown>): Promise<object> {
  const types = { StreamArn: arn, ShardId: { type: 'String', notNull: true, lengthGreaterThanOrEqual: 28, lengthLessThanOrEqual: 65 }, ShardIteratorType: { type: 'String', notNull: true, enum: ['TRIM_HORIZON', 'LATEST', 'AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER'] }, SequenceNumber: { type: 'String', lengthGreaterThanOrEqual: 21, lengthLessThanOrEqual: 40 } }
  const input = checked(kit.dynalite, body, types)
  const stream = found(kit, input['StreamArn'])
  if (input['ShardId'] !== shardOf(stream)) throw refusal('ResourceNotFoundException', `Requested resource not found: Shard: ${String(input['ShardId'])} in Stream: ${stream.arn} not found`)
  return { ShardIterator: iteratorAt(kit, stream, positionOf(stream, input)) }
}

/** GetRecords. */
export async function getRecords(kit: Kit, body: Record<string, unknown>): Promise<object> {
  const input = checked(kit.dynalite, body, { ShardIterator: { type: 'String', notNull: true, lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 2048 }, Limit: limit(1000) })
  const { stream, position } = readIterator(kit, input['ShardIterator'] as string)
  // What comes in the meantime is for the next call: the number after the last one is known.
  const { next, closed } = stream
  const records = await recordsFrom(kit, stream, { position, next, most: (input['Limit'] as number | undefined) ?? 1000 })
  const after = records.length === 0 ? next : sequenceOf(records.at(-1)!.dynamodb.SequenceNumber)! + 1
  return { Records: records, ...(closed !== undefined && after >= next ? {} : { NextShardIterator: iteratorAt(kit, stream, after) }) }
}

async function recordsFrom({ dynalite, now }: Kit, stream: Stream, { position, next, most }: { position: number; next: number; most: number }): Promise<StreamRecord[]> {
  const records: StreamRecord[] = []
  let bytes = 0
  const iterator = dynalite.store.db.iterator({ gte: recordKey(stream, position), lt: recordKey(stream, next), valueEncoding: 'utf8' })
  try {
    for (let rows = await iterator.nextv(100); rows.length > 0; rows = await iterator.nextv(100)) {
      for (const [, text] of rows) {
        const record = JSON.parse(text) as StreamRecord
        // Not removed yet, and over all the same.
        if (record.dynamodb.ApproximateCreationDateTime * 1000 < now() - keptMs) continue
        bytes += record.dynamodb.SizeBytes
        if (records.length === most || (records.length > 0 && bytes > maxBytes)) return records
        records.push(record)
      }
    }
    return records
  } finally {
    await iterator.close()
  }
}

function positionOf(stream: Stream, { ShardIteratorType: type, SequenceNumber: text }: Record<string, unknown>): number {
  if (type === 'TRIM_HORIZON' || type === 'LATEST') {
    if (text !== undefined) throw invalid(`SequenceNumber may not be given with ShardIteratorType ${type}`)
    return type === 'LATEST' ? stream.next : stream.first
  }
  const sequence = typeof text === 'string' ? sequenceOf(text) : undefined
  if (sequence === undefined || sequence < 1 || sequence >= stream.next) throw invalid('Invalid SequenceNumber')
  if (sequence < stream.first) throw trimmed()
  return type === 'AT_SEQUENCE_NUMBER' ? sequence : sequence + 1
}

function iteratorAt({ now }: Kit, stream: Stream, position: number): string {
  return `${stream.arn}|1|${Buffer.from(JSON.stringify([position, now()])).toString('base64')}`
}

function readIterator(kit: Kit, text: string): { stream: Stream; position: number } {
  const [name = '', , content = ''] = text.split('|')
  const [position, at] = parsedNumbers(Buffer.from(content, 'base64').toString())
  if (position === undefined || at === undefined) throw invalid('Invalid ShardIterator')
  const stream = found(kit, name)
  if (at + iteratorMs < kit.now()) throw refusal('ExpiredIteratorException', 'Iterator expired')
  if (position < stream.first) throw trimmed()
  return { stream, position }
}

function parsedNumbers(json: string): number[] {
  try {
    const numbers = JSON.parse(json) as unknown
    return Array.isArray(numbers) && numbers.every((number) => Number.isSafeInteger(number)) ? (numbers as number[]) : []
  } catch {
    return []
  }
}

function found({ streams }: Kit, name: unknown): Stream {
  const stream = streams.get(String(name))
  if (stream === undefined) throw refusal('ResourceNotFoundException', `Requested resource not found: Stream: ${String(name)} not found`)
  return stream
}

function shardOf({ created }: Stream): string {
  return `shardId-${String(created).padStart(20, '0')}-00000001`
}

function trimmed(): Error {
  return refusal('TrimmedDataAccessException', 'The operation attempted to read past the oldest stream record in a shard')
}

function checked({ validations }: Dynalite, body: Record<string, unknown>, types: InputTypes): Record<string, unknown> {
  const input = validations.checkTypes(body, types)
  validations.checkValidations(input, types)
  return input
}
