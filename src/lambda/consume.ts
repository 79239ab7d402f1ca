// Messages of consumers in AWS: records of queues and streams become messages, and what became of these the result that Lambda reads. Part of the worker alone.
import { env } from '../config/index.ts'
import { messageOf, UsageError } from '../errors/index.ts'
import { type AwsCall, awsJsonClient } from '../platform/aws/index.ts'
import { consumerAt, consumerQueues, type ConsumerOutcome, type DeadMessage, type IncomingMessage, type MessageContent, type OpenService, type Platform } from '../runtime/edge.ts'
import type { Consumer } from '../runtime/index.ts'
import { runConsumer } from '../tasks/index.ts'
import { functionCredentials } from './credentials.ts'
import type { QueueResult } from './reporter.ts'

/** A record of a queue. */
export interface QueueRecord {
  messageId: string
  body: string
  eventSourceARN?: string
  attributes?: Record<string, string | undefined>
  messageAttributes?: Record<string, { dataType?: string; stringValue?: string } | undefined>
}

/** A record of a table's stream. */
export interface StreamRecord {
  eventID: string
  eventName: string
  eventSourceARN?: string
  dynamodb: { Keys?: Record<string, object>; NewImage?: Record<string, object>; OldImage?: Record<string, object>; SequenceNumber: string; ApproximateCreationDateTime?: number }
}

export interface ConsumeParts {
  platform: Platform
  /** What the worker runs, with the service of each. */
  consumers: ReadonlyMap<string, { consumer: Consumer; service: OpenService }>
  /** When it has to have ended, epoch milliseconds. */
  endsAt: number
  /** Calls SQS. @default by the credentials of the function */
  sqs?: AwsCall
}

/** Runs the records of one source. Those of a source that this version does not know come again. Throws where they are none of a queue and none of a stream. */
export async function consume(parts: ConsumeParts, records: readonly unknown[]): Promise<QueueResult> {
  const { platform, consumers, endsAt } = parts
  const read = records.map(recordOf)
  const [{ eventSourceARN: arn = '' }] = read as [QueueRecord | StreamRecord]
  const stack = `${platform.config.name}-${platform.config.stage}`
  const found = consumerAt([...consumers.values()].map(({ consumer }) => consumer), arn, { stack, tablePrefix: env('KLUE_TABLE_PREFIX') ?? `${stack}-` })
  if (found === undefined) {
    warn(platform, `${read.length} messages of ${arn.split(':').slice(5).join(':')} come again: this version has no such consumer`)
    return resultOf(read, new Set(read.map(receiptOf)))
  }
  const { consumer, service } = consumers.get(found.name)!
  const outcome = await runConsumer(service, { consumer, messages: read.map((record) => toMessage(consumer, record, platform.now())), endsAt })
  return resultOf(read, await bury({ ...parts, stack, consumer }, read, outcome))
}

// What cannot be put aside comes again: a message is acknowledged where it is done or kept.
async function bury({ platform, sqs = ownCall(), stack, consumer }: ConsumeParts & { stack: string; consumer: Consumer }, records: readonly (QueueRecord | StreamRecord)[], { failed, dead }: ConsumerOutcome): Promise<Set<string>> {
  const again = new Set(failed)
  const name = consumerQueues(stack, consumer).dead
  // Of the same account and region as that of the tasks.
  const QueueUrl = (env('KLUE_TASK_DEAD_LETTERS') ?? '').replace(/[^/]*$/, name)
  await Promise.all(dead.map(async (one) => {
    const record = records.find((other) => receiptOf(other) === one.receipt)!
    await sqs('AmazonSQS.SendMessage', { QueueUrl, ...deadLetter(record, one), ...(name.endsWith('.fifo') ? { MessageGroupId: consumer.name, MessageDeduplicationId: one.receipt } : {}) }).catch((error: unknown) => {
      again.add(one.receipt)
      warn(platform, `A dead message of the consumer ${consumer.name} comes again, because it could not be put aside: ${messageOf(error)}`)
    })
  }))
  return again
}

/** Bytes of the largest record of a stream that is kept whole. */
const longestRecord = 250_000
// Of SQS, two of which say what went wrong.
const mostAttributes = 8

function deadLetter(record: QueueRecord | StreamRecord, { error, description }: DeadMessage): { MessageBody: string; MessageAttributes: Record<string, { DataType: string; StringValue: string }> } {
  const own = 'body' in record ? Object.entries(record.messageAttributes ?? {}).flatMap(([name, value]) => (typeof value?.stringValue === 'string' && value.stringValue !== '' && /^(String|Number)/.test(value.dataType ?? '') ? [[name, { DataType: value.dataType!, StringValue: value.stringValue }] as const] : [])).slice(0, mostAttributes) : []
  const text = (value: string): { DataType: string; StringValue: string } => ({ DataType: 'String', StringValue: storable(value) || '-' })
  return { MessageBody: 'body' in record ? record.body : recordText(record), MessageAttributes: Object.fromEntries([...own, ['klue-error', text(error)], ['klue-description', text(description)]]) }
}

function recordText({ eventID, eventName, eventSourceARN, dynamodb }: StreamRecord): string {
  const whole = JSON.stringify({ eventID, eventName, eventSourceARN, dynamodb })
  // Its images may be larger than what a queue takes; by the key the item is found.
  return Buffer.byteLength(whole) <= longestRecord ? whole : JSON.stringify({ eventID, eventName, eventSourceARN, dynamodb: { Keys: dynamodb.Keys, SequenceNumber: dynamodb.SequenceNumber } })
}

// SQS takes no other character.
function storable(text: string): string {
  return [...text].filter((one) => /[\t\n\r\u0020-\ud7ff\ue000-\ufffd]/.test(one) || one.length === 2).join('')
}

// A stream goes on behind the last record before the one that is named: whatever follows comes again, and is known where it was done.
function resultOf(records: readonly (QueueRecord | StreamRecord)[], again: ReadonlySet<string>): QueueResult {
  const failed = records.map(receiptOf).filter((receipt) => again.has(receipt))
  const isStream = records.some((record) => 'dynamodb' in record)
  return { batchItemFailures: (isStream ? failed.slice(0, 1) : failed).map((itemIdentifier) => ({ itemIdentifier })) }
}

function receiptOf(record: QueueRecord | StreamRecord): string {
  return 'dynamodb' in record ? record.dynamodb.SequenceNumber : record.messageId
}

/** A record as a message of a consumer. */
export function toMessage(consumer: Consumer, record: QueueRecord | StreamRecord, now: number): IncomingMessage {
  if ('dynamodb' in record) {
    const { eventID, eventName, dynamodb: { Keys = {}, NewImage, OldImage, SequenceNumber, ApproximateCreationDateTime } } = record
    const change = { eventName: eventName as 'INSERT', dynamodb: { Keys, ...(NewImage === undefined ? {} : { NewImage }), ...(OldImage === undefined ? {} : { OldImage }) } }
    return { receipt: SequenceNumber, id: eventID, content: { record: change }, attempt: 1, sentAt: timeOf(Number(ApproximateCreationDateTime) * 1000, now), attributes: {}, group: JSON.stringify(Object.entries(Keys).sort(([one], [other]) => (one < other ? -1 : 1))) }
  }
  const { messageId, body, attributes = {}, messageAttributes = {} } = record
  const texts = Object.fromEntries(Object.entries(messageAttributes).flatMap(([name, value]) => (typeof value?.stringValue === 'string' ? [[name, value.stringValue]] : [])))
  const group = attributes['MessageGroupId']
  const plain: IncomingMessage = { receipt: messageId, id: messageId, content: { text: body }, attempt: Math.max(1, Number(attributes['ApproximateReceiveCount']) || 1), sentAt: timeOf(Number(attributes['SentTimestamp']), now), attributes: texts, ...(group === undefined ? {} : { group }) }
  return 'event' in consumer.source || 'bucket' in consumer.source ? fromEnvelope('bucket' in consumer.source, plain, body) : plain
}

interface Envelope {
  id: string
  'detail-type': string
  source: string
  time?: string
  detail: Record<string, unknown>
}

// What EventBridge sends to a queue. What is none of it can only be refused, as text that is no JSON is.
function fromEnvelope(isBucket: boolean, plain: IncomingMessage, body: string): IncomingMessage {
  const envelope = envelopeOf(body)
  const content = envelope === undefined ? undefined : isBucket ? objectOf(envelope) : { value: envelope.detail }
  if (envelope === undefined || content === undefined) return { ...plain, content: { text: '' } }
  const { id, source, 'detail-type': type, time } = envelope
  return { ...plain, id, content, sentAt: timeOf(Date.parse(time ?? ''), plain.sentAt), attributes: { source, 'detail-type': type } }
}

function envelopeOf(body: string): Envelope | undefined {
  let value: Partial<Envelope> | null
  try {
    value = JSON.parse(body) as Partial<Envelope> | null
  } catch {
    return undefined
  }
  const isWhole = typeof value === 'object' && value !== null && [value.id, value['detail-type'], value.source].every((text) => typeof text === 'string' && text !== '') && isObject(value.detail)
  return isWhole ? (value as Envelope) : undefined
}

function objectOf({ 'detail-type': type, detail }: Envelope): MessageContent | undefined {
  const kind = type === 'Object Created' ? 'created' : type === 'Object Deleted' ? 'deleted' : undefined
  const { bucket, object } = detail
  if (kind === undefined || !isObject(bucket) || !isObject(object) || typeof bucket['name'] !== 'string' || typeof object['key'] !== 'string') return undefined
  const { size, etag, 'version-id': versionId } = object
  return { value: { kind, bucket: bucket['name'], key: object['key'], ...(typeof size === 'number' ? { size } : {}), ...(typeof etag === 'string' ? { etag } : {}), ...(typeof versionId === 'string' ? { versionId } : {}) } }
}

function recordOf(record: unknown): QueueRecord | StreamRecord {
  if (isObject(record)) {
    const { messageId, body, eventID, eventName, dynamodb } = record
    if (typeof messageId === 'string' && typeof body === 'string') return record as unknown as QueueRecord
    if (typeof eventID === 'string' && (eventName === 'INSERT' || eventName === 'MODIFY' || eventName === 'REMOVE') && isObject(dynamodb) && typeof dynamodb['SequenceNumber'] === 'string') return record as unknown as StreamRecord
  }
  throw new UsageError({ code: 'event-unknown', file: '', message: 'A record that the worker was invoked with is neither a message of a queue nor a change of a table', hint: 'let nothing but the queues and streams of its stack invoke it' })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function timeOf(milliseconds: number, otherwise: number): number {
  return Number.isFinite(milliseconds) && Math.abs(milliseconds) <= 8.64e15 && milliseconds > 0 ? milliseconds : otherwise
}

function ownCall(): AwsCall {
  const endpoint = env('AWS_ENDPOINT_URL')
  return awsJsonClient({ service: 'sqs', jsonVersion: '1.0', region: env('AWS_REGION') ?? '', credentials: functionCredentials, ...(endpoint === undefined ? {} : { endpoint }) })
}

function warn(platform: Platform, message: string): void {
  platform.log({ kind: 'log', level: 'warn', time: new Date(platform.now()).toISOString(), message })
}
