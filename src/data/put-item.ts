// Puts whole items into a table in one of three ways, so that the same items may be put again.
import type { PersistSpec } from '../openapi/index.ts'
import { type Database, failedBecause } from '../persist/index.ts'
import { type Attributes, attributesBytes, keyProperties } from '../persist/stored.ts'
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
}

export interface PutPlace {
  database: Database
  spec: PersistSpec
  mode: PutMode
  pace: Pace
}

/** No item yet. */
export function noCounts(): PutCounts {
  return { written: 0, same: 0, skipped: 0, different: 0 }
}

/** Puts an item and says what came of it. */
export async function putItem({ database, spec, mode, pace }: PutPlace, item: Attributes): Promise<keyof PutCounts> {
  const table = `${database.prefix}${spec.table}`
  await pace.spend(writeUnits(attributesBytes(item), spec.indexes.length))
  try {
    await untilTaken(() => database.run('PutItem', { TableName: table, Item: item, ...(mode === 'replace' ? {} : { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': spec.key.partition } }) }))
    return 'written'
  } catch (failure) {
    if (!failedBecause(failure, 'ConditionalCheckFailedException')) throw failure
  }
  if (mode === 'skip') return 'skipped'
  const { Item: there } = await untilTaken(() => database.run('GetItem', { TableName: table, Key: Object.fromEntries(keyProperties(spec).map((key) => [key, item[key]!])), ConsistentRead: true }))
  return there !== undefined && sameItem(there as Attributes, item) ? 'same' : 'different'
}
