// Metrics of closed minutes for CloudWatch: each minute once.
import type { Database } from '../persist/index.ts'
import { claim, claimed, lengthOf, markedMinutes, readCountsBetween, readHorizon, startOf, unclaim } from '../store/index.ts'
import { answeredBy, type Counts, type CountsByOperation, middleOf, parseCounts, totalOf } from './counts.ts'

/** One metric of one minute, as CloudWatch takes it. */
export interface MetricDatum {
  name: string
  unit: string
  /** Epoch milliseconds. */
  time: number
  dimensions: Readonly<Record<string, string>>
  /** One number, or values with how often each came, or the statistics of values. */
  value?: number
  values?: readonly (readonly [value: number, count: number])[]
  statistics?: { sum: number; count: number; min: number; max: number }
}

/** Where metrics go. */
export interface MetricSink {
  /** Takes at most a thousand. Throws MetricsRefused where certainly none was taken. */
  put(namespace: string, data: readonly MetricDatum[]): Promise<void>
}

/** What was sent was certainly not taken: it may be sent again. */
export class MetricsRefused extends Error {}

export interface PublishOptions {
  database: Database
  sink: MetricSink
  service: string
  stage: string
  /** Operations with metrics of their own; none by default. */
  operations?: readonly string[]
  /** Own metrics that are published; none by default. */
  names?: readonly string[]
}

/** Namespace of every metric of the kit. */
export const namespace = 'klue'

// What is older was not published while nobody looked, and is of no use to an alarm.
const oldestMinutes = 120

const largestPut = 1000

/**
 * Publishes the minutes that are counted and were not published yet. Any number of these may run at once: who claims a minute publishes it.
 * CloudWatch cannot tell a repetition, so a claim is never taken over: whoever is stopped between claim and sending leaves a minute out, and none is sent twice.
 * What CloudWatch refused is given back, and sent by the next run.
 * @returns the minutes (epoch milliseconds) that were published
 */
export async function publishMetrics(options: PublishOptions): Promise<number[]> {
  const { database } = options
  const published: number[] = []
  const { upTo, pending } = (await readHorizon(database)) ?? { upTo: 0 }
  const to = pending ?? upTo
  const from = Math.max(0, startOf('minute', database.now()) - oldestMinutes * lengthOf('minute'))
  if (to <= from) return published
  const [counts, open, done] = await Promise.all([
    readCountsBetween(database, 'minute', { from, to }),
    markedMinutes(database),
    claimed(database, 'published', { from: new Date(from).toISOString(), to: new Date(to).toISOString() }),
  ])
  const late = new Set(open.map(({ minute }) => minute))
  for (const [minute, stored] of [...counts].sort(([one], [other]) => one - other)) {
    const name = new Date(minute).toISOString()
    if (late.has(minute) || done.has(name)) continue
    if (!(await claim(database, { kind: 'published', name }, Math.ceil(minute / 1000) + 3 * 86_400))) continue
    await send(options, { minute, name, data: dataOf(parseCounts(stored.counts), minute, options) })
    published.push(minute)
  }
  return published
}

/** What is published of the counts of a minute. */
export function dataOf(counts: CountsByOperation, time: number, { service, stage, operations = [], names = [] }: Pick<PublishOptions, 'service' | 'stage' | 'operations' | 'names'>): MetricDatum[] {
  const dimensions = { Service: service, Stage: stage }
  const total = totalOf(counts)
  return [
    ...requestData(total, time, dimensions),
    ...operations.flatMap((operation) => {
      const own = counts.get(operation)
      return own === undefined ? [] : requestData(own, time, { ...dimensions, Operation: operation })
    }),
    ...names.flatMap((name): MetricDatum[] => {
      const own = total.metrics[name]
      return own === undefined ? [] : [{ name, unit: own.unit, time, dimensions, statistics: { sum: own.sum, count: own.count, min: own.min, max: own.max } }]
    }),
  ]
}

function requestData(counts: Counts, time: number, dimensions: MetricDatum['dimensions']): MetricDatum[] {
  if (counts.requests === 0) return []
  const one = (name: string, unit: string, value: number): MetricDatum => ({ name, unit, time, dimensions, value })
  const values = Object.entries(counts.histogram).map(([bucket, count]) => [middleOf(Number(bucket)), count] as const)
  return [
    one('Requests', 'Count', counts.requests),
    one('Errors', 'Count', counts.errors),
    one('ClientErrors', 'Count', answeredBy(counts, '4xx')),
    one('BytesIn', 'Bytes', counts.inBytes),
    one('BytesOut', 'Bytes', counts.outBytes),
    { name: 'Duration', unit: 'Milliseconds', time, dimensions, values },
  ]
}

async function send({ database, sink }: PublishOptions, { name, data }: { minute: number; name: string; data: MetricDatum[] }): Promise<void> {
  for (let from = 0; from < data.length; from += largestPut) {
    try {
      await sink.put(namespace, data.slice(from, from + largestPut))
    } catch (failure) {
      if (failure instanceof MetricsRefused && from === 0) await unclaim(database, { kind: 'published', name })
      throw failure
    }
  }
}
