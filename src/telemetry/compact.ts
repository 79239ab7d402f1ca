// Counts closed minutes, and the hours and days that they make up. Every count is made anew from the rows, never added to,
// so that nothing is counted twice however often and wherever this is stopped.
import type { Database } from '../persist/index.ts'
import { lengthOf, markedMinutes, markMinute, moveHorizon, notedMinutes, noteLateMinute, notedMs, readCounts, readCountsBetween, readHorizon, type RequestRow, requestRows, settleHorizon, shards, singleRows, type Span, startOf, unmarkMinute, writeCounts } from '../store/index.ts'
import { mayBeArchived } from './archive-run.ts'
import { indexMinute } from './find-index.ts'
import { dropHourIndex, indexHours } from './hour-index.ts'
import { onceEach, readMinute } from './minute-rows.ts'
import { type CountsByOperation, countRow, mergeCounts, parseCounts, printCounts } from './counts.ts'

/** How long after its end a minute is counted: most lines have arrived by then, and a late one only costs counting it anew. */
const closedAfter = 120_000

/** How long counts are kept, in days. */
const keptDays: Record<Span, number> = { minute: 14, hour: 90, day: 800 }

/**
 * Counts what has closed since the last time, and what was marked. Several may run at once.
 * @param isArchived whether requests are archived: of minutes that may have been, the archive is told
 * @returns the minutes that were counted (epoch milliseconds)
 */
export async function compact(database: Database, { now = database.now(), limit = 600, isArchived = false }: { now?: number; limit?: number; isArchived?: boolean } = {}): Promise<number[]> {
  await beginMinutes(database, { now, limit })
  await markUncounted(database, now)
  const counted: number[] = []
  const failures: unknown[] = []
  for (const mark of (await markedMinutes(database)).slice(0, limit)) {
    try {
      await recount(database, mark.minute)
      // Before the mark goes: who is stopped in between tells of it again.
      if (isArchived && mayBeArchived(mark.minute, now)) await noteLateMinute(database, mark.minute)
      await unmarkMinute(database, mark)
      counted.push(mark.minute)
    } catch (failure) {
      // A minute that cannot be counted keeps its mark, and must not stand in the way of the others.
      failures.push(failure)
    }
  }
  await indexHours(database, now).catch((failure: unknown) => failures.push(failure))
  if (failures.length > 0) throw failures[0]
  return counted
}

/** The counts of a span of time (epoch milliseconds, the end left out) as its rows have them now. */
export async function countRows(database: Database, span: { from: number; to: number }): Promise<CountsByOperation> {
  const counts: CountsByOperation = new Map()
  await eachRow(database, span, (row) => countRow(counts, row))
  return counts
}

// The horizon moves before the look: who stores a row after that sees it moved and marks the minute himself,
// and who stored one before is seen by the look. A run that is stopped in between leaves the span for the next one.
async function beginMinutes(database: Database, { now, limit }: { now: number; limit: number }): Promise<void> {
  const known = await readHorizon(database)
  if (known === undefined) return
  const from = known.pending ?? known.upTo
  const to = known.pending === undefined ? Math.min(startOf('minute', now - closedAfter), from + limit * lengthOf('minute')) : known.upTo
  if (to <= from) return
  if (known.pending === undefined && !(await moveHorizon(database, { seen: known.upTo, from, to }))) return
  for (const minute of await minutesWithRows(database, { from, to })) await markMinute(database, minute)
  await settleHorizon(database, { from, to })
}

// Where packs are, or may soon be, is noted; rows of versions before packs, and of witnesses, are looked for.
async function minutesWithRows(database: Database, { from, to }: { from: number; to: number }): Promise<Set<number>> {
  const minutes = new Set(await notedMinutes(database, { from, to }))
  for (let hour = startOf('hour', from); hour < to; hour += lengthOf('hour')) {
    const span = { from: Math.max(hour, from), to: Math.min(hour + lengthOf('hour'), to) }
    await Promise.all(Array.from({ length: shards }, async (_, shard) => {
      // The newest row tells its minute, and the next look begins before it.
      for (let end: number | undefined = span.to; end !== undefined && end > span.from;) {
        const last: number = end
        end = undefined
        for await (const { row } of singleRows(database, { from: span.from, to: last, shard, withRecords: false, limit: 1 })) {
          minutes.add((end = startOf('minute', row.started)))
          break
        }
      }
    }))
  }
  return minutes
}

// By database: until when minutes were looked at for others to have counted them.
const lookedAt = new WeakMap<Database, number>()
const againAfter = lengthOf('hour')

// A version before packs counts what it sees of a minute, which after going back to it is less than there is: such minutes are counted anew.
async function markUncounted(database: Database, now: number): Promise<void> {
  const last = lookedAt.get(database)
  if (last !== undefined && now - last < againAfter) return
  const { upTo, pending } = (await readHorizon(database)) ?? { upTo: 0 }
  const span = { from: startOf('minute', now - notedMs), to: pending ?? upTo }
  const noted = await notedMinutes(database, span)
  const stored = noted.length === 0 ? new Map<number, { hasPacks: boolean }>() : await readCountsBetween(database, 'minute', { from: noted[0]!, to: span.to })
  for (const minute of noted) if (stored.get(minute)?.hasPacks !== true) await markMinute(database, minute)
  lookedAt.set(database, now)
}

async function eachRow(database: Database, { from, to }: { from: number; to: number }, see: (row: RequestRow) => void): Promise<void> {
  if (to <= from) return
  // Where no minute is noted there is no pack, as far as notes reach back.
  const noted = new Set((await notedMinutes(database, { from, to })).map((minute) => startOf('hour', minute)))
  const notedFrom = database.now() - notedMs
  for (let hour = startOf('hour', from); hour < to; hour += lengthOf('hour')) {
    for await (const row of requestRows(database, { from: Math.max(hour, from), to: Math.min(hour + lengthOf('hour'), to), newestFirst: true, hasPacks: hour < notedFrom || noted.has(hour) })) see(row)
  }
}

async function recount(database: Database, minute: number): Promise<void> {
  await rewrite(database, { span: 'minute', start: minute }, async () => {
    const parts = await readMinute(database, minute)
    // Before the count, which says that there is an index.
    await indexMinute(database, { minute, parts })
    await dropHourIndex(database, minute)
    const counts: CountsByOperation = new Map()
    for (const row of onceEach(parts)) countRow(counts, row)
    return { counts, hasPacks: true }
  })
  for (const [span, part] of [['hour', 'minute'], ['day', 'hour']] as const) {
    const start = startOf(span, minute)
    await rewrite(database, { span, start }, async () => {
      const counts: CountsByOperation = new Map()
      const stored = [...(await readCountsBetween(database, part, { from: start, to: start + lengthOf(span) })).values()]
      for (const one of stored) mergeCounts(counts, parseCounts(one.counts))
      // An hour in which a version before packs has counted a minute has no whole index, and says so for as long as its count lives.
      return { counts, hasPacks: stored.every((one) => one.hasPacks) }
    })
  }
}

// What was read first is written only if nobody wrote meanwhile: an older view must not replace a newer one.
async function rewrite(database: Database, { span, start }: { span: Span; start: number }, make: () => Promise<{ counts: CountsByOperation; hasPacks: boolean }>): Promise<void> {
  const expires = Math.ceil(start / 1000) + keptDays[span] * 86_400
  for (;;) {
    const before = await readCounts(database, span, start)
    const { hasPacks, ...made } = await make()
    const counts = printCounts(made.counts)
    if ((before?.hasPacks === hasPacks && before.counts === counts) || (await writeCounts(database, { span, start, counts, hasPacks, seen: before?.revision, expires }))) return
  }
}
