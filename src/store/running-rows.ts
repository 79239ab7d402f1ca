// What runs on a stage at the moment: one row with a lease for each request that shows itself.
import type { Database } from '../persist/index.ts'
import { orNone } from './conditional.ts'
import { storeDefinition } from './definition.ts'

/** A request that runs, as its instance shows it. */
export interface RunningRow {
  /** Its call id and a random part: no two requests have one id. */
  id: string
  operation: string
  method: string
  path: string
  /** Random name of the process that runs it. */
  instance: string
  /** Name of the function; absent locally. */
  function?: string
  version: string
  callId: string
  requestId?: string
  user?: string
  /** Epoch milliseconds. */
  started: number
  /** Epoch milliseconds: after this it has ended, whether somebody said so or not. */
  until: number
  /** It was interrupted and answered, and its handler has not ended. */
  isCancelled?: true
  /** What it did so far: spans and outgoing calls, the latest last. */
  crumbs?: readonly string[]
}

/** How many requests of an instance ran too long to be left out, and found no room among those that show themselves. */
export interface UnshownRow {
  instance: string
  count: number
  until: number
}

const runningShards = 16

/** Shows a request, or shows it anew. */
export async function putRunning(database: Database, row: RunningRow): Promise<void> {
  await database.run('PutItem', { TableName: table(database), Item: { ...keyOf(row.id), row: { S: JSON.stringify(row) }, expires: { N: String(Math.ceil(row.until / 1000) + 60) } } })
}

/** Takes the row of a request away. */
export async function dropRunning(database: Database, id: string): Promise<void> {
  await database.run('DeleteItem', { TableName: table(database), Key: keyOf(id) })
}

/** Says how many of an instance do not show themselves. */
export async function putUnshown(database: Database, row: UnshownRow): Promise<void> {
  await database.run('PutItem', { TableName: table(database), Item: { pk: { S: 'running-more' }, sk: { S: row.instance }, row: { S: JSON.stringify(row) }, expires: { N: String(Math.ceil(row.until / 1000) + 60) } } })
}

/** The requests that show themselves, by when they started, and how many more there are. */
export async function listRunning(database: Database): Promise<{ rows: RunningRow[]; more: number }> {
  const now = database.now()
  const shards = await Promise.all(Array.from({ length: runningShards }, (_, shard) => rowsOf<RunningRow>(database, `running#${shard}`)))
  const unshown = await rowsOf<UnshownRow>(database, 'running-more')
  return {
    rows: shards.flat().filter(({ until }) => until > now).sort((one, other) => one.started - other.started),
    more: unshown.filter(({ until }) => until > now).reduce((sum, { count }) => sum + count, 0),
  }
}

async function rowsOf<Row>(database: Database, partition: string): Promise<Row[]> {
  const rows: Row[] = []
  let start: Record<string, never> | undefined
  do {
    const page = await orNone(database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: partition } }, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) }))
    for (const item of page?.Items ?? []) rows.push(JSON.parse(item['row']!.S!) as Row)
    start = page?.LastEvaluatedKey as Record<string, never> | undefined
  } while (start !== undefined)
  return rows
}

function keyOf(id: string): { pk: { S: string }; sk: { S: string } } {
  let hash = 0
  for (let index = 0; index < id.length; index += 1) hash = (hash * 31 + id.charCodeAt(index)) | 0
  return { pk: { S: `running#${(hash >>> 0) % runningShards}` }, sk: { S: id } }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
