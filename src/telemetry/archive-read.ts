// Requests out of the archive, newest first, and together with those that are still in the table: each once.
import { lengthOf, type RequestRow, startOf } from '../store/index.ts'
import { type ArchiveFiles, daysBetween, hourOf, type PartName, partsOfDay, readBlock, readIndex } from './archive-files.ts'
import { type ArchiveBlock, mayHold } from './archive-part.ts'

/** An archive as it is looked at. */
export interface ArchiveLook {
  files: ArchiveFiles
  /** Epoch milliseconds: what began before it may be gone from the table. */
  before: number
  /** Files that may be read. */
  mostFiles?: number
}

/** How many files may still be read, and where it ended when there were too many: everything from there on was looked at. */
export interface FileBudget {
  left: number
  stoppedAt?: number
}

/** Files that one page reads at most. */
export const mostArchiveFiles = 5000

const parallel = 8

/** The archived requests of a span that may be meant, newest first. */
export async function* archivedRequests(files: ArchiveFiles, { from, to, value, onlySerious, budget }: { from: number; to: number; value: string | undefined; onlySerious: boolean; budget: FileBudget }): AsyncGenerator<RequestRow> {
  const isWanted = (block: ArchiveBlock): boolean => Date.parse(block.from) < to && Date.parse(block.to) >= from && (block.remarkable || !onlySerious) && (value === undefined || mayHold(block, value))
  for (const day of to <= from ? [] : daysBetween({ from, to })) {
    const parts = (await partsOfDay(files, day)).map(({ part }) => part).filter((part) => hourOf(part) < to && hourOf(part) + lengthOf('hour') > from)
    const byHour = new Map<number, PartName[]>()
    for (const part of parts.reverse()) byHour.set(hourOf(part), [...(byHour.get(hourOf(part)) ?? []), part])
    for (const [hour, ofHour] of byHour) {
      // A page goes on by one hour at least, and within it by one block, or it would never end.
      if (budget.left < ofHour.length && hour + lengthOf('hour') < to) return void (budget.stoppedAt = hour + lengthOf('hour'))
      const blocks = await blocksOf(files, ofHour, isWanted)
      budget.left -= ofHour.length
      for await (const row of newestOf(files, blocks, { to, budget })) if (row.metric === undefined && row.started >= from && row.started < to) yield row
      if (budget.stoppedAt !== undefined) return
    }
  }
}

/** Requests of the table and of the archive, newest first, each once; ends where the archive was not looked at any further. */
export async function* withArchived(stored: AsyncGenerator<RequestRow>, archived: AsyncGenerator<RequestRow>, budget: FileBudget): AsyncGenerator<RequestRow> {
  const seen = new Set<string>()
  let time: number | undefined
  try {
    let [one, other] = await Promise.all([stored.next(), archived.next()])
    while (one.done !== true || other.done !== true) {
      const isStored = other.done === true || (one.done !== true && (one.value as RequestRow).started >= (other.value as RequestRow).started)
      const row = (isStored ? one : other).value as RequestRow
      if (budget.stoppedAt !== undefined && row.started < budget.stoppedAt) return
      if (isStored) one = await stored.next()
      else other = await archived.next()
      if (row.started !== time) seen.clear()
      time = row.started
      if (seen.has(row.requestId)) continue
      seen.add(row.requestId)
      yield row
    }
  } finally {
    await Promise.all([stored.return(undefined), archived.return(undefined)])
  }
}

interface FoundBlock {
  part: PartName
  block: ArchiveBlock
}

async function blocksOf(files: ArchiveFiles, parts: readonly PartName[], isWanted: (block: ArchiveBlock) => boolean): Promise<FoundBlock[]> {
  const found: FoundBlock[] = []
  const next = parts.values()
  await Promise.all(Array.from({ length: parallel }, async () => {
    for (const part of next) found.push(...((await readIndex(files, part))?.blocks ?? []).filter(isWanted).map((block) => ({ part, block })))
  }))
  return found.sort((one, other) => Date.parse(other.block.to) - Date.parse(one.block.to))
}

// Blocks are opened when nothing that is open is newer than all that they may hold.
async function* newestOf(files: ArchiveFiles, blocks: FoundBlock[], { to, budget }: { to: number; budget: FileBudget }): AsyncGenerator<RequestRow> {
  const open: RequestRow[] = []
  for (;;) {
    const next = blocks[0]
    if (next !== undefined && (open.length === 0 || Date.parse(next.block.to) >= open.at(-1)!.started)) {
      if (budget.left <= 0 && Date.parse(next.block.to) + 1 < to) return void (budget.stoppedAt = Date.parse(next.block.to) + 1)
      budget.left -= 1
      blocks.shift()
      // Newest last, so that taking one moves no other.
      open.push(...(await readBlock(files, next.part, next.block)))
      open.sort((one, other) => one.started - other.started || (one.requestId < other.requestId ? -1 : 1))
    } else if (open.length === 0) return
    else yield open.pop()!
  }
}

/** From when on everything of the table is there, for rules of keeping. */
export function keptFrom(now: number, { volatileDays, days }: { volatileDays: number; days: number }): number {
  return startOf('minute', now - Math.max(2, Math.min(volatileDays, days)) * lengthOf('day')) + lengthOf('hour')
}
