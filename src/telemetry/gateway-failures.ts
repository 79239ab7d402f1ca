// Answers of 500 and above that the gateway made: told by themselves where neither the function nor Lambda tells of the request.
import type { Database } from '../persist/index.ts'
import { type EndedRow, noteTold, type PlatformFailure, readEnded, requestRows, shardOf } from '../store/index.ts'
import { type LineRecord, textOf } from './log-line.ts'

const prefix = 'gateway#'

// Each takes a few reads; what is left waits for the next look.
const mostAtOnce = 50

/** The name under which is known what the gateway said of a request. */
export function gatewayKey(gatewayId: string): string {
  return `${prefix}${gatewayId}`
}

export function isGatewayKey(key: string): boolean {
  return key.startsWith(prefix)
}

/** The failures among waiting rows of the gateway; the others are noted as told, for somebody else tells of them. */
export async function gatewayFailures(database: Database, rows: readonly EndedRow[]): Promise<PlatformFailure[]> {
  const failures: PlatformFailure[] = []
  for (const row of rows.slice(0, mostAtOnce)) {
    const record = JSON.parse(row.line ?? '{}') as LineRecord
    if (await isToldElsewhere(database, row, record)) await noteTold(database, row.requestId)
    else failures.push(failureOf(row, record))
  }
  return failures
}

async function isToldElsewhere(database: Database, { requestId }: EndedRow, record: LineRecord): Promise<boolean> {
  const invocation = textOf(record['request_id'])
  if (invocation !== undefined) {
    const known = await readEnded(database, invocation)
    if (known?.at !== undefined || known?.endedAt !== undefined || known?.settled !== undefined) return true
  }
  const [id, started] = [requestId.slice(prefix.length), Number(record['started_ms'])]
  for await (const row of requestRows(database, { from: started, to: started + 1000, shard: shardOf(id), withRecords: true })) {
    if (row.requestId !== id) continue
    // The gateway knows no call: a line of the function, or what Lambda's lines made of it, does.
    return row.record === undefined || row.operation !== '' || row.record.includes('"call_id"')
  }
  return false
}

function failureOf(row: EndedRow, { started_ms: _started, ...record }: LineRecord): PlatformFailure {
  const text = [record['status'], record['error'], record['error_description']].filter((part) => part !== undefined).join(' ')
  return { kind: 'gateway', text, time: row.at!, function: row.group ?? '', requestId: row.requestId, record }
}
