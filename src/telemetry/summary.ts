// Counts as people read them: shares and percentiles.
import { type Counts, percentile } from './counts.ts'

/** What is said of an operation in a span of time. Durations are milliseconds; undefined where there were no requests. */
export interface Summary {
  requests: number
  errors: number
  error_percent: number
  average_ms: number | undefined
  p50_ms: number | undefined
  p95_ms: number | undefined
  p99_ms: number | undefined
  p999_ms: number | undefined
  in_bytes: number
  out_bytes: number
  statuses: Record<string, number>
}

/** Sums counts up. Percentiles are wrong by five percent at most. */
export function summaryOf(counts: Counts): Summary {
  const { requests, errors, duration, inBytes, outBytes, statuses } = counts
  const share = (part: number): number | undefined => rounded(percentile(counts, part))
  return {
    requests,
    errors,
    error_percent: requests === 0 ? 0 : rounded((errors * 100) / requests)!,
    average_ms: requests === 0 ? undefined : rounded(duration / requests),
    p50_ms: share(0.5),
    p95_ms: share(0.95),
    p99_ms: share(0.99),
    p999_ms: share(0.999),
    in_bytes: inBytes,
    out_bytes: outBytes,
    statuses,
  }
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 100) / 100
}
