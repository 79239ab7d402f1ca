// What was deployed to a stage, and who is deploying at the moment: rows beside the data of the stage, so that everybody sees the same.
import { type Database, failedBecause } from '../persist/index.ts'
import { storeDefinition } from './definition.ts'

/** One deployment, or one going back. */
export interface Deployment {
  /** Sorts by time: `<ISO time>#<version>`. */
  id: string
  /** `YYMMDD-HHMM-<count>-<sha6>`. */
  version: string
  /** Whole id of the commit. */
  commit: string
  /** ISO 8601: when it began. */
  time: string
  /** Who deployed: the identity of the credentials, and the user of the machine. */
  who: string
  /** What became of it; `live` stays true of those that were live once. */
  state: 'candidate' | 'live' | 'failed' | 'rolled back'
  /** Function → number of its version. */
  functions: Readonly<Record<string, number>>
  /** Breaking changes that were let through. */
  allowed: readonly AllowedChange[]
  /** What else is worth knowing, in a sentence. */
  note?: string
  /** How its stacks are deployed, as JSON; what going back builds on. */
  stacks?: string
  /** What its cost was estimated from, as JSON. */
  settings?: string
}

/** A breaking change that somebody let through. */
export interface AllowedChange {
  /** operationId, or `METHOD /path`. */
  operation: string
  reason: string
  /** The sentences of the changes that it covers. */
  changes: readonly string[]
}

/** Who deploys at the moment. */
export interface DeploymentLock {
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

const history = 'deployments'
const lockKey = { pk: { S: 'deployment-lock' }, sk: { S: 'lock' } }

/** Writes a deployment in place of what was known of it. */
export async function putDeployment(database: Database, deployment: Deployment): Promise<void> {
  await database.run('PutItem', { TableName: table(database), Item: { pk: { S: history }, sk: { S: deployment.id }, deployment: { S: JSON.stringify(deployment) } } })
}

/** The newest deployments first, 100 at most by default; none where the stage has no table yet. */
export async function listDeployments(database: Database, limit: number = 100): Promise<Deployment[]> {
  const answer = await orNone(database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: history } }, ScanIndexForward: false, ConsistentRead: true, Limit: limit }))
  return (answer?.Items ?? []).map((item) => JSON.parse(item['deployment']!.S!) as Deployment)
}

/** The lock as it stands, held or lapsed; undefined where there is none, or no table yet. */
export async function readLock(database: Database): Promise<DeploymentLock | undefined> {
  const answer = await orNone(database.run('GetItem', { TableName: table(database), Key: lockKey, ConsistentRead: true }))
  const text = answer?.Item?.['lock']?.S
  return text === undefined ? undefined : (JSON.parse(text) as DeploymentLock)
}

/**
 * Takes the lock where nobody holds it, or prolongs one's own.
 * @param over owner of a lock that is taken over although it has not lapsed, because its process is known to be gone
 * @returns `taken`, `held` by somebody else, or `no table` before the first deployment
 */
export async function takeLock(database: Database, lock: DeploymentLock, over?: string): Promise<'taken' | 'held' | 'no table'> {
  try {
    await database.run('PutItem', {
      TableName: table(database),
      Item: { ...lockKey, owner: { S: lock.owner }, until: { N: String(lock.until) }, lock: { S: JSON.stringify(lock) } },
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
export async function renewLock(database: Database, lock: DeploymentLock): Promise<boolean> {
  try {
    await database.run('PutItem', { TableName: table(database), Item: { ...lockKey, owner: { S: lock.owner }, until: { N: String(lock.until) }, lock: { S: JSON.stringify(lock) } }, ConditionExpression: '#owner = :own', ExpressionAttributeNames: { '#owner': 'owner' }, ExpressionAttributeValues: { ':own': { S: lock.owner } } })
    return true
  } catch (failure) {
    if (failedBecause(failure, 'ConditionalCheckFailedException')) return false
    throw failure
  }
}

/** Gives a lock back; nothing happens where somebody else has it, or the table is gone. */
export async function releaseLock(database: Database, owner: string): Promise<void> {
  try {
    await database.run('DeleteItem', { TableName: table(database), Key: lockKey, ConditionExpression: '#owner = :own', ExpressionAttributeNames: { '#owner': 'owner' }, ExpressionAttributeValues: { ':own': { S: owner } } })
  } catch (failure) {
    if (!failedBecause(failure, 'ConditionalCheckFailedException') && !failedBecause(failure, 'ResourceNotFoundException')) throw failure
  }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}

async function orNone<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call
  } catch (failure) {
    if (failedBecause(failure, 'ResourceNotFoundException')) return undefined
    throw failure
  }
}
