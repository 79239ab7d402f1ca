// What an alert looks at, as a number.
import type { Database } from '../persist/index.ts'
import { lengthOf, startOf } from '../store/index.ts'
import type { Alert } from './alert-settings.ts'
import { answeredBy, type Counts, noCounts, percentile, totalOf } from './counts.ts'
import { badLines } from './ingest.ts'
import { readStats } from './stats.ts'

/** What only the account knows. */
export type AccountMetric = 'function_throttles' | 'concurrency' | 'table_throttles'

/** Where metrics of the account come from; a machine of one's own has none. */
export interface AccountMetrics {
  /** The sum (of concurrency: the maximum) over a span; undefined where it is not known. */
  value(metric: AccountMetric, span: { from: number; to: number }): Promise<number | undefined>
}

export interface Measured {
  database: Database
  account?: AccountMetrics
}

/** What alerts are measured by; spans that several look at are read once. */
export function alertMeter({ database, account }: Measured): (alert: Alert, span: { from: number; to: number }) => Promise<number | undefined> {
  const known = new Map<string, ReturnType<typeof readStats>>()
  const stats = (span: { from: number; to: number }): ReturnType<typeof readStats> => {
    const key = `${span.from} ${span.to}`
    const reading = known.get(key) ?? readStats(database, span)
    known.set(key, reading)
    return reading
  }
  return async (alert, span) => {
    const { metric, operation } = alert
    if (metric === 'function_throttles' || metric === 'concurrency' || metric === 'table_throttles') return await account?.value(metric, span)
    const counts = await stats(span)
    return valueOf(alert, operation === undefined ? totalOf(counts) : (counts.get(operation) ?? noCounts()))
  }
}

/** The span that an alert looks at: whole minutes, the last one is the one before now. */
export function windowOf({ window }: Alert, now: number): { from: number; to: number } {
  const to = startOf('minute', now)
  return { from: to - Math.ceil(window / 60) * lengthOf('minute'), to }
}

const shares = { p50_ms: 0.5, p95_ms: 0.95, p99_ms: 0.99, p999_ms: 0.999 } as const

/** Undefined where nothing was measured, such as the latency of no requests. */
export function valueOf({ metric, event, ownMetric, statistic }: Alert, counts: Counts): number | undefined {
  const percent = (part: number): number => (counts.requests === 0 ? 0 : (part * 100) / counts.requests)
  if (event !== undefined) return event === 'ingest_failure' ? (counts.metrics[badLines]?.count ?? 0) : answeredBy(counts, event)
  if (metric === undefined) return ownValue(counts, ownMetric ?? '', statistic)
  if (metric === 'requests') return counts.requests
  if (metric === 'errors') return counts.errors
  if (metric === 'error_percent') return percent(counts.errors)
  if (metric === 'client_error_percent') return percent(answeredBy(counts, '4xx'))
  if (metric === 'throttled') return answeredBy(counts, '429')
  if (metric === 'average_ms') return counts.requests === 0 ? undefined : counts.duration / counts.requests
  return metric in shares ? percentile(counts, shares[metric as keyof typeof shares]) : undefined
}

function ownValue({ metrics }: Counts, name: string, statistic: Alert['statistic']): number | undefined {
  const own = metrics[name]
  if (statistic === 'sum' || statistic === 'count') return own?.[statistic] ?? 0
  if (own === undefined) return undefined
  return statistic === 'average' ? own.sum / own.count : statistic === 'minimum' ? own.min : own.max
}
