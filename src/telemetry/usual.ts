// How long the calls of an operation usually take: what `report_slow_baseline` measures a call by.
import type { Database } from '../persist/index.ts'
import { percentile } from './counts.ts'
import type { RequestLine } from './log-line.ts'
import { readStats } from './stats.ts'

const day = 86_400_000

/** Days before that of the call that say what is usual. */
const usualDays = 7

/** Fewer calls than these say nothing of what is usual. */
const fewestCalls = 200

/**
 * Marks calls as slow (`slow_ms`) that took longer than a multiple of what is usual for their operation, where no other limit was exceeded.
 * Crashes stay crashes, and what reporting leaves out stays left out.
 */
export async function markUnusual(lines: readonly RequestLine[], { database, baseline }: { database: Database; baseline: number }): Promise<RequestLine[]> {
  return await Promise.all(lines.map(async (line) => {
    const { request, record } = line
    if (request.status >= 500 || request.operation === '' || record['muted'] === true || typeof record['slow_ms'] === 'number') return line
    const p99 = (await usualBefore(database, request.started)).get(request.operation)
    const limit = p99 === undefined ? undefined : Math.ceil(p99 * baseline)
    return limit === undefined || request.duration <= limit ? line : { ...line, record: { ...record, slow_ms: limit } }
  }))
}

/** The 99th percentiles of operations in milliseconds, by day. */
type UsualByDay = Map<number, Promise<ReadonlyMap<string, number>>>

// Read once a day and process: a copy of a line that comes later is measured by the same.
const known = new WeakMap<Database, UsualByDay>()

// Of the seven days (UTC) before that of a time.
async function usualBefore(database: Database, time: number): Promise<ReadonlyMap<string, number>> {
  const byDay: UsualByDay = known.get(database) ?? new Map()
  known.set(database, byDay)
  const today = time - (time % day)
  let read = byDay.get(today)
  if (read === undefined) {
    read = readUsual(database, today)
    // Lines come late by two days at most.
    if (byDay.size >= 4) byDay.delete(Math.min(...byDay.keys()))
    byDay.set(today, read)
    // What could not be read is read again with the next lines.
    read.catch(() => byDay.delete(today))
  }
  return await read
}

async function readUsual(database: Database, today: number): Promise<ReadonlyMap<string, number>> {
  const counts = await readStats(database, { from: today - usualDays * day, to: today })
  return new Map([...counts].flatMap(([operation, own]) => (operation === '' || own.requests < fewestCalls ? [] : [[operation, percentile(own, 0.99)!] as const])))
}
