// Requests as packs: those of a delivery that belong to one minute are one item, under a key that follows from them.
import type { Database } from '../persist/index.ts'
import { isDone } from './conditional.ts'
import { lengthOf, startOf } from './count-rows.ts'
import { storeDefinition } from './definition.ts'
import { packRows, unpackRows, type Wanted } from './pack-codec.ts'
import { type NewRow, type RequestRow, shardOf } from './request-row.ts'
import { untilTaken } from './throttled.ts'

/** `w`: requests from level `warn` or status 400 on, `i`: all others. They lie apart, so that who looks for the ones reads none of the others. */
export type PackKind = 'i' | 'w'

export const packKinds: readonly PackKind[] = ['i', 'w']

/** Where a pack lies. */
export interface PackKey {
  pk: string
  sk: string
}

/** A pack as it was read. */
export interface StoredPack {
  key: PackKey
  rows: RequestRow[]
  /** How often it was replaced. */
  revision: number
}

// A pack is read as a whole: larger ones would make a look at one request dear.
const [mostRows, mostCharacters] = [500, 150_000]

const parallel = 8

/** How many partitions the packs of an hour and kind are spread over. */
export const packShards = 4

/** Whether a request is among those that are looked for when something is wrong. */
export function packKindOf({ level, status }: Pick<RequestRow, 'level' | 'status'>): PackKind {
  return level === 'warn' || level === 'error' || status >= 400 ? 'w' : 'i'
}

/** Stores rows as packs. A pack that is there already stays as it is, for it holds the same requests. */
export async function putPacks(database: Database, rows: readonly NewRow[]): Promise<void> {
  const next = groupsOf(rows).values()
  const work = async (): Promise<void> => {
    for (const group of next) await putPack(database, group)
  }
  await Promise.all(Array.from({ length: parallel }, work))
}

/** Changes the rows of a pack as it is now; `change` must leave the same requests, and bear to be called again. */
export async function replacePack(database: Database, pack: StoredPack, change: (rows: RequestRow[]) => RequestRow[]): Promise<void> {
  for (let current: StoredPack | undefined = pack; current !== undefined; current = await readPack(database, pack.key)) {
    const { key, rows, revision } = current
    const isReplaced = await untilTaken(() => isDone(database.run('PutItem', {
      TableName: table(database),
      Item: { ...itemOf(key, change(rows)), revision: { N: String(revision + 1) } },
      ConditionExpression: revision === 0 ? 'attribute_exists(pk) AND attribute_not_exists(revision)' : 'revision = :seen',
      ...(revision === 0 ? {} : { ExpressionAttributeValues: { ':seen': { N: String(revision) } } }),
    })))
    if (isReplaced) return
  }
}

async function readPack(database: Database, { pk, sk }: PackKey): Promise<StoredPack | undefined> {
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true })
  return Item === undefined ? undefined : packOf(Item as never, true)
}

function packOf(item: Readonly<Record<string, { S?: string; N?: string; B?: Uint8Array } | undefined>>, withRecords: boolean, wanted?: Wanted): StoredPack {
  return { key: { pk: item['pk']!.S!, sk: item['sk']!.S! }, rows: unpackRows(item['z']!.B!, { withRecords, wanted }), revision: Number(item['revision']?.N ?? 0) }
}

/**
 * The packs of an hour, kind and shard that may hold requests between two times (epoch milliseconds, the end left out), the newest first.
 * `isNewest`: only those whose newest request lies there. `wanted` leaves out requests whose record is known to hold another value.
 */
export async function* packsBetween(database: Database, { from, to, kind, shard, withRecords, limit, isNewest = false, wanted }: { from: number; to: number; kind: PackKind; shard: number; withRecords: boolean; limit?: number; isNewest?: boolean; wanted?: Wanted }): AsyncGenerator<StoredPack> {
  let start: Record<string, never> | undefined
  do {
    const page = await database.run('Query', {
      TableName: table(database),
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      // A pack is called by its newest request, and holds those of one minute.
      ExpressionAttributeValues: { ':pk': { S: partitionOf(from, kind, shard) }, ':from': { S: new Date(from).toISOString() }, ':to': { S: `${new Date(isNewest ? to - 1 : startOf('minute', to - 1) + lengthOf('minute') - 1).toISOString()}~` } },
      ScanIndexForward: false,
      ConsistentRead: true,
      ...(limit === undefined ? {} : { Limit: limit }),
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })
    for (const item of page.Items ?? []) yield packOf(item as never, withRecords, wanted)
    start = page.LastEvaluatedKey as Record<string, never> | undefined
  } while (start !== undefined)
}

// Rows that may lie together: of one minute, kind and time of keeping. The same rows give the same groups.
function groupsOf(rows: readonly NewRow[]): NewRow[][] {
  const byGroup = new Map<string, Map<string, NewRow>>()
  for (const row of rows) {
    const name = `${startOf('minute', row.started)} ${packKindOf(row)} ${row.expires - Math.ceil(row.started / 1000)}`
    const group = byGroup.get(name) ?? new Map<string, NewRow>()
    byGroup.set(name, group.set(nameOf(row), row))
  }
  return [...byGroup.values()].flatMap((group) => split([...group].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row)))
}

function split(rows: NewRow[]): NewRow[][] {
  const parts: NewRow[][] = [[]]
  let characters = 0
  for (const row of rows) {
    const [own, last] = [row.characters ?? row.record?.length ?? 0, parts.at(-1)!]
    const isFull = last.length === mostRows || (last.length > 0 && characters + own > mostCharacters)
    if (isFull) parts.push([row])
    else last.push(row)
    characters = isFull ? own : characters + own
  }
  return parts
}

async function putPack(database: Database, rows: readonly NewRow[]): Promise<void> {
  await untilTaken(() => isDone(database.run('PutItem', { TableName: table(database), Item: itemOf(keyOf(rows), rows), ConditionExpression: 'attribute_not_exists(pk)' })))
}

function itemOf({ pk, sk }: PackKey, rows: readonly NewRow[]): Record<string, { S: string } | { B: Uint8Array } | { N: string }> & Record<string, never> {
  return { pk: { S: pk }, sk: { S: sk }, z: { B: packRows(rows) }, expires: { N: String(Math.max(...rows.map(({ expires }) => expires))) } } as never
}

function keyOf(rows: readonly RequestRow[]): PackKey {
  const newest = Math.max(...rows.map(({ started }) => started))
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256').update(rows.map(nameOf).join('\n')).digest('base64url').slice(0, 16)
  return { pk: partitionOf(newest, packKindOf(rows[0]!), shardOf(hash) % packShards), sk: `${new Date(newest).toISOString()}#${hash}` }
}

/** What tells a request from every other. */
export function nameOf({ started, requestId }: Pick<RequestRow, 'started' | 'requestId'>): string {
  return `${started}#${requestId}`
}

function partitionOf(time: number, kind: PackKind, shard: number): string {
  return `pack#${new Date(time).toISOString().slice(0, 13)}#${kind}${shard}`
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
