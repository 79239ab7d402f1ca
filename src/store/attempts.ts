// Limits how often something may be tried: every try is booked before it is made.
import { catalog } from '../errors/index.ts'
import { type Database, failedBecause } from '../persist/index.ts'
import { storeDefinition } from './definition.ts'

export interface AttemptLimit {
  /** Tries within the window. */
  attempts: number
  windowSeconds: number
}

const maxRounds = 100

/**
 * Books one try of a subject, so that parallel tries cannot exceed the limit either.
 * @throws 429 TOO_MANY_ATTEMPTS with `retry-after` (seconds) where the window is full
 */
export async function bookAttempt(database: Database, subject: string, limit: AttemptLimit): Promise<void> {
  // A round is lost only to a try that was booked or cleared meanwhile, and booked ones are few.
  for (let round = 0; round < maxRounds; round++) {
    const now = database.now()
    const { times, tag } = await readTimes(database, subject)
    const recent = times.filter((time) => time > now - limit.windowSeconds * 1000)
    if (recent.length >= limit.attempts) throw refusal((Math.min(...recent) + limit.windowSeconds * 1000 - now) / 1000)
    if (await writeTimes(database, subject, { times: [...recent, now], seen: tag, limit })) return
  }
  throw refusal(limit.windowSeconds)
}

/** Forgets the tries of a subject. */
export async function clearAttempts(database: Database, subject: string): Promise<void> {
  await database.run('DeleteItem', { TableName: tableName(database), Key: keyOf(subject) })
}

async function readTimes(database: Database, subject: string): Promise<{ times: number[]; tag: string | undefined }> {
  const { Item } = await database.run('GetItem', { TableName: tableName(database), Key: keyOf(subject), ConsistentRead: true })
  return { times: (Item?.['times']?.L ?? []).map((time) => Number(time.N)), tag: Item?.['tag']?.S }
}

// A new tag a write, not a count: a cleared and begun-anew row would have the same count again.
async function writeTimes(database: Database, subject: string, row: { times: number[]; seen: string | undefined; limit: AttemptLimit }): Promise<boolean> {
  const expires = Math.ceil(database.now() / 1000) + row.limit.windowSeconds
  try {
    await database.run('UpdateItem', {
      TableName: tableName(database),
      Key: keyOf(subject),
      UpdateExpression: 'SET #times = :times, #tag = :tag, #expires = :expires',
      ConditionExpression: row.seen === undefined ? 'attribute_not_exists(#tag)' : '#tag = :seen',
      ExpressionAttributeNames: { '#times': 'times', '#tag': 'tag', '#expires': 'expires' },
      ExpressionAttributeValues: { ':times': { L: row.times.map((time) => ({ N: String(time) })) }, ':tag': { S: process.getBuiltinModule('node:crypto').randomUUID() }, ':expires': { N: String(expires) }, ...(row.seen === undefined ? {} : { ':seen': { S: row.seen } }) },
    })
    return true
  } catch (failure) {
    if (failedBecause(failure, 'ConditionalCheckFailedException')) return false
    throw failure
  }
}

function refusal(seconds: number): Error {
  return catalog.TOO_MANY_ATTEMPTS(undefined, { headers: { 'retry-after': String(Math.max(1, Math.ceil(seconds))) } })
}

function keyOf(subject: string): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `attempts#${subject}` }, sk: { S: 'times' } }
}

function tableName(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
