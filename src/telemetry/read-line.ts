// What a line of a function or of the gateway says.
import { lineMark, markName } from '../config/index.ts'
import { exactTime, type RequestRow } from '../store/index.ts'
import { dropOddFields } from './line-fields.ts'
import { type Counted, type LineRecord, type LogLine, longestName, type ReadLine, storable, textOf, wholeSecond } from './log-line.ts'
import { toLongRecord } from './long-line.ts'
import { isOfToday, isTooLarge, looksCut, ownerOf } from './own-lines.ts'
import { readAccess } from './read-access.ts'

// Names of called operations in one line.
const mostCalled = 500

const levels = ['debug', 'info', 'warn', 'error'] as const

/** Reads one line; whatever it holds, this never throws. */
export function readLine(line: LogLine): ReadLine {
  const { message } = line
  const owner = ownerOf(message)
  if (owner === 'others') return { kind: 'other' }
  if (isTooLarge(message)) return { kind: 'bad', reason: 'it is longer or deeper than a line of a service can be' }
  // Without the mark from the start: an object that a property was taken out of is slow from then on.
  const written = parse(owner === 'kit' ? `{${message.slice(lineMark.length)}` : message)
  if (written === undefined) return looksCut(message) ? { kind: 'bad', reason: 'it is no complete JSON' } : { kind: 'other' }
  const record = owner === 'kit' ? toLongRecord(written) : written
  if (owner === 'before marks' && !isOfToday(record)) return { kind: 'other' }
  if (record['kind'] === 'access') return readAccess(record, line)
  if (markName in record) delete record[markName]
  dropOddFields(record)
  if (record['kind'] === 'request') return readRequest(record, line)
  if (record['kind'] === 'metric') return readMetric(record, line)
  if (record['kind'] === 'watchdog' || record['kind'] === 'report' || record['kind'] === 'log') return { kind: record['kind'], record }
  return { kind: 'other' }
}

/** When a request began and what it is called, the same for every line about it: the gateway's time and id where it came through one. */
export function identityOf(record: LineRecord, { id, timestamp }: Pick<LogLine, 'id' | 'timestamp'>): Pick<Counted, 'started' | 'requestId'> {
  const [gatewayTime, started, ended] = [timeOf(record['gateway_time']), timeOf(record['started']), timeOf(record['time'])]
  const gatewayId = textOf(record['gateway_id'])
  if (gatewayId !== undefined && gatewayTime !== undefined) return { started: wholeSecond(gatewayTime), requestId: gatewayId.slice(0, longestName) }
  // The line's own id where the platform gave the request none: one line, one request.
  return { started: started ?? Math.round((ended ?? timestamp) - storable(finiteOf(record['duration_ms']))), requestId: (textOf(record['request_id']) ?? id).slice(0, longestName) }
}

function readRequest(record: LineRecord, line: LogLine): ReadLine {
  const status = record['status']
  if (!Number.isInteger(status) || (status as number) < 100 || (status as number) > 999) return { kind: 'bad', reason: 'its status is none' }
  const { started, requestId } = identityOf(record, line)
  // Without spreads: V8 adds what follows one property by property, which took as long as the parser.
  const request: Counted = {
    started,
    requestId,
    operation: (textOf(record['operation']) ?? '').slice(0, longestName),
    status: status as number,
    duration: storable(finiteOf(record['duration_ms'])),
    inBytes: storable(finiteOf(record['in_bytes'])),
    outBytes: storable(finiteOf(record['out_bytes'])),
    level: levels.find((name) => name === record['level']) ?? 'info',
  }
  const calls = callsOf(record)
  if (calls !== undefined) request.calls = calls
  return { kind: 'request', record, request, characters: line.message.length }
}

function readMetric(record: LineRecord, line: LogLine): ReadLine {
  const [name, value] = [textOf(record['name']), record['value']]
  // DynamoDB holds no number beyond 1e125.
  if (name === undefined || typeof value !== 'number' || !(Math.abs(value) < 1e100)) return { kind: 'bad', reason: 'it has no name, or no number as its value' }
  return { kind: 'metric', record, characters: line.message.length, request: metricRow({ name, value: Math.abs(value) < 1e-100 ? 0 : value, unit: (textOf(record['unit']) ?? 'None').slice(0, longestName) }, { operation: (textOf(record['operation']) ?? '').slice(0, longestName), started: timeOf(record['time']) ?? line.timestamp, id: line.id }) }
}

/** The row of a value of an own metric. */
export function metricRow(metric: NonNullable<RequestRow['metric']>, { operation, started, id }: { operation: string; started: number; id: string }): Counted {
  return { started, requestId: `metric#${id.slice(0, longestName)}`, operation, status: 0, duration: 0, inBytes: 0, outBytes: 0, level: 'info', metric: { ...metric, name: metric.name.slice(0, longestName) } }
}

// Of each called operation: how often, how often in vain, how long.
function callsOf({ calls: listed, more_calls: more }: LineRecord): Counted['calls'] {
  if (listed === undefined && more === undefined) return undefined
  const calls: Record<string, [number, number, number]> = {}
  const add = (name: string, counts: readonly number[]): void => {
    const own = (calls[name.slice(0, 200)] ??= [0, 0, 0])
    for (const index of [0, 1, 2]) own[index]! += counts[index]!
  }
  for (const call of Array.isArray(listed) ? (listed as unknown[]).slice(0, mostCalled) : []) {
    if (typeof call !== 'object' || call === null) continue
    const { api, operation, status, error, ms } = call as LineRecord
    add(`${textOf(api) ?? ''}.${textOf(operation) ?? ''}`, [1, error !== undefined || typeof status !== 'number' || status >= 500 ? 1 : 0, storable(finiteOf(ms))])
  }
  // What found no room in the list is counted by operation.
  for (const [name, counts] of Object.entries(typeof more === 'object' && more !== null ? more : {}).slice(0, mostCalled)) {
    if (Array.isArray(counts)) add(name, [0, 1, 2].map((index) => storable(finiteOf(counts[index]))))
  }
  return Object.keys(calls).length === 0 ? undefined : calls
}

function parse(message: string): LineRecord | undefined {
  try {
    const value: unknown = JSON.parse(message)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as LineRecord) : undefined
  } catch {
    return undefined
  }
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? (exactTime(value) ?? Date.parse(value)) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

function finiteOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}
