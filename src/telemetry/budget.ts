// What storing request logs may cost turns into the share of unremarkable records that is kept.
import type { Database } from '../persist/index.ts'
import { agreedRate, recentVolumes, startOf, type Volume } from '../store/index.ts'

/** Prices of DynamoDB on demand (us-east-1), in USD: one write of up to 1 KiB, and one KiB kept for a month. */
export const prices: { readonly write: number; readonly kibMonth: number } = { write: 0.625e-6, kibMonth: 0.25 / (1024 * 1024) }

const minutesAMonth = 30 * 24 * 60
const recentMinutes = 3

// However much comes, a few records show what it is.
const lowestRate = 0.01

/**
 * The share of unremarkable records that a volume a minute leaves room for, 0.01 to 1.
 * @param monthlyUsd what storing may cost a month
 * @param keptDays how long such a record is kept
 */
export function rateFor({ requests, keptBytes, volatileBytes }: Volume, monthlyUsd: number, keptDays: number): number {
  // The row of a request holds its counts, whatever else is left out.
  const perKib = prices.write + (prices.kibMonth * keptDays) / 30
  const certain = requests * prices.write + (keptBytes / 1024) * perKib
  const wanted = (volatileBytes / 1024) * perKib
  const left = monthlyUsd / minutesAMonth - certain
  if (wanted <= left) return 1
  return Math.max(lowestRate, Math.floor((left / wanted) * 1000) / 1000)
}

/** The agreed shares of the minutes that these times (epoch milliseconds) are in, by minute. */
export async function ratesOf(database: Database, times: readonly number[], { monthlyUsd, volatileDays }: { monthlyUsd: number; volatileDays: number }): Promise<Map<number, number>> {
  const rates = new Map<number, number>()
  for (const minute of new Set(times.map((time) => startOf('minute', time)))) {
    rates.set(minute, await agreedRate(database, minute, async () => {
      const volumes = await recentVolumes(database, recentMinutes)
      return Math.min(1, ...volumes.map((volume) => rateFor(volume, monthlyUsd, volatileDays)))
    }))
  }
  return rates
}

/** Whether the record of a request is among the share that is kept; the same for every copy of its line. */
export function isSampled(requestId: string, rate: number): boolean {
  let hash = 0x811c9dc5
  for (let index = 0; index < requestId.length; index++) hash = Math.imul(hash ^ requestId.charCodeAt(index), 0x01000193)
  // FNV alone leaves ids that differ in their end close together.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32 < rate
}
