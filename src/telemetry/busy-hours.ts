// Which hours of a span can hold requests: so that a look back over days reads little where there was little.
import type { Database } from '../persist/index.ts'
import { lengthOf, markedMinutes, notedMinutes, notedMs, readCountsBetween, readHorizon, startOf } from '../store/index.ts'

export interface BusyHours {
  /** Whether an hour can hold any request. */
  hasRequests(hour: number): boolean
  /** Whether a minute is counted, and was not disturbed since. */
  isSettled(minute: number): boolean
  /** Whether an hour can hold packs. */
  hasPacks(hour: number): boolean
  /** Whether every minute of an hour is known to be in the index. */
  isIndexed(hour: number): boolean
  /** Into how many parts the index of an hour is written once more; undefined where it is not, or no longer whole. */
  findParts(hour: number): number | undefined
}

// Counts of hours are kept for 90 days, those of days for 800, and requests perhaps longer.
const countedMs = 89 * lengthOf('day')
const countedDaysMs = 799 * lengthOf('day')

/** Looks the hours of a span up, in a few reads. */
export async function busyHours(database: Database, { from, to }: { from: number; to: number }): Promise<BusyHours> {
  const now = database.now()
  const notedFrom = Math.max(from, now - notedMs)
  // One after the other: what counting has passed is counted or marked, and of a minute that is marked no longer the counts are the new ones.
  const horizon = await readHorizon(database)
  const open = await markedMinutes(database)
  const [noted, counts, days] = await Promise.all([
    notedMinutes(database, { from: startOf('minute', notedFrom), to }),
    readCountsBetween(database, 'hour', { from: Math.max(startOf('hour', from), startOf('hour', now - countedMs)), to }),
    from >= now - countedMs ? new Map<number, { counts: string }>() : readCountsBetween(database, 'day', { from: Math.max(startOf('day', from), startOf('day', now - countedDaysMs)), to: Math.min(to, now - countedMs) }),
  ])
  const [busy, marked] = [hoursOf(noted), hoursOf(open.map(({ minute }) => minute))]
  const settled = horizon === undefined ? 0 : (horizon.pending ?? horizon.upTo)
  const isCounted = (hour: number): boolean => hour + lengthOf('hour') <= settled && hour >= now - countedDaysMs && !marked.has(hour)
  const countsOf = (hour: number): string => (hour >= now - countedMs ? counts.get(hour) : days.get(startOf('day', hour)))?.counts ?? '{}'
  // Who takes the first lines in starts the horizon: without one there is at most what is noted this moment.
  const isNew = horizon === undefined && open.length === 0
  const hasRequests = (hour: number): boolean => (isNew ? busy.has(hour) : !isCounted(hour) || countsOf(hour) !== '{}')
  const disturbed = new Set(open.map(({ minute }) => minute))
  return { hasRequests, isSettled: (minute) => minute < settled && !disturbed.has(minute), hasPacks: (hour) => hasRequests(hour) && (hour < notedFrom || busy.has(hour)), isIndexed: (hour) => isCounted(hour) && counts.get(hour)?.hasPacks === true, findParts: (hour) => (hour + lengthOf('hour') <= settled && counts.get(hour)?.hasPacks === true ? counts.get(hour)?.findParts : undefined) }
}

function hoursOf(minutes: readonly number[]): Set<number> {
  return new Set(minutes.map((minute) => startOf('hour', minute)))
}
