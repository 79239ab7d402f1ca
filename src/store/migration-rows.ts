// Which migrations have run on a stage, by whom, and how far one that runs has come.
import type { Database } from '../persist/index.ts'
import { isDone, orNone } from './conditional.ts'
import { storeDefinition } from './definition.ts'

/** What a migration has done so far. */
export interface MigrationCounts {
  read: number
  changed: number
  deleted: number
  /** Items that somebody else wrote in between, so that they were read again. */
  again: number
}

/** How far a pass over a table has come: where each segment goes on, null where it is done. */
export interface PassPosition {
  segments: (Record<string, unknown> | 'begin' | null)[]
}

/** One migration of a stage. */
export interface MigrationRow {
  /** `001-lower-case`. */
  name: string
  /** Of the text of its file. */
  hash: string
  when: 'before-live' | 'after-live'
  state: 'running' | 'failed' | 'done'
  /** The identity of the credentials, and the user of the machine. */
  who: string
  /** Version that was deployed with it. */
  version?: string
  /** ISO 8601. */
  started: string
  ended?: string
  counts: MigrationCounts
  /** By pass: the table, and its turn where a migration goes over it several times. */
  passes: Record<string, PassPosition>
  /** Why it stopped. */
  note?: string
}

const partition = 'migrations'

/** Every migration that has begun on the stage, by number; none where it has no table yet. */
export async function listMigrations(database: Database): Promise<MigrationRow[]> {
  const rows: MigrationRow[] = []
  let start: Record<string, never> | undefined
  do {
    const page = await orNone(database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: partition } }, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) }))
    rows.push(...(page?.Items ?? []).map((item) => JSON.parse(item['migration']!.S!) as MigrationRow))
    start = page?.LastEvaluatedKey as Record<string, never> | undefined
  } while (start !== undefined)
  return rows
}

/** Writes a migration for the run that takes it over; what an earlier run still writes is refused from then on. */
export async function beginMigration(database: Database, row: MigrationRow, owner: string): Promise<void> {
  await database.run('PutItem', { TableName: table(database), Item: itemOf(row, owner) })
}

/** Writes what a run has come to; false where another run has taken it over. */
export async function noteMigration(database: Database, row: MigrationRow, owner: string): Promise<boolean> {
  return await isDone(database.run('PutItem', { TableName: table(database), Item: itemOf(row, owner), ConditionExpression: '#owner = :own', ExpressionAttributeNames: { '#owner': 'owner' }, ExpressionAttributeValues: { ':own': { S: owner } } }))
}

function itemOf(row: MigrationRow, owner: string): Record<string, { S: string }> {
  return { pk: { S: partition }, sk: { S: row.name }, owner: { S: owner }, migration: { S: JSON.stringify(row) } }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
