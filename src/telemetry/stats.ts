// Counts of any span of time, exact to the minute, also while lines still arrive.
import type { Database } from '../persist/index.ts'
import { lengthOf, markedMinutes, readCountsBetween, readHorizon, type Span, startOf } from '../store/index.ts'
import { type CountsByOperation, mergeCounts, parseCounts } from './counts.ts'
import { countRows } from './compact.ts'

/**
 * The counts of the minutes from one time to another (epoch milliseconds; the end left out), by operation.
 * Whole days and hours come as they were stored; what is open, or marked, is counted from the rows.
 */
export async function readStats(database: Database, { from, to }: { from: number; to: number }): Promise<CountsByOperation> {
  const sum: CountsByOperation = new Map()
  const [start, end] = [startOf('minute', from), startOf('minute', to + lengthOf('minute') - 1)]
  const { upTo, pending } = (await readHorizon(database)) ?? { upTo: 0 }
  const open = new Set((await markedMinutes(database)).map(({ minute }) => minute))
  const settled = Math.min(end, pending ?? upTo)
  // The largest spans first: a month is thirty days, not forty thousand minutes.
  await addSpans(database, 'day', { from: start, to: Math.max(start, settled), open, sum })
  mergeCounts(sum, await countRows(database, { from: Math.max(start, settled), to: end }))
  for (const minute of open) if (minute >= start && minute < settled) mergeCounts(sum, await countRows(database, { from: minute, to: minute + lengthOf('minute') }))
  return sum
}

interface Settled {
  from: number
  to: number
  /** Minutes whose stored counts are out of date. */
  open: ReadonlySet<number>
  sum: CountsByOperation
}

async function addSpans(database: Database, span: Span, { from, to, open, sum }: Settled): Promise<void> {
  if (to <= from) return
  if (span === 'minute') {
    const stored = await readCountsBetween(database, 'minute', { from, to })
    for (const [minute, { counts }] of stored) if (!open.has(minute)) mergeCounts(sum, parseCounts(counts))
    return
  }
  const smaller: Span = span === 'day' ? 'hour' : 'minute'
  const [first, last] = [startOf(span, from + lengthOf(span) - 1), startOf(span, to)]
  if (last <= first) return addSpans(database, smaller, { from, to, open, sum })
  await addSpans(database, smaller, { from, to: first, open, sum })
  const stored = await readCountsBetween(database, span, { from: first, to: last })
  const disturbed = new Set([...open].map((minute) => startOf(span, minute)))
  for (const [start, { counts }] of stored) if (!disturbed.has(start)) mergeCounts(sum, parseCounts(counts))
  for (const start of disturbed) if (start >= first && start < last) await addSpans(database, smaller, { from: start, to: start + lengthOf(span), open, sum })
  await addSpans(database, smaller, { from: last, to, open, sum })
}
