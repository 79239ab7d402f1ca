// From a message as an edge has it to what a handler gets: read, checked against its schema, completed with defaults.
import { messageOf } from '../errors/index.ts'
import { streamedItem, streamedKey } from '../persist/stored.ts'
import { type IncomingMessage, validate } from '../runtime/edge.ts'
import type { Consumer, Message, TableChange } from '../runtime/index.ts'
import { MESSAGE_INVALID } from './consumer-errors.ts'

/** Reads it. Throws MESSAGE_INVALID. */
export function readMessage(consumer: Consumer, { id, content, attempt, sentAt, attributes }: IncomingMessage): Message {
  return { id, body: bodyOf(consumer, content), attempt, sentAt: new Date(sentAt), attributes: { ...attributes } }
}

/** What is shown of a message in its line: its text where it is none of JSON. */
export function shownBody(content: IncomingMessage['content']): string {
  if ('text' in content) return isJson(content.text) ? content.text : JSON.stringify(content.text)
  return JSON.stringify('value' in content ? content.value : { kind: content.record.eventName, key: content.record.dynamodb.Keys }) ?? 'null'
}

function bodyOf(consumer: Consumer, content: IncomingMessage['content']): unknown {
  if ('record' in content) return changeOf(consumer, content.record)
  const value = 'text' in content ? parsed(consumer, content.text) : structuredClone(content.value)
  const { schema } = consumer.options
  const check = schema?.spec.value(schema.file).input
  const faults = check === undefined ? [] : validate(check, value, '/body')
  if (faults.length === 0) return value
  throw MESSAGE_INVALID(`The message does not fit the schema of the consumer ${consumer.name}: ${faults[0]!.pointer} ${faults[0]!.message}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''}`, { errors: faults })
}

function parsed({ name }: Consumer, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw MESSAGE_INVALID(`The message of the consumer ${name} is no JSON`)
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const kinds = { INSERT: 'inserted', MODIFY: 'updated', REMOVE: 'deleted' } as const

function changeOf({ name, source }: Consumer, { eventName, dynamodb: { Keys, NewImage, OldImage } }: Extract<IncomingMessage['content'], { record: object }>['record']): TableChange {
  if (!('table' in source)) throw MESSAGE_INVALID(`The consumer ${name} takes no changes of a table`)
  const { definition } = source
  try {
    return { kind: kinds[eventName], ...(OldImage === undefined ? {} : { before: streamedItem(definition, OldImage) }), ...(NewImage === undefined ? {} : { after: streamedItem(definition, NewImage) }), key: streamedKey(definition, Keys) } as TableChange
  } catch (cause) {
    throw MESSAGE_INVALID(`The change of the table ${definition.table} cannot be read: ${messageOf(cause)}`, { cause })
  }
}
