// Consumers as they are defined, the messages that they are given, and the form in which an edge hands messages over.
import type { PersistDefinition } from '../../openapi/index.ts'
import type { Schema } from '../api/api-spec.ts'
import type { EventPattern } from './event-pattern.ts'

/** A queue of SQS: its name, made with the service, or the ARN of somebody else's. */
export interface QueueSource {
  queue: string
}

/** A topic of SNS: its name, made with the service, or the ARN of somebody else's. */
export interface TopicSource {
  topic: string
}

/** Objects of a bucket of S3: its name, made with the service, or the ARN of somebody else's, which has to tell EventBridge of its objects. */
export interface BucketSource {
  bucket: string
  /** Only objects whose key begins so. */
  prefix?: string
  /** Only objects whose key ends so. */
  suffix?: string
  /** What is told of; default `['created']`. */
  events?: readonly ('created' | 'deleted')[]
}

/** Events of EventBridge that fit a pattern. */
export interface EventSource {
  event: EventPattern
  /** A bus: its name, made with the service, or the ARN of somebody else's; by default that of the account. */
  bus?: string
}

/** Where the messages of a consumer come from. A text that is no ARN is a name. */
export type ConsumerSource = QueueSource | TopicSource | BucketSource | EventSource

/** The stream of a table; made by `onChange`. */
export interface TableSource {
  /** Logical name of the table. */
  table: string
  definition: PersistDefinition
}

/** Messages that are handed over together. */
export interface BatchOptions {
  /** Most messages of a batch: 1 to 10, or to 10,000 with `windowSeconds`. */
  size: number
  /** Seconds for which messages are gathered, up to 300; default 0. */
  windowSeconds?: number
}

/** What holds for every consumer. */
export interface CommonConsumerOptions<Batch extends BatchOptions | undefined = BatchOptions | undefined> {
  /** Letters, digits and hyphens, at most 64; by default the name of the source. Rows and lines carry it, so it stays. */
  name?: string
  /** The handler gets lists of messages; without it one message. */
  batch?: Batch
  /** Runs of a message that may fail before it goes to the dead letters, 1 to 100; default 5. */
  attempts?: number
  /** Seconds of a run, 1 to 900; default 60. */
  timeoutSeconds?: number
  /** Milliseconds after which a run is reported as slow; default half its time. */
  slowMs?: number
  /** For how long a message that is done is known, so that it is not run again; default a day. `false`: it is run as often as it comes. */
  idempotency?: { ttlSeconds: number } | false
}

/** How a consumer works. */
export interface ConsumerOptions<Received = unknown, Batch extends BatchOptions | undefined = BatchOptions | undefined> extends CommonConsumerOptions<Batch> {
  /** What a message holds: a schema with `x-klue-schema: true`, as generated code exports it. Required but for buckets. */
  schema?: Schema<Received, unknown, unknown>
  /** Runs at the same time, 2 to 1000; default as many as there are. */
  concurrency?: number
  /** Only messages that fit: the pattern of AWS's event source mappings, for example `{ body: { status: ['open'] } }`. For queues, topics and tables; the others say it in their source. */
  filter?: EventPattern
}

/** How the changes of a table are handled. */
export type ChangeOptions<Batch extends BatchOptions | undefined = BatchOptions | undefined> = CommonConsumerOptions<Batch> & {
  /** Only changes that fit: the pattern of AWS's event source mappings, for example `{ eventName: ['INSERT'] }`. */
  filter?: EventPattern
}

/** A message. */
export interface Message<Body = unknown> {
  /** The same however often it comes. */
  id: string
  body: Body
  /** 1 for the first run. */
  attempt: number
  sentAt: Date
  /** What came beside the body, by name. */
  attributes: Readonly<Record<string, string>>
}

/** The body of a message of a bucket. */
export interface StoredObject {
  kind: 'created' | 'deleted'
  bucket: string
  key: string
  /** Bytes; of one that was created. */
  size?: number
  etag?: string
  versionId?: string
}

/** The body of a message of a table: an item before and after. */
export type TableChange<Item = unknown, Key = unknown> =
  | { kind: 'inserted'; before?: undefined; after: Item; key: Key }
  | { kind: 'updated'; before: Item; after: Item; key: Key }
  | { kind: 'deleted'; before: Item; after?: undefined; key: Key }

/** A defined consumer; give it to `consumers` of `defineService`. */
export interface Consumer {
  readonly kind: 'klue.Consumer'
  readonly name: string
  readonly source: ConsumerSource | TableSource
  readonly options: {
    readonly schema?: Schema<unknown, unknown, unknown>
    readonly batch?: { size: number; windowSeconds: number }
    readonly attempts: number
    readonly timeoutSeconds: number
    readonly slowMs: number
    readonly concurrency?: number
    readonly filter?: EventPattern
    readonly idempotency: { ttlSeconds: number } | false
  }
  /** A ConsumerHandler. */
  readonly handler: (messages: never, context: never) => unknown
}

/** What a message holds, as an edge has it. */
export type MessageContent =
  /** Of a queue or a topic: text that has to be JSON. */
  | { text: string }
  /** The `detail` of an event, or the StoredObject of a bucket. */
  | { value: unknown }
  /** A record of a stream as it travels: bytes are base64. */
  | { record: StreamedChange }

/** What a record of a table's stream tells. */
export interface StreamedChange {
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE'
  dynamodb: { Keys: Record<string, object>; NewImage?: Record<string, object>; OldImage?: Record<string, object> }
}

/** A message as an edge hands it over. */
export interface IncomingMessage {
  /** What the edge calls this delivery, for example the id of the record; the outcome names it. */
  receipt: string
  /** The same by whatever delivery it comes: of a topic or an event the id of that, of a queue the message's, of a stream its `eventID`. */
  id: string
  content: MessageContent
  /** Deliveries so far, this one included. */
  attempt: number
  /** Epoch milliseconds. */
  sentAt: number
  attributes: Record<string, string>
  /** Messages of one group run one after the other, and none beyond one that comes again: of a stream the key of the item, of a FIFO queue its group. */
  group?: string
}

/** What became of messages; whatever is not named is done. */
export interface ConsumerOutcome {
  /** Receipts of those that have to come again. */
  failed: string[]
  /** By receipt, what they failed with; one that nobody ran, because another process does or one before it failed, is not there. */
  errors: Record<string, { error: string; description: string }>
  /** Those that must not come again, and belong to the dead letters: what no run can change, and what used up its attempts. Reported already. */
  dead: DeadMessage[]
}

export interface DeadMessage {
  receipt: string
  /** Code of its last error. */
  error: string
  /** What went wrong, at most 1000 characters; holds nothing of the body beyond what the error says. */
  description: string
}
