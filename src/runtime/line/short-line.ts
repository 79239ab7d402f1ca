// The line of an ordinary request in few bytes: short names, and nothing that follows from the rest. telemetry/long-line.ts reads it.
import { delayName, jsonType, originName, ownPrefix, shortJson, shortNames } from '../../config/index.ts'
import type { LogRecord } from '../exchange/log.ts'

/**
 * The record as it is written; those of failed, slow and warned requests, and of anything else, as they are:
 * they are few, and people read them where they lie.
 */
export function toShortRecord(record: LogRecord): LogRecord {
  if (record.kind !== 'request' || record.level !== 'info' || record['slow_ms'] !== undefined || record['error'] !== undefined) return record
  const origin = originOf(record)
  if (origin === undefined) return record
  const short: Record<string, unknown> = { kind: 'request' }
  const delay = delayOf(record)
  const left = new Set(['kind', 'level', 'service', 'stage', 'version', 'function', ...followers(record, delay)])
  for (const name in record) {
    const value = record[name]
    if (value === undefined || left.has(name)) continue
    const isJson = value === jsonType && (name === 'request_type' || name === 'response_type')
    // What would be taken for the short spelling of another value keeps its name.
    if ((value === shortJson && name === 'request_type') || ((value === shortJson || value === '') && name === 'response_type')) short[name] = value
    else short[name === 'request_id' && delay === undefined ? name : (shortNames[name] ?? name)] = isJson ? shortJson : value
  }
  // Most answers are JSON.
  if (short[shortNames['response_type']!] === shortJson) delete short[shortNames['response_type']!]
  else if (record['response_type'] === undefined) short[shortNames['response_type']!] = ''
  if (delay !== undefined) short[delayName] = delay
  short[originName] = origin
  return short as LogRecord
}

// Undefined where a part could not be told from what stands between two.
function originOf({ service, stage, version, function: called }: LogRecord): string | undefined {
  const prefix = `${String(service)}-${String(stage)}-`
  const shown = typeof called === 'string' && called.startsWith(prefix) ? `${ownPrefix}${called.slice(prefix.length)}` : called
  const parts = [service, stage, version, shown]
  if (service === undefined || stage === undefined || parts.some((part) => part !== undefined && (typeof part !== 'string' || part === '' || part.includes(' '))) || String(called).startsWith(ownPrefix)) return undefined
  return parts.map((part) => part ?? '').join(' ').trimEnd()
}

// Fields that a reader makes again from the others.
function followers(record: LogRecord, delay: number | undefined): string[] {
  const { method, path, status, call_id: callId, request_id: requestId, call_path: callPath, service, started, duration_ms: duration, time } = record
  const left: string[] = []
  if (record.message === `${String(method)} ${String(path)} ${String(status)}`) left.push('message')
  if (callId !== undefined && callId === requestId) left.push('call_id')
  if (callPath === service) left.push('call_path')
  const begun = typeof started === 'string' ? Date.parse(started) : Number.NaN
  if (begun + Number(duration) === Date.parse(time)) left.push('time')
  // The gateway's time tells when it was, and the delay how much later it began here.
  if (delay !== undefined && left.includes('time')) left.push('started')
  return left
}

function delayOf({ gateway_id: id, gateway_time: gatewayTime, started }: LogRecord): number | undefined {
  if (typeof id !== 'string' || typeof gatewayTime !== 'string' || typeof started !== 'string') return undefined
  const delay = Date.parse(started) - Date.parse(gatewayTime)
  return Number.isFinite(delay) ? delay : undefined
}
