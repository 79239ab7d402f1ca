// Counts of closed minutes, hours and days, and what still has to be counted.
import type { Database } from '../persist/index.ts'
import { isDone } from './conditional.ts'
import { storeDefinition } from './definition.ts'

/** A time span that is counted as one row. */
export type Span = 'minute' | 'hour' | 'day'

/** What was stored of a span: its counts as JSON, and the mark of this writing. */
export interface StoredCounts {
  counts: string
  revision: string
  /** Whether packs were counted too, and there is an index: versions before packs do not see them. Of an hour or a day: whether that holds for each of its minutes. */
  hasPacks: boolean
  /** Of an hour: into how many parts the values of all its minutes were written once more, to be looked up in one read; undefined where they were not, or something came since. */
  findParts?: number
}

const lengths: Record<Span, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** Milliseconds of a span. */
export function lengthOf(span: Span): number {
  return lengths[span]
}

/** The start of the span that holds a time (epoch milliseconds, UTC). */
export function startOf(span: Span, time: number): number {
  return time - (time % lengths[span])
}

/** Reads the counts of a span; undefined where none were stored. */
export async function readCounts(database: Database, span: Span, start: number): Promise<StoredCounts | undefined> {
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: countKey(span, start), ConsistentRead: true })
  return Item === undefined ? undefined : fromItem(Item as unknown as CountItem)
}

/** Reads the counts of every span that starts between two times (the end left out), by start. */
export async function readCountsBetween(database: Database, span: Span, { from, to }: { from: number; to: number }): Promise<Map<number, StoredCounts>> {
  const found = new Map<number, StoredCounts>()
  for (let period = startOf('day', from); period < to; period += lengths.day) {
    // Minutes lie together by the day, the others by the year: few pages, whatever is asked.
    const { pk } = countKey(span, period)
    if (span !== 'minute' && period > from && countKey(span, period - lengths.day).pk.S === pk.S) continue
    let start: Record<string, never> | undefined
    do {
      const page = await database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to', ExpressionAttributeValues: { ':pk': pk, ':from': countKey(span, from).sk, ':to': countKey(span, to - 1).sk }, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
      for (const item of page.Items ?? []) found.set(Date.parse((item as unknown as CountItem).sk.S), fromItem(item as unknown as CountItem))
      start = page.LastEvaluatedKey as Record<string, never> | undefined
    } while (start !== undefined)
  }
  return found
}

/**
 * Stores the counts of a span in place of those that were read before.
 * @param seen the revision that was read; undefined where there was none
 * @param hasPacks whether everything that was counted was counted by who sees packs
 * @returns whether they were stored; false where somebody else stored some meanwhile
 */
export async function writeCounts(database: Database, { span, start, counts, hasPacks, seen, expires }: { span: Span; start: number; counts: string; hasPacks: boolean; seen: string | undefined; expires: number }): Promise<boolean> {
  const { gzipSync } = process.getBuiltinModule('node:zlib')
  return await isDone(database.run('PutItem', {
    TableName: table(database),
    Item: { ...countKey(span, start), counts: { B: gzipSync(counts) }, revision: { S: newTag() }, ...(hasPacks ? { shape: { N: countShape } } : {}), expires: { N: String(expires) } },
    ConditionExpression: seen === undefined ? 'attribute_not_exists(pk)' : 'revision = :seen',
    ...(seen === undefined ? {} : { ExpressionAttributeValues: { ':seen': { S: seen } } }),
  }))
}

/** Notes beside the counts of an hour that its values lie in parts; false where the counts are no more those with this mark. */
export async function noteFindParts(database: Database, { hour, seen, parts }: { hour: number; seen: string; parts: number }): Promise<boolean> {
  return await isDone(database.run('UpdateItem', { TableName: table(database), Key: countKey('hour', hour), UpdateExpression: 'SET parts = :parts', ConditionExpression: 'revision = :seen', ExpressionAttributeValues: { ':parts': { N: String(parts) }, ':seen': { S: seen } } }))
}

/** Notes that the parts of an hour no longer have everything: whoever is writing them now may not say so either. */
export async function dropFindParts(database: Database, hour: number): Promise<void> {
  await isDone(database.run('UpdateItem', { TableName: table(database), Key: countKey('hour', hour), UpdateExpression: 'SET revision = :own REMOVE parts', ConditionExpression: 'attribute_exists(pk)', ExpressionAttributeValues: { ':own': { S: newTag() } } }))
}

/** Notes that a minute has to be counted, or counted anew. */
export async function markMinute(database: Database, minute: number): Promise<void> {
  await database.run('PutItem', { TableName: table(database), Item: { pk: { S: 'dirty' }, sk: { S: new Date(minute).toISOString() }, tag: { S: newTag() } } })
}

/** The minutes that have to be counted, each with the mark that says so. */
export async function markedMinutes(database: Database): Promise<{ minute: number; tag: string }[]> {
  const marks: { minute: number; tag: string }[] = []
  let start: Record<string, never> | undefined
  do {
    const page = await database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'dirty' } }, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
    for (const item of page.Items ?? []) marks.push({ minute: Date.parse(item['sk']!.S!), tag: item['tag']!.S! })
    start = page.LastEvaluatedKey as Record<string, never> | undefined
  } while (start !== undefined)
  return marks
}

/** Takes a mark away, unless the minute was marked anew since it was read. */
export async function unmarkMinute(database: Database, { minute, tag }: { minute: number; tag: string }): Promise<void> {
  await isDone(database.run('DeleteItem', { TableName: table(database), Key: { pk: { S: 'dirty' }, sk: { S: new Date(minute).toISOString() } }, ConditionExpression: 'tag = :tag', ExpressionAttributeValues: { ':tag': { S: tag } } }))
}

/** How far counting has come. */
export interface Horizon {
  /** Minutes before this one (epoch milliseconds) are counted, or marked. */
  upTo: number
  /** Minutes from here on are still being looked at: a run began with them. */
  pending?: number
}

/** Reads how far counting has come; undefined where nothing was ever stored. */
export async function readHorizon(database: Database): Promise<Horizon | undefined> {
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: horizonKey, ConsistentRead: true })
  const pending = Item?.['pending']?.N
  if (Item?.['upto'] === undefined) return undefined
  return { upTo: Number(Item['upto'].N), ...(pending === undefined ? {} : { pending: Number(pending) }) }
}

/** Sets where counting begins, unless it has begun. */
export async function startHorizon(database: Database, minute: number): Promise<void> {
  await isDone(database.run('PutItem', { TableName: table(database), Item: { ...horizonKey, upto: { N: String(minute) } }, ConditionExpression: 'attribute_not_exists(pk)' }))
}

/** Begins with the minutes of a span; false where somebody else has begun meanwhile. */
export async function moveHorizon(database: Database, { seen, from, to }: { seen: number; from: number; to: number }): Promise<boolean> {
  return await isDone(database.run('UpdateItem', {
    TableName: table(database),
    Key: horizonKey,
    UpdateExpression: 'SET upto = :to, pending = :from',
    ConditionExpression: 'upto = :seen AND attribute_not_exists(pending)',
    ExpressionAttributeValues: { ':to': { N: String(to) }, ':from': { N: String(from) }, ':seen': { N: String(seen) } },
  }))
}

/** Notes that every minute of a span has been looked at. */
export async function settleHorizon(database: Database, { from, to }: { from: number; to: number }): Promise<void> {
  await isDone(database.run('UpdateItem', {
    TableName: table(database),
    Key: horizonKey,
    UpdateExpression: 'REMOVE pending',
    ConditionExpression: 'upto = :to AND pending = :from',
    ExpressionAttributeValues: { ':to': { N: String(to) }, ':from': { N: String(from) } },
  }))
}

const horizonKey = { pk: { S: 'counted' }, sk: { S: 'upto' } }

interface CountItem {
  sk: { S: string }
  counts: { B: Uint8Array }
  revision: { S: string }
  shape?: { N: string }
  parts?: { N: string }
}

// Who counts packs too says so.
const countShape = '2'

function fromItem(item: CountItem): StoredCounts {
  return { counts: process.getBuiltinModule('node:zlib').gunzipSync(item.counts.B).toString(), revision: item.revision.S, hasPacks: item.shape?.N === countShape, ...(item.parts === undefined ? {} : { findParts: Number(item.parts.N) }) }
}

function countKey(span: Span, start: number): { pk: { S: string }; sk: { S: string } } {
  const iso = new Date(startOf(span, start)).toISOString()
  return { pk: { S: `count#${span}#${span === 'minute' ? iso.slice(0, 10) : iso.slice(0, 4)}` }, sk: { S: iso } }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}

function newTag(): string {
  return process.getBuiltinModule('node:crypto').randomUUID()
}
