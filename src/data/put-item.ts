// Puts whole items into a table in one of three ways, so that the same items may be put again.
import { isHttpError } from '../errors/index.ts'
import type { PersistSpec } from '../openapi/index.ts'
import { type Database, failedBecause } from '../persist/index.ts'
import { type Attributes, attributesBytes, keyProperties, putGuarded } from '../persist/stored.ts'
import { untilTaken } from '../store/index.ts'
import { sameItem } from './check-item.ts'
import { type Pace, writeUnits } from './pace.ts'

/** What becomes of an item that is there already: it must be the same, it is replaced, or it stays. */
export type PutMode = 'same' | 'replace' | 'skip'

export interface PutCounts {
  written: number
  /** There already, and the same. */
  same: number
  /** There already, and left as they are. */
  skipped: number
  /** There already, and others: named, and left as they are. */
  different: number
  /** Not written, because another item has one of their unique values: named. */
  taken: number
}

/** What came of an item. */
export interface Put {
  outcome: keyof PutCounts
  /** Of one whose value is taken: the properties that are unique. */
  properties?: string
}

export interface PutPlace {
  database: Database
  spec: PersistSpec
  mode: PutMode
  pace: Pace
}

/** No item yet. */
export function noCounts(): PutCounts {
  return { written: 0, same: 0, skipped: 0, different: 0, taken: 0 }
}

/** Puts an item, with the rows of its unique values, and says what came of it. */
export async function putItem(place: PutPlace, item: Attributes): Promise<Put> {
  const { database, spec, mode, pace } = place
  // A transaction costs twice, and each unique value has a row.
  const units = writeUnits(attributesBytes(item), spec.indexes.length)
  await pace.spend(spec.unique === undefined ? units : 2 * (units + spec.unique.length))
  try {
    await untilTaken(() => write(place, item))
    return { outcome: 'written' }
  } catch (failure) {
    if (isHttpError(failure) && failure.code === 'UNIQUE_CONFLICT') return { outcome: 'taken', properties: String(failure.fields['property']) }
    if (!failedBecause(failure, 'ConditionalCheckFailedException') && !(isHttpError(failure) && failure.code === 'VERSION_CONFLICT')) throw failure
  }
  if (mode === 'skip') return { outcome: 'skipped' }
  const { Item: there } = await untilTaken(() => database.run('GetItem', { TableName: `${database.prefix}${spec.table}`, Key: Object.fromEntries(keyProperties(spec).map((key) => [key, item[key]!])), ConsistentRead: true }))
  return { outcome: there !== undefined && sameItem(there as Attributes, item) ? 'same' : 'different' }
}

async function write({ database, spec, mode }: PutPlace, item: Attributes): Promise<void> {
  const isNew = mode !== 'replace'
  if (spec.unique !== undefined) return await putGuarded({ database, spec }, item, isNew)
  await database.run('PutItem', { TableName: `${database.prefix}${spec.table}`, Item: item, ...(isNew ? { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': spec.key.partition } } : {}) })
}
