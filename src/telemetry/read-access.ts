// The gateway's own line about a request: it counts only where no function has answered.
import { type LineRecord, type LogLine, longestName, type ReadLine, storable, wholeSecond } from './log-line.ts'

/** Reads a line of the access log; what a function answered has a line of its own. */
export function readAccess(record: LineRecord, { id, timestamp, message }: LogLine): ReadLine {
  const status = numberOf(record['status'])
  if (status === undefined || !Number.isInteger(status) || status < 100 || status > 999) return { kind: 'bad', reason: 'its status is none' }
  const [gatewayError, integrationError, integrationStatus] = [named(record, 'ge', 'gateway_error'), named(record, 'ie', 'integration_error'), numberOf(record['is'] ?? record['integration_status'])]
  const isAnswered = integrationStatus === 200 && integrationError === undefined && gatewayError === undefined
  const isRefused = gatewayError !== undefined || integrationError !== undefined || (integrationStatus !== undefined && integrationStatus !== 200) || status === 429 || status >= 500
  if (isAnswered || !isRefused) return { kind: 'other' }
  const [started, duration, length] = [timeOf(record['time']) ?? timestamp, storable(numberOf(named(record, 'ms', 'latency_ms'))), storable(numberOf(record['n'] ?? record['length']))]
  const level = status >= 500 ? 'error' : 'warn'
  const requestId = (valueOf(record['request_id']) ?? id).slice(0, longestName)
  const [method, path, invocation] = [named(record, 'm', 'method') ?? '', named(record, 'p', 'path') ?? '', named(record, 'r', 'integration_id')]
  return {
    kind: 'witness',
    characters: message.length,
    request: { started: wholeSecond(started), requestId, operation: '', status, duration, inBytes: 0, outBytes: length, level },
    record: {
      kind: 'request',
      level,
      time: new Date(started + duration).toISOString(),
      started: new Date(started).toISOString(),
      message: `${method} ${path} ${status}`,
      method,
      path,
      status,
      duration_ms: duration,
      gateway_id: requestId,
      ...(isInvocation(invocation) ? { request_id: invocation } : {}),
      ...(valueOf(record['ip']) === undefined ? {} : { ip: record['ip'] }),
      error: gatewayError ?? 'INTEGRATION_FAILURE',
      error_description: integrationError ?? 'The gateway answered without the function',
    },
  }
}

// Lambda's id of the invocation.
function isInvocation(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
}

// By its short name, or by the one that it had before.
function named(record: LineRecord, short: string, long: string): string | undefined {
  return valueOf(record[short]) ?? valueOf(record[long])
}

// The gateway writes every value as text, and a dash where there is none.
function valueOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== '-' ? value : undefined
}

// In seconds or in milliseconds.
function timeOf(value: unknown): number | undefined {
  const time = numberOf(value)
  if (time === undefined || time > 4e12) return undefined
  return time >= 1e11 ? time : time * 1000
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : Number(valueOf(value) ?? Number.NaN)
  return Number.isFinite(number) && number >= 0 ? number : undefined
}
