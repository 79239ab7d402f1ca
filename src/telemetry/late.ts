// Tells counting of rows that were stored in minutes which it may have passed.
import type { Database } from '../persist/index.ts'
import { lengthOf, markMinute, readHorizon, startHorizon, startOf } from '../store/index.ts'

// Counting waits for two minutes; clocks in AWS differ by far less than one.
const freshMs = 60_000

// Databases whose counting has begun: it never ends.
const isBegun = new WeakSet<Database>()

/** Marks the minutes of these times that are counted already. To be called after their rows were stored. */
export async function markLate(database: Database, times: readonly number[]): Promise<void> {
  // After the rows: counting moves its horizon first and looks at rows then, so one of the two sees the other.
  if (times.length === 0) return
  const minutes = [...new Set(times.map((time) => startOf('minute', time)))]
  // No run of counting can have come so far yet, whatever clock it goes by.
  if (isBegun.has(database) && database.now() < Math.min(...minutes) + lengthOf('minute') + freshMs) return
  let horizon = await readHorizon(database)
  if (horizon === undefined) {
    await startHorizon(database, Math.min(...minutes))
    horizon = (await readHorizon(database))!
  }
  isBegun.add(database)
  const { upTo } = horizon
  for (const minute of minutes) if (minute < upTo) await markMinute(database, minute)
}
