// Invocations that somebody ended: what is known of each, gathered from lines that come in any order, and settled once.
import { type Database, failedBecause } from '../persist/index.ts'
import { storeDefinition } from './definition.ts'
import { shardOf, shards } from './request-row.ts'

/** What lines tell of an invocation; each fact is the same whenever its line comes. */
export interface EndedFacts {
  /** Why it ended: told by the platform; the text of its line. */
  timeout?: string
  memory?: string
  exit?: string
  /** An error that ended the process, and one that failed the invocation alone: type, text and stack as JSON. */
  error?: string
  invoke?: string
  /** When the platform told so (ISO 8601). */
  at?: string
  /** How the invocation failed as its last line says, `timeout` or `exit`, and when that line came. */
  ended?: string
  endedAt?: string
  /** Name of the function, as its log group has it. */
  group?: string
  /** The platform's sum of the invocation, as JSON. */
  end?: string
  /** A line of its own, as JSON: the watchdog's, or any other that names the operation. */
  line?: string
}

/** An invocation as it is known so far. */
export interface EndedRow extends EndedFacts {
  requestId: string
  /** What was settled, as JSON: from then on nothing changes it. */
  settled?: string
  /** Epoch milliseconds of the first fact. */
  since: number
}

const facts = ['timeout', 'memory', 'exit', 'error', 'invoke', 'at', 'ended', 'endedAt', 'group', 'end', 'line'] as const

// Long enough for the last redelivery of the lines.
const keptSeconds = 3 * 86_400

/** Adds facts. The first one of a kind stays, so that a repetition changes nothing. */
export async function addFacts(database: Database, requestId: string, known: EndedFacts): Promise<EndedRow> {
  const now = database.now()
  const given = facts.filter((name) => known[name] !== undefined)
  // Before the facts: whoever is stopped between the two leaves a note too many, not one too few.
  if (known.at !== undefined || known.endedAt !== undefined) await database.run('PutItem', { TableName: table(database), Item: { ...noteKey(requestId), expires: { N: String(Math.ceil(now / 1000) + keptSeconds) } } })
  const { Attributes } = await database.run('UpdateItem', {
    TableName: table(database),
    Key: keyOf(requestId),
    UpdateExpression: `SET ${[...given.map((name) => `#${name} = if_not_exists(#${name}, :${name})`), '#since = if_not_exists(#since, :since)', '#expires = :expires'].join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries([...given, 'since', 'expires'].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: { ...Object.fromEntries(given.map((name) => [`:${name}`, { S: known[name]! }])), ':since': { N: String(now) }, ':expires': { N: String(Math.ceil(now / 1000) + keptSeconds) } },
    ReturnValues: 'ALL_NEW',
  })
  return fromItem(Attributes as unknown as Item)
}

/** What is known of an invocation, if anything. */
export async function readEnded(database: Database, requestId: string): Promise<EndedRow | undefined> {
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: keyOf(requestId), ConsistentRead: true })
  return Item === undefined ? undefined : fromItem(Item as unknown as Item)
}

/** Settles an invocation; returns what is settled, which somebody else may have done before. */
export async function settleEnded(database: Database, requestId: string, settled: string): Promise<string> {
  try {
    await database.run('UpdateItem', {
      TableName: table(database),
      Key: keyOf(requestId),
      UpdateExpression: 'SET settled = :settled',
      ConditionExpression: 'attribute_not_exists(settled)',
      ExpressionAttributeValues: { ':settled': { S: settled } },
    })
    return settled
  } catch (failure) {
    if (!failedBecause(failure, 'ConditionalCheckFailedException')) throw failure
  }
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: keyOf(requestId), ConsistentRead: true })
  return Item?.['settled']?.S ?? settled
}

/** Notes that an invocation was told, or that there is nothing to tell of it. */
export async function noteTold(database: Database, requestId: string): Promise<void> {
  await database.run('DeleteItem', { TableName: table(database), Key: noteKey(requestId) })
}

/** Invocations that ended and were not told yet: their last line has not come, or who told was stopped. */
export async function untoldEnded(database: Database): Promise<EndedRow[]> {
  const rows: EndedRow[] = []
  let start: Record<string, never> | undefined
  do {
    const page = await database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'untold' } }, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
    for (const { sk } of page.Items ?? []) {
      const { Item } = await database.run('GetItem', { TableName: table(database), Key: keyOf(sk!.S!), ConsistentRead: true })
      if (Item !== undefined) rows.push(fromItem(Item as unknown as Item))
    }
    start = page.LastEvaluatedKey as Record<string, never> | undefined
  } while (start !== undefined)
  return rows.filter(({ at, endedAt }) => at !== undefined || endedAt !== undefined)
}

/** Everything that is known of invocations. */
export async function* everyEnded(database: Database): AsyncGenerator<EndedRow> {
  for (let shard = 0; shard < shards; shard++) {
    let start: Record<string, never> | undefined
    do {
      const page = await database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: `running#${shard}` } }, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
      for (const item of page.Items ?? []) yield fromItem(item as unknown as Item)
      start = page.LastEvaluatedKey as Record<string, never> | undefined
    } while (start !== undefined)
  }
}

/** Puts something in the place of facts; they stay, so that a line which comes again changes nothing. */
export async function forgetEnded(database: Database, requestId: string, given: Partial<Record<'line' | 'settled' | 'error' | 'invoke', string>>): Promise<void> {
  const names = Object.keys(given) as (keyof typeof given)[]
  await database.run('UpdateItem', {
    TableName: table(database),
    Key: keyOf(requestId),
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, { S: given[name]! }])),
  })
}

type Item = Record<string, { S?: string; N?: string } | undefined>

function fromItem(item: Item): EndedRow {
  const known = Object.fromEntries([...facts, 'settled'].filter((name) => item[name] !== undefined).map((name) => [name, item[name]!.S!]))
  return { ...known, requestId: item['sk']!.S!, since: Number(item['since']?.N ?? 0) }
}

function keyOf(requestId: string): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `running#${shardOf(requestId)}` }, sk: { S: requestId } }
}

// In a partition of their own: most that is known of invocations is of such as did not end badly.
function noteKey(requestId: string): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: 'untold' }, sk: { S: requestId } }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
