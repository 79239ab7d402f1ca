// Invocations that somebody ended: what is known of each, gathered from lines that come in any order, and settled once.
import { type Database, failedBecause } from '../persist/index.ts'
import { storeDefinition } from './definition.ts'
import { shardOf, shards } from './request-rows.ts'

/** What lines tell of an invocation; each fact is the same whenever its line comes. */
export interface EndedFacts {
  /** Why it ended: told by the platform; the text of its line. */
  timeout?: string
  memory?: string
  exit?: string
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

const facts = ['timeout', 'memory', 'exit', 'at', 'ended', 'endedAt', 'group', 'end', 'line'] as const

// Long enough for the last redelivery of the lines.
const keptSeconds = 3 * 86_400

/** Adds facts. The first one of a kind stays, so that a repetition changes nothing. */
export async function addFacts(database: Database, requestId: string, known: EndedFacts): Promise<EndedRow> {
  const now = database.now()
  const given = facts.filter((name) => known[name] !== undefined)
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

/** Notes that what was settled was told; the sweep then leaves the row alone. */
export async function noteTold(database: Database, requestId: string): Promise<void> {
  await database.run('UpdateItem', { TableName: table(database), Key: keyOf(requestId), UpdateExpression: 'SET told = :yes', ExpressionAttributeValues: { ':yes': { BOOL: true } } })
}

/** Invocations that ended, of which the last line has not come, or that were not told. */
export async function untoldEnded(database: Database): Promise<EndedRow[]> {
  const found = await Promise.all(Array.from({ length: shards }, async (_, shard) => {
    const rows: EndedRow[] = []
    let start: Record<string, never> | undefined
    do {
      const page = await database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', FilterExpression: 'attribute_not_exists(told) AND (attribute_exists(#at) OR attribute_exists(endedAt))', ExpressionAttributeNames: { '#at': 'at' }, ExpressionAttributeValues: { ':pk': { S: `running#${shard}` } }, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
      for (const item of page.Items ?? []) rows.push(fromItem(item as unknown as Item))
      start = page.LastEvaluatedKey as Record<string, never> | undefined
    } while (start !== undefined)
    return rows
  }))
  return found.flat()
}

type Item = Record<string, { S?: string; N?: string } | undefined>

function fromItem(item: Item): EndedRow {
  const known = Object.fromEntries([...facts, 'settled'].filter((name) => item[name] !== undefined).map((name) => [name, item[name]!.S!]))
  return { ...known, requestId: item['sk']!.S!, since: Number(item['since']?.N ?? 0) }
}

function keyOf(requestId: string): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `running#${shardOf(requestId)}` }, sk: { S: requestId } }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
