// A minute as it is stored, read once: each request once, and where each lies.
import type { Database } from '../persist/index.ts'
import { lengthOf, packKinds, packsBetween, packShards, type Place, type RequestRow, shards, singleRows } from '../store/index.ts'

/** What one item holds of a minute. */
export interface StoredPart {
  rows: readonly RequestRow[]
  place: Place
  isWitnessed: boolean
}

/** Every item of a minute. */
export async function readMinute(database: Database, minute: number): Promise<StoredPart[]> {
  const span = { from: minute, to: minute + lengthOf('minute'), withRecords: true }
  const parts: StoredPart[] = []
  await Promise.all([
    ...Array.from({ length: shards }, async (_, shard) => {
      for await (const { row, isWitnessed } of singleRows(database, { ...span, shard })) parts.push({ rows: [row], place: { kind: 'single', shard }, isWitnessed })
    }),
    ...packKinds.flatMap((kind) => Array.from({ length: packShards }, async (_, shard) => {
      for await (const { rows } of packsBetween(database, { ...span, kind, shard })) parts.push({ rows, place: { kind, shard }, isWitnessed: false })
    })),
  ])
  return parts
}

/** Each request of some items once: its own word wins over what others witnessed, then what has a record. */
export function onceEach(parts: readonly Pick<StoredPart, 'rows' | 'isWitnessed'>[]): RequestRow[] {
  const known = new Map<string, { row: RequestRow; isWitnessed: boolean }>()
  for (const { rows, isWitnessed } of parts) {
    for (const row of rows) {
      const name = `${row.started}#${row.requestId}`
      const other = known.get(name)
      if (other === undefined || (other.isWitnessed && !isWitnessed) || (other.isWitnessed === isWitnessed && other.row.record === undefined)) known.set(name, { row, isWitnessed })
    }
  }
  return [...known.values()].map(({ row }) => row)
}
