// Counts of requests by operation: made from rows, added up, and asked for percentiles.
import type { RequestRow } from '../store/index.ts'

/** What is counted of an operation in a span of time. */
export interface Counts {
  requests: number
  /** Answers of 500 and above. */
  errors: number
  /** By status: `200`, `404`. */
  statuses: Record<string, number>
  /** Milliseconds, all requests together. */
  duration: number
  /** Bytes in and out, all requests together. */
  inBytes: number
  outBytes: number
  /** Requests by bucket of their duration, see `bucketOf`. */
  histogram: Record<string, number>
  /** Calls to other APIs by `api.operation`. */
  calls: Record<string, CallCounts>
  /** What the service measured itself, by name. */
  metrics: Record<string, MetricCounts>
}

/** What is counted of calls to one operation of another API. */
export interface CallCounts {
  requests: number
  /** Calls without an answer, and answers of 500 and above. */
  errors: number
  /** Milliseconds, all calls together. */
  duration: number
}

/** What is counted of an own metric. */
export interface MetricCounts {
  unit: string
  count: number
  sum: number
  min: number
  max: number
}

/** Counts by operationId; what no operation has is counted under the empty name. */
export type CountsByOperation = Map<string, Counts>

// Neighbouring buckets differ by a tenth: a percentile is wrong by five percent at most.
const ratio = 1.1

/** The bucket of a duration in milliseconds: 0 below one millisecond, then steps of ten percent. */
export function bucketOf(milliseconds: number): number {
  return milliseconds < 1 ? 0 : 1 + Math.floor(Math.log(milliseconds) / Math.log(ratio) + 1e-9)
}

/** Milliseconds in the middle of a bucket. */
export function middleOf(bucket: number): number {
  return bucket === 0 ? 0.5 : ratio ** (bucket - 1) * Math.sqrt(ratio)
}

export function noCounts(): Counts {
  return { requests: 0, errors: 0, statuses: {}, duration: 0, inBytes: 0, outBytes: 0, histogram: {}, calls: {}, metrics: {} }
}

/** Counts one row: a request, or a value of an own metric. */
export function countRow(counts: CountsByOperation, row: RequestRow): void {
  let own = counts.get(row.operation)
  if (own === undefined) counts.set(row.operation, (own = noCounts()))
  if (row.metric !== undefined) return addMetric(own.metrics, row.metric.name, { unit: row.metric.unit, count: 1, sum: row.metric.value, min: row.metric.value, max: row.metric.value })
  own.requests += 1
  if (row.status >= 500) own.errors += 1
  addTo(own.statuses, String(row.status), 1)
  own.duration += row.duration
  own.inBytes += row.inBytes
  own.outBytes += row.outBytes
  addTo(own.histogram, String(bucketOf(row.duration)), 1)
  for (const [name, [requests, errors, duration]] of Object.entries(row.calls ?? {})) addCalls(own.calls, name, { requests, errors, duration })
}

/** How many requests were answered by a status (`404`) or a class of them (`4xx`). */
export function answeredBy({ statuses }: Counts, status: string): number {
  return Object.entries(statuses).reduce((sum, [code, count]) => (code === status || `${code[0]}xx` === status ? sum + count : sum), 0)
}

/** Adds counts to others. */
export function addCounts(sum: Counts, more: Counts): void {
  sum.requests += more.requests
  sum.errors += more.errors
  sum.duration += more.duration
  sum.inBytes += more.inBytes
  sum.outBytes += more.outBytes
  for (const [name, count] of Object.entries(more.statuses)) addTo(sum.statuses, name, count)
  for (const [bucket, count] of Object.entries(more.histogram)) addTo(sum.histogram, bucket, count)
  for (const [name, calls] of Object.entries(more.calls)) addCalls(sum.calls, name, calls)
  for (const [name, metric] of Object.entries(more.metrics)) addMetric(sum.metrics, name, metric)
}

/** Adds counts of operations to those of others. */
export function mergeCounts(sum: CountsByOperation, more: CountsByOperation): void {
  for (const [operation, counts] of more) {
    const own = sum.get(operation) ?? noCounts()
    addCounts(own, counts)
    sum.set(operation, own)
  }
}

/** All operations together. */
export function totalOf(counts: CountsByOperation): Counts {
  const total = noCounts()
  for (const own of counts.values()) addCounts(total, own)
  return total
}

/**
 * The duration in milliseconds that a share of the requests does not exceed, for example 0.99; wrong by five percent at most.
 * Undefined where there are no requests.
 */
export function percentile({ requests, histogram }: Counts, share: number): number | undefined {
  if (requests === 0) return undefined
  let left = Math.max(1, Math.ceil(requests * share))
  for (const bucket of Object.keys(histogram).map(Number).sort((one, other) => one - other)) {
    left -= histogram[bucket]!
    if (left <= 0) return middleOf(bucket)
  }
  return undefined
}

/** As text, the same for the same counts. */
export function printCounts(counts: CountsByOperation): string {
  const sorted = <Value>(values: Record<string, Value>): Record<string, Value> => Object.fromEntries(Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1)))
  return JSON.stringify(sorted(Object.fromEntries([...counts].map(([operation, own]) => [operation, { ...own, statuses: sorted(own.statuses), histogram: sorted(own.histogram), calls: sorted(own.calls), metrics: sorted(own.metrics) }]))))
}

/** Counts from their text. */
export function parseCounts(text: string): CountsByOperation {
  return new Map(Object.entries(JSON.parse(text) as Record<string, Counts>))
}

function addCalls(calls: Record<string, CallCounts>, name: string, { requests, errors, duration }: CallCounts): void {
  const own = (calls[name] ??= { requests: 0, errors: 0, duration: 0 })
  own.requests += requests
  own.errors += errors
  own.duration += duration
}

function addMetric(metrics: Record<string, MetricCounts>, name: string, more: MetricCounts): void {
  const own = metrics[name]
  if (own === undefined) metrics[name] = { ...more }
  else metrics[name] = { unit: own.unit < more.unit ? own.unit : more.unit, count: own.count + more.count, sum: own.sum + more.sum, min: Math.min(own.min, more.min), max: Math.max(own.max, more.max) }
}

function addTo(counts: Record<string, number>, name: string, count: number): void {
  counts[name] = (counts[name] ?? 0) + count
}
