// Goes over a table in segments, page by page, each page noted when it is done with; a pass that was stopped goes on there.
import type { Database } from '../persist/index.ts'
import type { Attributes } from '../persist/stored.ts'
import { type PassPosition, untilTaken } from '../store/index.ts'

export interface Pass {
  database: Database
  /** Logical name of the table. */
  table: string
  /** Items of a page; by default as many as DynamoDB gives, 1 MB at most. */
  limit?: number
  /** Where segments go on; moved as pages are done. */
  position: PassPosition
  /** Does what is to be done with the items of a page. */
  page(items: Attributes[]): Promise<void>
  /** Keeps the position. */
  finished(): Promise<void>
  /** Throws where the pass may not go on. */
  check(): void
}

/** Where a pass that has not begun begins. */
export function newPosition(segments: number): PassPosition {
  return { segments: Array.from({ length: segments }, () => 'begin' as const) }
}

/** Goes over what is not done. Rejects with what stands against it, once no segment works any more. */
export async function goOver(pass: Pass): Promise<void> {
  let failure: { error: unknown } | undefined
  await Promise.all(pass.position.segments.map(async (_, segment) => {
    try {
      await goOverSegment(pass, segment, () => failure !== undefined)
    } catch (error) {
      failure ??= { error }
    }
  }))
  if (failure !== undefined) throw failure.error
}

async function goOverSegment({ database, table, limit, position: { segments }, page, finished, check }: Pass, segment: number, isOver: () => boolean): Promise<void> {
  while (segments[segment] !== null && !isOver()) {
    check()
    const from = segments[segment]
    const answer = await untilTaken(() => database.run('Scan', { TableName: `${database.prefix}${table}`, ConsistentRead: true, ...(limit === undefined ? {} : { Limit: limit }), Segment: segment, TotalSegments: segments.length, ...(from === 'begin' ? {} : { ExclusiveStartKey: from as Attributes }) }))
    await page((answer.Items ?? []) as Attributes[])
    segments[segment] = (answer.LastEvaluatedKey as Record<string, unknown> | undefined) ?? null
    await finished()
  }
}

/** Works on items a few at a time. */
export async function inParallel<Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
}
