// How busy operations are: what runs, how many requests there were, how long they took of late.
import type { Database } from '../persist/index.ts'
import { listWhatRuns } from './running.ts'
import { readControl } from './view.ts'

/** The counts of an operation that this needs, as `readStats` of telemetry/ gives them. */
interface Counted {
  requests: number
  /** Milliseconds, all together. */
  duration: number
}

export interface OperationStats {
  req: {
    /** Requests that show themselves at the moment, which are those that run for long. */
    active: number
    /** Since `live` moved last, within 30 days. */
    total: number
  }
  /** Seconds, the mean of requests that ended within the last 1, 5 and 15 minutes; undefined where there was none. */
  resp: { time_avg_1m: number | undefined; time_avg_5m: number | undefined; time_avg_15m: number | undefined }
}

export interface StatsOptions {
  /** `readStats` of telemetry/: counts between two times (epoch milliseconds), by operation. */
  read(database: Database, span: { from: number; to: number }): Promise<ReadonlyMap<string, Counted>>
}

const minuteMs = 60_000
const longestMs = 30 * 86_400_000

/** Reads how busy each operation is, over all instances; `asOf` (epoch milliseconds) is when that was. Operations without any request are absent. */
export async function operationStats(database: Database, { read }: StatsOptions): Promise<{ operations: ReadonlyMap<string, OperationStats>; asOf: number }> {
  const asOf = database.now()
  const { since } = await readControl(database)
  const [{ running }, total, ...recent] = await Promise.all([
    listWhatRuns(database),
    read(database, { from: Math.max(since, asOf - longestMs), to: asOf }),
    ...[1, 5, 15].map((minutes) => read(database, { from: asOf - minutes * minuteMs, to: asOf })),
  ])
  const active = new Map<string, number>()
  for (const { operation } of running) active.set(operation, (active.get(operation) ?? 0) + 1)
  const names = new Set([...active.keys(), ...total.keys(), ...recent.flatMap((counts) => [...counts.keys()])].filter((name) => name !== ''))
  const mean = (minutes: 0 | 1 | 2, name: string): number | undefined => {
    const counts = recent[minutes]?.get(name)
    return counts === undefined || counts.requests === 0 ? undefined : counts.duration / counts.requests / 1000
  }
  return { asOf, operations: new Map([...names].map((name) => [name, { req: { active: active.get(name) ?? 0, total: total.get(name)?.requests ?? 0 }, resp: { time_avg_1m: mean(0, name), time_avg_5m: mean(1, name), time_avg_15m: mean(2, name) } }])) }
}
