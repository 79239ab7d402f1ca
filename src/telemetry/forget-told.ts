// Forgetting what is known of requests beside their rows: facts of ended invocations, and the whole reports that incidents keep.
import type { Database } from '../persist/index.ts'
import { type EndedRow, everyEnded, forgetEnded, listIncidents, type PlatformFailure, putSample, type Report, type RequestRow, samplesOf } from '../store/index.ts'
import type { LineRecord } from './log-line.ts'

/** Takes away what is meant; returns of how many items. Bears to be stopped and repeated. */
export async function forgetTold(database: Database, isMeant: (row: RequestRow) => boolean): Promise<number> {
  let items = 0
  for await (const row of everyEnded(database)) {
    if (!recordsOf(row).some((record) => isMeant(rowOf(record, row.requestId)))) continue
    await forgetEnded(database, row.requestId, strippedOf(row))
    items += 1
  }
  for (const { incident } of await listIncidents(database)) {
    for await (const report of samplesOf(database, incident.fingerprint)) {
      if (!isMeant(rowOf(recordOfReport(report), report.requestId ?? ''))) continue
      await putSample(database, strippedReport(report))
      items += 1
    }
  }
  return items
}

// What counts and tells of an invocation; none of it came from a caller.
const left = ['kind', 'level', 'time', 'started', 'started_ms', 'service', 'stage', 'version', 'function', 'operation', 'status', 'request_id', 'gateway_id', 'gateway_time'] as const

// Its text may quote the caller.
const forgottenText = 'what it said was forgotten'

function recordsOf({ line, settled }: EndedRow): LineRecord[] {
  const failure = settled === undefined ? undefined : (JSON.parse(settled) as PlatformFailure)
  return [...(line === undefined ? [] : [JSON.parse(line) as LineRecord]), ...(failure?.record === undefined ? [] : [failure.record as LineRecord])]
}

function strippedOf({ line, settled, error, invoke }: EndedRow): Partial<Record<'line' | 'settled' | 'error' | 'invoke', string>> {
  const failure = settled === undefined ? undefined : (JSON.parse(settled) as PlatformFailure)
  const { stack: _stack, ...rest } = failure ?? ({} as PlatformFailure)
  return {
    ...(line === undefined ? {} : { line: JSON.stringify(stripped(JSON.parse(line) as LineRecord)) }),
    ...(error === undefined ? {} : { error: JSON.stringify({ text: forgottenText }) }),
    ...(invoke === undefined ? {} : { invoke: JSON.stringify({ text: forgottenText }) }),
    ...(failure === undefined ? {} : { settled: JSON.stringify({ ...rest, text: forgottenText, ...(failure.record === undefined ? {} : { record: stripped(failure.record as LineRecord) }) }) }),
  }
}

function stripped(record: LineRecord): LineRecord {
  return Object.fromEntries(left.filter((name) => record[name] !== undefined).map((name) => [name, record[name]]))
}

function strippedReport({ errorId: _error, requestId: _request, started: _started, ...report }: Report): Report {
  return { ...report, body: JSON.stringify({ forgotten: true, is_fatal_error: report.fatal, title: report.text }, null, 4) }
}

// As a record of the log says it, so that the same filters mean it.
function recordOfReport({ body, errorId, operation, time, started }: Report): LineRecord {
  const said = JSON.parse(body) as { user?: { id?: unknown; ip?: unknown }; call_id?: unknown; endpoint?: { path?: unknown }; response?: { status?: unknown } }
  const fields = { user: said.user?.id, ip: said.user?.ip, call_id: said.call_id, path: said.endpoint?.path, error_id: errorId, operation, time, started: started ?? time, status: Number(said.response?.status ?? 500), body }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function rowOf(record: LineRecord, requestId: string): RequestRow {
  const status = record['status']
  return { started: Date.parse(String(record['started'] ?? record['gateway_time'] ?? record['time'])), requestId, operation: String(record['operation'] ?? ''), status: typeof status === 'number' ? status : 500, duration: 0, inBytes: 0, outBytes: 0, level: 'error', record: JSON.stringify(record), expires: 0 }
}
