// Writes the index of hours that have closed in parts, so that a look back over a week reads one of each hour.
import type { Database } from '../persist/index.ts'
import { dropFindParts, lengthOf, markedMinutes, noteFindParts, readCountsBetween, readHorizon, startOf, writeHourFinds } from '../store/index.ts'

// An hour is written when most late lines are there, and again, if some came later, when none can come any more.
const writtenAfter = [10, 48 * 60].map((minutes) => minutes * lengthOf('minute'))
// So far back a look goes beyond the last one, and one without a last one.
const [againWithin, firstWithin] = [3 * lengthOf('hour'), 12 * lengthOf('hour')]

// By database: the last hour that was due when hours were looked at.
const lookedAt = new WeakMap<Database, number>()

/** Writes the index of each hour that is due and has none. To be called every minute; looks once an hour. */
export async function indexHours(database: Database, now: number = database.now()): Promise<void> {
  const horizon = await readHorizon(database)
  const settled = Math.min(horizon === undefined ? 0 : (horizon.pending ?? horizon.upTo), now)
  const due = startOf('hour', settled - writtenAfter[0]!)
  const last = lookedAt.get(database)
  if (last === due || horizon === undefined) return
  const marked = new Set((await markedMinutes(database)).map(({ minute }) => startOf('hour', minute)))
  for (const after of writtenAfter) {
    const to = startOf('hour', settled - after)
    for (const [hour, { hasPacks, findParts, revision }] of await readCountsBetween(database, 'hour', { from: to - (last === undefined ? firstWithin : due - last + againWithin), to })) {
      // An hour of which a minute is to be counted anew is left to the next look.
      if (!hasPacks || findParts !== undefined || marked.has(hour)) continue
      const parts = await writeHourFinds(database, hour)
      // Not where it was counted anew meanwhile.
      if (parts !== undefined) await noteFindParts(database, { hour, seen: revision, parts })
    }
  }
  lookedAt.set(database, due)
}

// Nobody writes the index of an hour before: clocks differ by less than what is between.
const droppedAfter = 5 * lengthOf('minute')

/** Says that the index of the hour of a minute is no longer whole. To be called when the entries of the minute were written. */
export async function dropHourIndex(database: Database, minute: number): Promise<void> {
  const end = startOf('hour', minute) + lengthOf('hour')
  if (database.now() >= end + droppedAfter) await dropFindParts(database, startOf('hour', minute))
}
