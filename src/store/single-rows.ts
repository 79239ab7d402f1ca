// Requests in a row each: those that others witnessed, and those of versions before packs.
import { type Database, failedBecause } from '../persist/index.ts'
import { storeDefinition } from './definition.ts'
import { type RequestRow, shardOf } from './request-row.ts'

type Attributes = Record<string, { S: string } | { N: string } | { B: Uint8Array }>

/** Who tells of a request that left no line of its own: the gateway, or the platform that ended it, which knows more. */
export type Witness = 'gateway' | 'platform'

/**
 * Stores what others tell of a request, under the key that follows from it. Its own line always wins, and the platform over the gateway,
 * in whatever order they come.
 */
export async function putWitnessedRow(database: Database, row: RequestRow, witness: Witness): Promise<void> {
  const rank = witness === 'gateway' ? 1 : 2
  try {
    await database.run('PutItem', {
      TableName: table(database),
      Item: { ...toItem(row), wr: { N: String(rank) } },
      // A row without a rank is the request's own, of a version before packs.
      ConditionExpression: 'attribute_not_exists(pk) OR wr <= :rank',
      ExpressionAttributeValues: { ':rank': { N: String(rank) } },
    })
  } catch (failure) {
    if (!failedBecause(failure, 'ConditionalCheckFailedException')) throw failure
  }
}

/** A row, and whether it is only witnessed. */
export interface SingleRow {
  row: RequestRow
  isWitnessed: boolean
}

/** The single rows of one hour and shard between two times (epoch milliseconds, the end left out), newest first. */
export async function* singleRows(database: Database, { from, to, shard, withRecords, limit }: { from: number; to: number; shard: number; withRecords: boolean; limit?: number }): AsyncGenerator<SingleRow> {
  let start: Record<string, never> | undefined
  do {
    const page = await database.run('Query', {
      TableName: table(database),
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': { S: partitionOf(from, shard) }, ':from': { S: new Date(from).toISOString() }, ':to': { S: `${new Date(to - 1).toISOString()}~` } },
      ScanIndexForward: false,
      ConsistentRead: true,
      ...(limit === undefined ? {} : { Limit: limit }),
      ...(withRecords ? {} : { ProjectionExpression: 'pk, sk, op, st, ms, bi, bo, lv, ca, mn, mv, mu, wr, expires' }),
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })
    for (const item of page.Items ?? []) yield { row: fromItem(item as unknown as Attributes), isWitnessed: item['wr'] !== undefined }
    start = page.LastEvaluatedKey as Record<string, never> | undefined
  } while (start !== undefined)
}

/** Writes a single row in place of the one that is there, as it was read. */
export async function replaceSingleRow(database: Database, { row, isWitnessed }: SingleRow): Promise<void> {
  const item = toItem(row)
  const names = Object.keys(item).filter((name) => name !== 'pk' && name !== 'sk')
  await database.run('UpdateItem', {
    TableName: table(database),
    Key: { pk: item['pk']!, sk: item['sk']! } as never,
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}${row.record === undefined ? ' REMOVE rec' : ''}`,
    ConditionExpression: isWitnessed ? 'attribute_exists(wr)' : 'attribute_exists(pk)',
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, item[name]!])) as never,
  })
}

function partitionOf(time: number, shard: number): string {
  return `log#${new Date(time).toISOString().slice(0, 13)}#${shard}`
}

/** The item of a row, as versions before packs wrote every request. */
export function toItem(row: RequestRow): Attributes {
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

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
