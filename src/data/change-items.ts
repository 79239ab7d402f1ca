// Goes over a table in segments and batches and changes its items; each batch is noted when it is finished.
import type { PersistSpec } from '../openapi/index.ts'
import type { Database } from '../persist/index.ts'
import { type Attributes, attributesBytes, isExpired, keyProperties, keyWords } from '../persist/stored.ts'
import { type MigrationCounts, type PassPosition, untilTaken } from '../store/index.ts'
import { goOver, inParallel } from './go-over.ts'
import { type Pace, writeUnits } from './pace.ts'
import { type Change, writeChange } from './write-change.ts'

export interface ChangeWork {
  database: Database
  spec: PersistSpec
  /** What becomes of an item; undefined where it stays. */
  change(attributes: Attributes): Promise<Change | undefined>
  /** Where segments go on; moved as batches are finished. */
  position: PassPosition
  /** Added to as items are done. */
  counts: MigrationCounts
  pace: Pace
  /** Keeps position and counts; a batch that it has kept is not done again. */
  finished(): Promise<void>
  /** Throws where the run may not go on. */
  check(): void
  /** Told each change; in a dry run nothing else happens. */
  seen?(before: Attributes, change: Change): void
  /** Told each item that is done, as it is now; not in a dry run. */
  settled?(attributes: Attributes): Promise<void>
  dryRun: boolean
}

/** Items of a batch. */
export const batchItems = 100
const atOnce = 8
const mostTries = 50

/** Changes the items of every segment that is not done. Rejects with what stands against it, once no segment works any more. */
export async function changeItems(work: ChangeWork): Promise<void> {
  const { database, spec, position, finished, check } = work
  await goOver({
    database,
    table: spec.table,
    limit: batchItems,
    position,
    finished,
    check,
    page: (items) => inParallel(items, atOnce, async (item) => {
      check()
      await changeItem(work, item)
    }),
  })
}

async function changeItem(work: ChangeWork, read: Attributes): Promise<void> {
  const { database, spec, counts, pace } = work
  if (isExpired(spec, read, database.now())) return
  counts.read += 1
  let before: Attributes | undefined = read
  for (let tries = 1; before !== undefined; tries++) {
    const change = await work.change(before)
    if (change === undefined) return work.dryRun ? undefined : await work.settled?.(before)
    if (!work.dryRun) {
      await pace.spend(writeUnits(attributesBytes(change.kind === 'put' ? change.attributes : before), spec.indexes.length))
      if (!(await writeChange({ database, spec }, before, change))) {
        counts.again += 1
        if (tries === mostTries) throw new Error(`The item with ${keyWords(spec, before)} was written by somebody else ${mostTries} times while it was to be changed`)
        before = await readAgain(work, before)
        continue
      }
    }
    if (change.kind === 'delete') counts.deleted += 1
    else counts.changed += 1
    work.seen?.(before, change)
    if (!work.dryRun && change.kind === 'put') await work.settled?.(change.attributes)
    return
  }
}

async function readAgain({ database, spec }: ChangeWork, before: Attributes): Promise<Attributes | undefined> {
  const { Item: item } = await untilTaken(() => database.run('GetItem', { TableName: `${database.prefix}${spec.table}`, Key: Object.fromEntries(keyProperties(spec).map((key) => [key, before[key]!])), ConsistentRead: true }))
  return item as Attributes | undefined
}
