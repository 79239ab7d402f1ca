// Who works on a stage at the moment: leases in its table, so that everybody sees the same.
import { type Database, failedBecause } from '../persist/index.ts'
import { storeDefinition } from './definition.ts'

/** What is done by one at a time: a deployment of the stage, or work on all of its data. */
export type LockName = 'deployment' | 'data'

/** Who holds a lock. */
export interface StageLock {
  /** Random; whoever knows it holds the lock. */
  owner: string
  who: string
  host: string
  pid: number
  /** Told from a later process with the same id; absent where the system does not tell. */
  started?: string
  /** ISO 8601: since when. */
  since: string
  /** What is going on, as in `deploys 261121-0907-12-5c1f2e`. */
  doing: string
  /** Epoch milliseconds until which it holds without being renewed. */
  until: number
}

/** The lock as it stands, held or lapsed; undefined where there is none, or no table yet. */
export async function readLock(database: Database, name: LockName): Promise<StageLock | undefined> {
  try {
    const answer = await database.run('GetItem', { TableName: table(database), Key: keyOf(name), ConsistentRead: true })
    const text = answer.Item?.['lock']?.S
    return text === undefined ? undefined : (JSON.parse(text) as StageLock)
  } catch (failure) {
    if (failedBecause(failure, 'ResourceNotFoundException')) return undefined
    throw failure
  }
}

/**
 * Takes the lock where nobody holds it, or prolongs one's own.
 * @param over owner of a lock that is taken over although it has not lapsed, because its process is known to be gone
 * @returns `taken`, `held` by somebody else, or `no table` before the first deployment
 */
export async function takeLock(database: Database, name: LockName, { lock, over }: { lock: StageLock; over?: string | undefined }): Promise<'taken' | 'held' | 'no table'> {
  try {
    await database.run('PutItem', {
      TableName: table(database),
      Item: itemOf(name, lock),
      ConditionExpression: 'attribute_not_exists(pk) OR #until <= :now OR #owner = :own OR #owner = :over',
      ExpressionAttributeNames: { '#until': 'until', '#owner': 'owner' },
      ExpressionAttributeValues: { ':now': { N: String(database.now()) }, ':own': { S: lock.owner }, ':over': { S: over ?? lock.owner } },
    })
    return 'taken'
  } catch (failure) {
    if (failedBecause(failure, 'ConditionalCheckFailedException')) return 'held'
    if (failedBecause(failure, 'ResourceNotFoundException')) return 'no table'
    throw failure
  }
}

/** Prolongs a lock; false where somebody else has taken it meanwhile. */
export async function renewLock(database: Database, name: LockName, lock: StageLock): Promise<boolean> {
  try {
    await database.run('PutItem', { TableName: table(database), Item: itemOf(name, lock), ConditionExpression: '#owner = :own', ExpressionAttributeNames: { '#owner': 'owner' }, ExpressionAttributeValues: { ':own': { S: lock.owner } } })
    return true
  } catch (failure) {
    if (failedBecause(failure, 'ConditionalCheckFailedException')) return false
    throw failure
  }
}

/** Gives a lock back; nothing happens where somebody else has it, or the table is gone. */
export async function releaseLock(database: Database, name: LockName, owner: string): Promise<void> {
  try {
    await database.run('DeleteItem', { TableName: table(database), Key: keyOf(name), ConditionExpression: '#owner = :own', ExpressionAttributeNames: { '#owner': 'owner' }, ExpressionAttributeValues: { ':own': { S: owner } } })
  } catch (failure) {
    if (!failedBecause(failure, 'ConditionalCheckFailedException') && !failedBecause(failure, 'ResourceNotFoundException')) throw failure
  }
}

function keyOf(name: LockName): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `${name}-lock` }, sk: { S: 'lock' } }
}

function itemOf(name: LockName, lock: StageLock): Record<string, { S: string } | { N: string }> {
  return { ...keyOf(name), owner: { S: lock.owner }, until: { N: String(lock.until) }, lock: { S: JSON.stringify(lock) } }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
