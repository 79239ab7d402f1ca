// How much is being stored, and the share of unremarkable records that is kept for it: agreed on once a minute by all who store.
import { type Database, failedBecause } from '../persist/index.ts'
import { lengthOf, startOf } from './count-rows.ts'
import { storeDefinition } from './definition.ts'

/** What was stored within a minute; an estimate, as a repetition counts again. */
export interface Volume {
  requests: number
  /** Bytes of records that are kept whatever happens. */
  keptBytes: number
  /** Bytes that unremarkable records have, or would have had. */
  volatileBytes: number
}

const keptSeconds = 2 * 86_400

/** Adds to what was stored in the minute of now. */
export async function addVolume(database: Database, volume: Volume): Promise<void> {
  const now = database.now()
  await database.run('UpdateItem', {
    TableName: table(database),
    Key: keyOf('volume', startOf('minute', now)),
    UpdateExpression: 'SET expires = :expires ADD requests :requests, kept :kept, #volatile :volatile',
    ExpressionAttributeNames: { '#volatile': 'volatile' },
    ExpressionAttributeValues: { ':requests': { N: String(volume.requests) }, ':kept': { N: String(volume.keptBytes) }, ':volatile': { N: String(volume.volatileBytes) }, ':expires': { N: String(Math.ceil(now / 1000) + keptSeconds) } },
  })
}

/** What was stored in each of the last minutes, the one of now left out. */
export async function recentVolumes(database: Database, minutes: number): Promise<Volume[]> {
  const now = startOf('minute', database.now())
  const { Items = [] } = await database.run('Query', {
    TableName: table(database),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': { S: 'volume' }, ':from': keyOf('volume', now - minutes * lengthOf('minute')).sk, ':to': keyOf('volume', now - 1).sk },
  })
  return Items.map((item) => ({ requests: Number(item['requests']?.N ?? 0), keptBytes: Number(item['kept']?.N ?? 0), volatileBytes: Number(item['volatile']?.N ?? 0) }))
}

/** The share that was agreed on for the requests of a minute; `propose` is asked where there is none yet. */
export async function agreedRate(database: Database, minute: number, propose: () => Promise<number>): Promise<number> {
  const known = await readRate(database, minute)
  if (known !== undefined) return known
  const rate = await propose()
  try {
    await database.run('PutItem', { TableName: table(database), Item: { ...keyOf('rate', minute), rate: { N: String(rate) }, expires: { N: String(Math.ceil(database.now() / 1000) + keptSeconds) } }, ConditionExpression: 'attribute_not_exists(pk)' })
    return rate
  } catch (failure) {
    if (!failedBecause(failure, 'ConditionalCheckFailedException')) throw failure
    return (await readRate(database, minute)) ?? rate
  }
}

async function readRate(database: Database, minute: number): Promise<number | undefined> {
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: keyOf('rate', minute), ConsistentRead: true })
  return Item?.['rate']?.N === undefined ? undefined : Number(Item['rate'].N)
}

function keyOf(kind: 'volume' | 'rate', time: number): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: kind }, sk: { S: new Date(time).toISOString() } }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
