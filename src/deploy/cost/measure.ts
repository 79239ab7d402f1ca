// What requests to a stage were like: from its counts, and from some of its lines.
import type { Database } from '../../persist/index.ts'
import { type LogRecord, toBoundedLine } from '../../runtime/edge.ts'
import { listRequests, readStats } from '../../telemetry/index.ts'
import type { Measured } from './types.ts'

// As many lines tell their average well enough, and the last days have them.
const sampledLines = 200
const sampledMs = 2 * 86_400_000

/** Reads the counts of a span of time (epoch milliseconds); undefined where there was no request. */
export async function measureRequests(database: Database, { from, to }: { from: number; to: number }): Promise<Measured | undefined> {
  const counts = await readStats(database, { from, to })
  const operations: Record<string, { requests: number; averageMs: number }> = {}
  let [requests, outBytes] = [0, 0]
  for (const [operation, own] of counts) {
    if (own.requests === 0) continue
    operations[operation] = { requests: own.requests, averageMs: own.duration / own.requests }
    requests += own.requests
    outBytes += own.outBytes
  }
  if (requests === 0) return undefined
  return { days: (to - from) / 86_400_000, operations, outBytes: outBytes / requests, lineBytes: await lineBytes(database, { from: Math.max(from, to - sampledMs), to }) }
}

async function lineBytes(database: Database, span: { from: number; to: number }): Promise<number | undefined> {
  let [lines, bytes] = [0, 0]
  for await (const { record } of listRequests(database, span)) {
    if (record === undefined) continue
    lines += 1
    bytes += writtenBytes(record)
    if (lines === sampledLines) break
  }
  return lines === 0 ? undefined : bytes / lines
}

// What is stored is in full; CloudWatch is paid for what was written.
function writtenBytes(record: string): number {
  try {
    return Buffer.byteLength(toBoundedLine(JSON.parse(record) as LogRecord))
  } catch {
    return Buffer.byteLength(record)
  }
}
