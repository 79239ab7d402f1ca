// From what somebody sends by hand to messages: a body, a list of bodies, or a whole event of AWS, which is known by its shape.
import type { IncomingMessage, MessageContent } from '../runtime/edge.ts'
import type { Consumer } from '../runtime/index.ts'
import { matchesPattern } from './match-pattern.ts'

/** A message, and whether the consumer would get it in AWS. */
export interface SentEvent {
  message: IncomingMessage
  fits: boolean
}

type Values = Record<string, unknown>

/** Messages of a value for a consumer. Throws a TypeError with what cannot be one. */
export function sentEvents(consumer: Consumer, value: unknown, now: number): SentEvent[] {
  const records = isObject(value) && Array.isArray(value['Records']) ? value['Records'] : Array.isArray(value) ? value : [value]
  return records.map((one: unknown, index) => {
    const { message, seen } = read(consumer, one, { now, place: records.length === 1 ? '' : ` ${index + 1}` })
    return { message, fits: isWanted(consumer, { message, seen }) }
  })
}

interface Read {
  message: IncomingMessage
  /** What patterns are played over. */
  seen: unknown
}

function read({ source }: Consumer, one: unknown, { now, place }: { now: number; place: string }): Read {
  const id = globalThis.crypto.randomUUID()
  const made = (content: MessageContent, more: Partial<IncomingMessage> = {}): IncomingMessage => ({ receipt: id, id, content, attempt: 1, sentAt: now, attributes: {}, ...more })
  if ('table' in source) {
    if (!isObject(one) || !['INSERT', 'MODIFY', 'REMOVE'].includes(one['eventName'] as string) || !isObject(one['dynamodb']) || !isObject(one['dynamodb']['Keys'])) throw new TypeError(`The event${place} is no record of a stream: it needs eventName and dynamodb.Keys, as AWS has them`)
    return { message: made({ record: one as never }, { ...idOf(one['eventID']), group: JSON.stringify(one['dynamodb']['Keys']) }), seen: one }
  }
  if (isObject(one) && isObject(one['Sns']) && typeof one['Sns']['Message'] === 'string') return texts(made({ text: one['Sns']['Message'] }, idOf(one['Sns']['MessageId'])), {})
  if (isObject(one) && typeof one['messageId'] === 'string' && typeof one['body'] === 'string') {
    if ('event' in source || 'bucket' in source) return read({ source } as Consumer, parsed(one['body']), { now, place })
    return texts(made({ text: one['body'] }, { ...idOf(one['messageId']), attributes: attributesOf(one['messageAttributes']) }), one)
  }
  if (isObject(one) && typeof one['detail-type'] === 'string' && isObject(one['detail'])) {
    const content = 'bucket' in source ? objectOf(one['detail-type'], one['detail']) : one['detail']
    if ('queue' in source || 'topic' in source) return texts(made({ text: JSON.stringify(one) }), {})
    return { message: made({ value: content }, { ...idOf(one['id']), attributes: { source: String(one['source']), 'detail-type': one['detail-type'] } }), seen: one }
  }
  if ('queue' in source || 'topic' in source) return texts(made({ text: JSON.stringify(one) }), {})
  if ('bucket' in source && !(isObject(one) && ['created', 'deleted'].includes(one['kind'] as string) && typeof one['key'] === 'string')) throw new TypeError(`The event${place} is no object of a bucket: it needs kind (created or deleted), bucket and key, or is the event of EventBridge`)
  // A bare detail comes from whatever the pattern names.
  return { message: made({ value: one }), seen: undefined }
}

function texts(message: IncomingMessage, record: Values): Read {
  const { text } = message.content as { text: string }
  return { message, seen: { ...record, messageId: message.id, body: parsed(text) } }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function idOf(id: unknown): { id?: string } {
  return typeof id === 'string' && id !== '' ? { id } : {}
}

function attributesOf(given: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(isObject(given) ? given : {}).flatMap(([name, value]) => (isObject(value) && typeof value['stringValue'] === 'string' ? [[name, value['stringValue']]] : [])))
}

function objectOf(type: string, { bucket, object }: Values): Values {
  const { key, size, etag, 'version-id': versionId } = isObject(object) ? object : {}
  return { kind: type === 'Object Deleted' ? 'deleted' : 'created', bucket: isObject(bucket) ? bucket['name'] : undefined, key, ...(size === undefined ? {} : { size }), ...(etag === undefined ? {} : { etag }), ...(versionId === undefined ? {} : { versionId }) }
}

function isWanted({ source, options: { filter } }: Consumer, { message: { content }, seen }: Read): boolean {
  if ('event' in source) return seen === undefined || matchesPattern(source.event, seen)
  if (!('bucket' in source)) return filter === undefined || matchesPattern(filter, seen)
  const { kind, key } = (content as { value: { kind: 'created' | 'deleted'; key: string } }).value
  return (source.events ?? ['created']).includes(kind) && key.startsWith(source.prefix ?? '') && key.endsWith(source.suffix ?? '')
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
