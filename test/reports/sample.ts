// Reports and lines for tests.
import { type Database, ensureTables, openDatabase } from '../../src/persist/index.ts'
import type { DynamoAccess } from '../../src/platform/local/index.ts'
import type { Outgoing, Report } from '../../src/reports/index.ts'
import { type ReportSource, toReport } from '../../src/reports/index.ts'
import { storeDefinition } from '../../src/store/index.ts'

export const source: ReportSource = { service: 'builds', stage: 'live', host: 'https://builds.example.com' }

/** The line of a crash, as the log holds it. */
export const crashLine = {
  kind: 'request', level: 'error', time: '2026-03-01T12:00:00.120Z', started: '2026-03-01T12:00:00.000Z', message: 'GET /build/7 500', service: 'builds', stage: 'live', version: '260301-1100-42-abc123', function: 'builds-live-builds',
  operation: 'getBuild', method: 'GET', path: '/build/7', query: 'full=1&token=********', status: 500, duration_ms: 120, call_id: '5bd9a0c2-0000-4000-8000-1f6ad0e1b111', call_path: 'builds', user: 'ann', ip: '203.0.113.9', user_agent: 'curl/8.5.0', request_id: 'request-1',
  error: 'UNHANDLED_SERVER_ERROR', error_description: 'no build 7 <in> the "store" & none elsewhere', error_id: 'e5a1f5a8-0000-4000-8000-000000000001',
  stack: 'Error: no build 7 <in> the "store" & none elsewhere\n    at findBuild (/var/task/functions/builds/find-build.ts:12:9)\n    at async getBuild (/var/task/functions/builds.ts:31:18)',
} as const

export const crash: Report = toReport(crashLine, source)!

/** A report of the same cause at another time. */
export function again(key: string, time: number): Report {
  return { ...crash, key, time: new Date(time).toISOString() }
}

let stores = 0

/** An empty store. */
export async function freshStore({ endpoint, credentials }: DynamoAccess, now: () => number): Promise<Database> {
  const database = openDatabase({ endpoint, credentials, prefix: `r${(stores += 1)}-`, now })
  await ensureTables(database, [storeDefinition])
  return database
}

/** A message about the crash. */
export function message(kind: Outgoing['kind'], changes: Partial<Outgoing> = {}): Outgoing {
  const { fingerprint, service, stage, operation, code, fatal, severity, title, text } = crash
  const counts = { new: [1, 0], digest: [13, 12], regression: [14, 1], recovered: [14, 1] }[kind] as [number, number]
  return {
    id: `${fingerprint}-1`,
    kind,
    at: '2026-03-01T12:00:01.000Z',
    count: counts[0],
    repeats: counts[1],
    attempt: 1,
    leasedUntil: Date.parse('2026-03-01T12:01:01Z'),
    incident: { fingerprint, service, stage, operation, code, fatal, severity, title, text, status: kind === 'recovered' ? 'recovered' : 'open', firstSeen: crash.time, lastSeen: '2026-03-01T12:04:10.000Z', since: '2026-03-01T12:00:01.000Z', messages: 1, undelivered: 0, announcedAt: '2026-03-01T12:00:01.000Z', announced: counts[0], folded: 0, foldedUpTo: '2026-02-27T11:00:00.000Z', sample: crash.key },
    report: crash,
    ...changes,
  }
}
