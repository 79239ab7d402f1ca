// What archiving keeps in the kit's table: minutes that have to be looked at again, and who is at work.
import type { Database } from '../persist/index.ts'
import { readState, writeState } from './claim-rows.ts'
import { isDone } from './conditional.ts'
import { storeDefinition } from './definition.ts'

/** A minute whose requests may not all be in the archive. */
export interface LateMinute {
  minute: number
  tag: string
}

// Lines are taken in for two days; what waits longer than this waits for an archive that is no more.
const keptSeconds = 7 * 86_400

/** Notes that a minute got requests when it may have been archived. */
export async function noteLateMinute(database: Database, minute: number): Promise<void> {
  await database.run('PutItem', { TableName: table(database), Item: { ...lateKey(minute), tag: { S: process.getBuiltinModule('node:crypto').randomUUID() }, expires: { N: String(Math.ceil(database.now() / 1000) + keptSeconds) } } })
}

/** The minutes that are noted, in order. */
export async function lateMinutes(database: Database): Promise<LateMinute[]> {
  const found: LateMinute[] = []
  let start: Record<string, never> | undefined
  do {
    const page = await database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': lateKey(0).pk }, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
    for (const item of page.Items ?? []) found.push({ minute: Date.parse(item['sk']!.S!), tag: item['tag']!.S! })
    start = page.LastEvaluatedKey as Record<string, never> | undefined
  } while (start !== undefined)
  return found
}

/** Takes a note away, unless the minute was noted anew since it was read. */
export async function forgetLateMinute(database: Database, { minute, tag }: LateMinute): Promise<void> {
  await isDone(database.run('DeleteItem', { TableName: table(database), Key: lateKey(minute), ConditionExpression: 'tag = :tag', ExpressionAttributeValues: { ':tag': { S: tag } } }))
}

/** The bucket of an archive. */
export interface ArchivePlace {
  bucket: string
  region: string
}

/** Notes where a stage archives, for whoever looks for it. */
export async function noteArchivePlace(database: Database, { bucket, region }: ArchivePlace): Promise<void> {
  const known = await readState(database, place)
  const state = JSON.stringify({ bucket, region })
  // Nobody else writes another one: a second writer would have the same.
  if (known?.state !== state) await writeState(database, place, { state, seen: known?.revision, expires: farFuture })
}

/** Where a stage archives; undefined where it never has. */
export async function readArchivePlace(database: Database): Promise<ArchivePlace | undefined> {
  const known = await readState(database, place)
  return known === undefined ? undefined : (JSON.parse(known.state) as ArchivePlace)
}

const place = { kind: 'archive', name: 'place' }
// For as long as there is a stage.
const farFuture = 253_402_300_799

/** The right to write into the archive, which one process has at a time. */
export interface ArchiveLease {
  /** Makes it hold on; false where it was lost. */
  renew(): Promise<boolean>
  end(): Promise<void>
}

// Longer than any function that archives can live, and than any write of it can be under way.
const leaseMs = 5 * 60_000

/** Takes the right to write into the archive; undefined where somebody else has it. */
export async function takeArchiveLease(database: Database): Promise<ArchiveLease | undefined> {
  const write = async (until: number, seen: string | undefined): Promise<string | undefined> => await writeState(database, lease, { state: JSON.stringify({ until }), seen, expires: Math.ceil(database.now() / 1000) + keptSeconds })
  const known = await readState(database, lease)
  if (known !== undefined && (JSON.parse(known.state) as { until: number }).until > database.now()) return undefined
  let own = await write(database.now() + leaseMs, known?.revision)
  if (own === undefined) return undefined
  return {
    async renew() {
      if (own !== undefined) own = await write(database.now() + leaseMs, own)
      return own !== undefined
    },
    async end() {
      if (own !== undefined) await write(0, own)
    },
  }
}

const lease = { kind: 'archive', name: 'lease' }

function lateKey(minute: number): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: 'archive-late' }, sk: { S: new Date(minute).toISOString() } }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
