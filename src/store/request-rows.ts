// Requests as rows: one a request, under a key that follows from the request alone, so that storing it twice changes nothing.
import { type Database, failedBecause } from '../persist/index.ts'
import { storeDefinition } from './definition.ts'

type Attributes = Record<string, { S: string } | { N: string } | { B: Uint8Array }>

/** A request as it is stored and counted. */
export interface RequestRow {
  /** Epoch milliseconds of its start. */
  started: number
  /** The id that the platform gave it. */
  requestId: string
  /** operationId; empty for a path that no operation has. */
  operation: string
  status: number
  /** Milliseconds. */
  duration: number
  /** Bytes that came in and went out. */
  inBytes: number
  outBytes: number
  level: 'debug' | 'info' | 'warn' | 'error'
  /** Calls to other APIs, by `api.operation`: how many, how many failed, and milliseconds together. */
  calls?: Readonly<Record<string, readonly [count: number, errors: number, duration: number]>>
  /** What the service measured itself: such a row is no request. */
  metric?: { name: string; value: number; unit: string }
  /** The whole record as JSON; absent where only the count was kept. */
  record?: string
  /** Epoch seconds from which the row may go. */
  expires: number
}

/** How many partitions the requests of an hour are spread over, so that no hot hour is one hot partition. */
export const shards = 8

const batchSize = 25
const parallel = 4

/** Stores rows; those that are there already stay as they are, for they are the same. */
export async function putRequestRows(database: Database, rows: readonly RequestRow[]): Promise<void> {
  // One batch must not name a key twice.
  const items = [...new Map(rows.map((row) => [`${row.started}#${row.requestId}`, toItem(row)])).values()]
  const batches = Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) => items.slice(index * batchSize, (index + 1) * batchSize))
  const next = batches.values()
  const work = async (): Promise<void> => {
    for (const batch of next) await putBatch(database, batch)
  }
  await Promise.all(Array.from({ length: Math.min(parallel, batches.length) }, work))
}

/** Who tells of a request that left no line of its own: the gateway, or the platform that ended it, which knows more. */
export type Witness = 'gateway' | 'platform'

/**
 * Stores what others tell of a request, under the key that its own line has. Its own line always wins, and the platform over the gateway,
 * in whatever order they come.
 */
export async function putWitnessedRow(database: Database, row: RequestRow, witness: Witness): Promise<void> {
  const rank = witness === 'gateway' ? 1 : 2
  try {
    await database.run('PutItem', {
      TableName: `${database.prefix}${storeDefinition.table}`,
      Item: { ...toItem(row), wr: { N: String(rank) } },
      ConditionExpression: 'attribute_not_exists(pk) OR wr <= :rank',
      ExpressionAttributeValues: { ':rank': { N: String(rank) } },
    })
  } catch (failure) {
    if (!failedBecause(failure, 'ConditionalCheckFailedException')) throw failure
  }
}

/** The rows of one hour and shard between two times (epoch milliseconds, the end left out), oldest first. */
export async function* requestRows(database: Database, { from, to, shard, withRecords = false, newestFirst = false }: { from: number; to: number; shard: number; withRecords?: boolean; newestFirst?: boolean }): AsyncGenerator<RequestRow> {
  let start: Record<string, never> | undefined
  do {
    const page = await database.run('Query', {
      TableName: `${database.prefix}${storeDefinition.table}`,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': { S: partitionOf(from, shard) }, ':from': { S: new Date(from).toISOString() }, ':to': { S: new Date(to - 1).toISOString() + '~' } },
      ScanIndexForward: !newestFirst,
      ConsistentRead: true,
      ...(withRecords ? {} : { ProjectionExpression: 'pk, sk, op, st, ms, bi, bo, lv, ca, mn, mv, mu, expires' }),
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })
    for (const item of page.Items ?? []) yield fromItem(item as unknown as Attributes)
    start = page.LastEvaluatedKey as Record<string, never> | undefined
  } while (start !== undefined)
}

/** The shard of a request: the same for every copy of its line. */
export function shardOf(requestId: string): number {
  let hash = 7
  for (let index = 0; index < requestId.length; index++) hash = (hash * 31 + requestId.charCodeAt(index)) % 65_521
  return hash % shards
}

function partitionOf(time: number, shard: number): string {
  return `log#${new Date(time).toISOString().slice(0, 13)}#${shard}`
}

function toItem(row: RequestRow): Attributes {
  const number = (value: number): { N: string } => ({ N: String(value) })
  return {
    pk: { S: partitionOf(row.started, shardOf(row.requestId)) },
    sk: { S: `${new Date(row.started).toISOString()}#${row.requestId}` },
    op: { S: row.operation },
    st: number(row.status),
    ms: number(row.duration),
    bi: number(row.inBytes),
    bo: number(row.outBytes),
    lv: { S: row.level },
    expires: number(row.expires),
    ...(row.calls === undefined ? {} : { ca: { S: JSON.stringify(row.calls) } }),
    ...(row.metric === undefined ? {} : { mn: { S: row.metric.name }, mv: number(row.metric.value), mu: { S: row.metric.unit } }),
    ...(row.record === undefined ? {} : { rec: packed(row.record) }),
  }
}

function fromItem(item: Attributes): RequestRow {
  const text = (name: string): string => (item[name] as { S?: string } | undefined)?.S ?? ''
  const number = (name: string): number => Number((item[name] as { N?: string } | undefined)?.N ?? 0)
  const [time, requestId] = [text('sk').slice(0, 24), text('sk').slice(25)]
  const row: RequestRow = { started: Date.parse(time), requestId, operation: text('op'), status: number('st'), duration: number('ms'), inBytes: number('bi'), outBytes: number('bo'), level: text('lv') as RequestRow['level'], expires: number('expires') }
  return {
    ...row,
    ...(item['ca'] === undefined ? {} : { calls: JSON.parse(text('ca')) as NonNullable<RequestRow['calls']> }),
    ...(item['mn'] === undefined ? {} : { metric: { name: text('mn'), value: number('mv'), unit: text('mu') } }),
    ...(item['rec'] === undefined ? {} : { record: unpacked(item['rec'] as { S?: string; B?: Uint8Array }) }),
  }
}

// An item holds 400 KB; most records are far below, and reading them should cost no unpacking.
const packFrom = 8192

function packed(record: string): { S: string } | { B: Uint8Array } {
  return record.length < packFrom ? { S: record } : { B: process.getBuiltinModule('node:zlib').gzipSync(record) }
}

function unpacked({ S, B }: { S?: string; B?: Uint8Array }): string {
  return S ?? process.getBuiltinModule('node:zlib').gunzipSync(B!).toString()
}

async function putBatch(database: Database, items: readonly Attributes[]): Promise<void> {
  const table = `${database.prefix}${storeDefinition.table}`
  let requests = items.map((Item) => ({ PutRequest: { Item: Item as never } }))
  // What a throttled table hands back is tried again, each time later.
  for (let attempt = 0; requests.length > 0; attempt++) {
    if (attempt > 0) await process.getBuiltinModule('node:timers/promises').setTimeout(Math.min(2000, 25 * 2 ** attempt))
    try {
      const { UnprocessedItems } = await database.run('BatchWriteItem', { RequestItems: { [table]: requests } })
      requests = (UnprocessedItems?.[table] ?? []) as typeof requests
    } catch (failure) {
      if (!failedBecause(failure, 'ProvisionedThroughputExceededException') || attempt >= 8) throw failure
    }
    if (attempt >= 8 && requests.length > 0) throw new Error(`DynamoDB did not take ${requests.length} of ${items.length} rows`)
  }
}
