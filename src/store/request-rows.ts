// Requests as they are stored, whichever way: packed, in a row each, or both; each is read once.
import type { Database } from '../persist/index.ts'
import { noteMinutes } from './minute-notes.ts'
import { nameOf, type PackKind, packsBetween, packShards, putPacks } from './pack-rows.ts'
import { type NewRow, type RequestRow, shardOf, shards } from './request-row.ts'
import { singleRows } from './single-rows.ts'

/** Stores rows. Those that are there already stay as they are, for they are the same. */
export async function putRequestRows(database: Database, rows: readonly NewRow[]): Promise<void> {
  // Before the rows: counting looks for requests in the minutes that are noted.
  await noteMinutes(database, rows.map(({ started }) => started))
  await putPacks(database, rows)
}

export interface RowSpan {
  /** Epoch milliseconds of one hour; the end left out. */
  from: number
  to: number
  /** Only the requests that have this shard by their id; all by default. */
  shard?: number
  withRecords?: boolean
  newestFirst?: boolean
  /** Only requests from level `warn` or status 400 on. */
  onlySerious?: boolean
  /** Whether the hour can hold packs; true by default. */
  hasPacks?: boolean
  /** How many rows or packs one call reads; for who may need only a few. */
  pageSize?: number
}

/** The requests of one hour between two times, oldest first by default. */
export async function* requestRows(database: Database, span: RowSpan): AsyncGenerator<RequestRow> {
  const { shard, newestFirst = false } = span
  if (span.to <= span.from) return
  const oldestLast: RequestRow[] = []
  for await (const row of onceEach(newestOfAll(sourcesOf(database, span)))) {
    if (shard !== undefined && shardOf(row.requestId) !== shard) continue
    if (newestFirst) yield row
    else oldestLast.push(row)
  }
  yield* oldestLast.reverse()
}

interface Found {
  row: RequestRow
  isWitnessed: boolean
}

type Block = Found[]

function sourcesOf(database: Database, { from, to, withRecords = false, onlySerious = false, hasPacks = true, pageSize }: RowSpan): AsyncGenerator<Block>[] {
  const kinds: PackKind[] = !hasPacks ? [] : onlySerious ? ['w'] : ['w', 'i']
  const page = pageSize === undefined ? {} : { limit: pageSize }
  return [
    ...Array.from({ length: shards }, (_, shard) => singleBlocks(database, { from, to, shard, withRecords, ...page })),
    ...kinds.flatMap((kind) => Array.from({ length: packShards }, (_, shard) => packBlocks(database, { from, to, shard, kind, withRecords, ...page }))),
  ]
}

async function* singleBlocks(database: Database, span: Parameters<typeof singleRows>[1]): AsyncGenerator<Block> {
  for await (const found of singleRows(database, span)) yield [found]
}

async function* packBlocks(database: Database, span: Parameters<typeof packsBetween>[1]): AsyncGenerator<Block> {
  for await (const { rows } of packsBetween(database, span)) {
    const inside = rows.filter(({ started }) => started >= span.from && started < span.to)
    if (inside.length > 0) yield inside.map((row) => ({ row, isWitnessed: false })).sort((one, other) => other.row.started - one.row.started)
  }
}

// Blocks come with their newest request first: what is newer than every block to come can leave.
async function* newestOfAll(sources: AsyncGenerator<Block>[]): AsyncGenerator<Found> {
  const heads = await Promise.all(sources.map(async (source) => (await source.next()).value as Block | undefined))
  const open: Block[] = []
  try {
    for (;;) {
      const source = newestBlock(heads)
      const block = newestBlock(open)
      if (source < 0 && block < 0) return
      // At equal times the blocks are opened first, so that copies of a request leave one after the other.
      if (source >= 0 && (block < 0 || heads[source]![0]!.row.started >= open[block]![0]!.row.started)) {
        open.push(heads[source]!)
        heads[source] = (await sources[source]!.next()).value as Block | undefined
      } else {
        yield open[block]!.shift()!
        if (open[block]!.length === 0) open.splice(block, 1)
      }
    }
  } finally {
    await Promise.all(sources.map((source) => source.return(undefined)))
  }
}

function newestBlock(blocks: readonly (Block | undefined)[]): number {
  let newest = -1
  for (const [index, block] of blocks.entries()) if (block !== undefined && (newest < 0 || block[0]!.row.started > blocks[newest]![0]!.row.started)) newest = index
  return newest
}

// Copies have the same time. A request's own word wins over what others witnessed.
async function* onceEach(found: AsyncGenerator<Found>): AsyncGenerator<RequestRow> {
  let same = new Map<string, Found>()
  let time: number | undefined
  for await (const one of found) {
    if (one.row.started !== time) {
      yield* inOrder(same)
      same = new Map()
      time = one.row.started
    }
    const name = nameOf(one.row)
    const known = same.get(name)
    // Of two of a kind the one with a record says more.
    if (known === undefined || (known.isWitnessed && !one.isWitnessed) || (known.isWitnessed === one.isWitnessed && known.row.record === undefined)) same.set(name, one)
  }
  yield* inOrder(same)
}

function* inOrder(same: ReadonlyMap<string, Found>): Generator<RequestRow> {
  if (same.size === 1) yield same.values().next().value!.row
  else for (const [, { row }] of [...same].sort(([one], [other]) => (one < other ? 1 : -1))) yield row
}
