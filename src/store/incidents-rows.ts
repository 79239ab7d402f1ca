// Incidents as rows: each is one item with all that is still to be told of it, so that no stop can part the two.
import type { Database } from '../persist/index.ts'
import { isDone } from './conditional.ts'
import { storeDefinition } from './definition.ts'
import { shardOf, shards } from './request-row.ts'

/** What a message tells. */
export type MessageKind = 'new' | 'digest' | 'recovered' | 'regression'

/** A message that was not sent to everybody yet. */
export interface DueMessage {
  /** The same at every attempt. */
  id: string
  kind: MessageKind
  /** ISO 8601: when it was decided. */
  at: string
  /** Reports in all, and since the message before. */
  count: number
  repeats: number
  /** Key of the report that it shows. */
  sample: string
  /** 1 the first time. */
  attempt: number
  /** Epoch milliseconds until which whoever took it may send it. */
  leasedUntil: number
}

/** A cause of failures, and how it stands. */
export interface Incident {
  fingerprint: string
  service: string
  stage: string
  operation: string
  code: string
  fatal: boolean
  severity: 0 | 1 | 2 | 3
  /** Title of its first report. */
  title: string
  text: string
  status: 'open' | 'recovered' | 'resolved'
  /** ISO 8601: its first report ever. */
  firstSeen: string
  /** ISO 8601: its newest report when it was last written. */
  lastSeen: string
  /** ISO 8601: when the status became what it is. */
  since: string
  /** Until when nobody is told (ISO 8601). */
  mutedUntil?: string
  /** Messages made so far, and those that could not be delivered. */
  messages: number
  undelivered: number
  /** ISO 8601 of the last message, and how many reports it knew. */
  announcedAt: string
  announced: number
  /** Reports before `foldedUpTo` (ISO 8601), whose rows may be gone. */
  folded: number
  foldedUpTo: string
  /** Key of the report that messages show. */
  sample: string
  due: DueMessage[]
}

/** An incident as it was read, with the mark of its writing. */
export interface StoredIncident {
  incident: Incident
  revision: string
}

const keptSeconds = 90 * 86_400

/** Reads an incident; undefined where there is none. */
export async function readIncident(database: Database, fingerprint: string): Promise<StoredIncident | undefined> {
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: keyOf(fingerprint), ConsistentRead: true })
  return Item === undefined || isOver(database, Item) ? undefined : fromItem(Item)
}

/**
 * Writes an incident in place of what was read.
 * @param seen the revision that was read; undefined where there was none
 * @returns whether it was written; false where somebody else has written meanwhile
 */
export async function writeIncident(database: Database, incident: Incident, seen: string | undefined): Promise<boolean> {
  const seconds = Math.floor(database.now() / 1000)
  // What is open stays; the rest goes when nobody has heard of it for long.
  const end = incident.status === 'open' || incident.due.length > 0 ? {} : { expires: { N: String(seconds + keptSeconds) } }
  return await isDone(database.run('PutItem', {
    TableName: table(database),
    Item: { ...keyOf(incident.fingerprint), incident: { S: JSON.stringify(incident) }, revision: { S: process.getBuiltinModule('node:crypto').randomUUID() }, ...end },
    ConditionExpression: seen === undefined ? 'attribute_not_exists(pk) OR expires <= :now' : 'revision = :seen',
    ExpressionAttributeValues: seen === undefined ? { ':now': { N: String(seconds) } } : { ':seen': { S: seen } },
  }))
}

/** Every incident that is kept. */
export async function listIncidents(database: Database): Promise<StoredIncident[]> {
  const found = await Promise.all(Array.from({ length: shards }, async (_, shard) => {
    const part: StoredIncident[] = []
    let start: Record<string, never> | undefined
    do {
      const page = await database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: `incidents#${shard}` } }, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
      for (const item of page.Items ?? []) if (!isOver(database, item)) part.push(fromItem(item))
      start = page.LastEvaluatedKey as Record<string, never> | undefined
    } while (start !== undefined)
    return part
  }))
  return found.flat()
}

/**
 * Takes the sending of a message to one receiver until a time (epoch milliseconds).
 * @returns `yours`, or `done` where it was sent, or `busy` where somebody else is sending it
 */
export async function takeDelivery(database: Database, { id, receiver, until }: { id: string; receiver: string; until: number }): Promise<'yours' | 'done' | 'busy'> {
  const Item = { ...markKey(id, receiver), state: { S: 'taken' }, until: { N: String(until) }, expires: { N: String(Math.ceil(database.now() / 1000) + 7 * 86_400) } }
  const isTaken = await isDone(database.run('PutItem', { TableName: table(database), Item, ConditionExpression: 'attribute_not_exists(pk) OR (#state = :taken AND #until <= :now)', ExpressionAttributeNames: { '#state': 'state', '#until': 'until' }, ExpressionAttributeValues: { ':taken': { S: 'taken' }, ':now': { N: String(database.now()) } } }))
  if (isTaken) return 'yours'
  const { Item: there } = await database.run('GetItem', { TableName: table(database), Key: markKey(id, receiver), ConsistentRead: true })
  return there?.['state']?.S === 'done' ? 'done' : 'busy'
}

/** Notes that a message was sent to a receiver (`done`), or gives it back to be taken again. */
export async function endDelivery(database: Database, { id, receiver, isDone }: { id: string; receiver: string; isDone: boolean }): Promise<void> {
  const Item = { ...markKey(id, receiver), state: { S: isDone ? 'done' : 'taken' }, until: { N: '0' }, expires: { N: String(Math.ceil(database.now() / 1000) + 7 * 86_400) } }
  await database.run('PutItem', { TableName: table(database), Item })
}

function keyOf(fingerprint: string): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `incidents#${shardOf(fingerprint)}` }, sk: { S: fingerprint } }
}

function markKey(id: string, receiver: string): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `message#${id}` }, sk: { S: receiver } }
}

type Item = Record<string, { S?: string | undefined; N?: string | undefined }>

function isOver(database: Database, item: object): boolean {
  const expires = (item as Item)['expires']?.N
  return expires !== undefined && Number(expires) <= database.now() / 1000
}

function fromItem(item: object): StoredIncident {
  const { incident, revision } = item as Item
  return { incident: JSON.parse(incident!.S!) as Incident, revision: revision!.S! }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
