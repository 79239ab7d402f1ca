// The line of an ordinary request in few bytes: short names, and nothing that follows from the rest. telemetry/long-line.ts reads it.
import { delayName, jsonType, originName, ownPrefix, shortJson } from '../../config/index.ts'
import type { LogRecord } from '../exchange/log.ts'

/**
 * The record as it is written; those of failed, slow and warned requests, of tasks, and of anything else, as they are:
 * they are few, and people read them where they lie.
 */
export function toShortRecord(record: LogRecord): LogRecord {
  if (record.kind !== 'request' || record.level !== 'info' || record['slow_ms'] !== undefined || record['error'] !== undefined || record['task_id'] !== undefined) return record
  const origin = knownOrigin(record)
  if (origin === undefined) return record
  const delay = delayOf(record)
  const left = followers(record, delay)
  const { request_id: requestId, request_type: asked, response_type: answered } = record
  // A literal: V8 makes it at once, where it grows an object that is filled name by name again and again. JSON leaves out what is undefined.
  const short: Record<string, unknown> = {
    kind: 'request', time: left.time ? undefined : record.time, started: left.started ? undefined : record['started'], message: left.message ? undefined : record.message,
    operation: record['operation'], c: left.callId ? undefined : record['call_id'], cp: left.callPath ? undefined : record['call_path'],
    request_id: delay === undefined ? requestId : undefined, r: delay === undefined ? undefined : requestId, gateway_id: record['gateway_id'], gateway_time: record['gateway_time'],
    m: record['method'], p: record['path'], q: record['query'], status: record['status'], duration_ms: record['duration_ms'], n: record['length'], in_bytes: record['in_bytes'], out_bytes: record['out_bytes'],
    // What would be taken for the short spelling of another value keeps its name.
    request_type: asked === shortJson ? asked : undefined, qt: asked === shortJson ? undefined : asked === jsonType ? shortJson : asked,
    response_type: answered === shortJson || answered === '' ? answered : undefined, rt: shortAnswer(answered),
    u: record['user'], ip: record['ip'], ua: record['user_agent'], cold_start: record['cold_start'], mb: record['memory_mb'],
  }
  addRare(short, record)
  short[delayName] = delay
  short[originName] = origin
  return short as LogRecord
}

// What few requests have, without the fields of failures: a literal with places for them would be twice as large, and each of its places is looked at when it is printed.
const rare = ['instance', 'trace', 'messages', 'calls', 'more_calls', 'lost', 'volatile', 'keep', 'muted', 'replayed', 'idempotency', 'request_headers', 'response_headers', 'data', 'result', 'dropped'] as const

function addRare(short: Record<string, unknown>, record: LogRecord): void {
  for (const name of rare) if (record[name] !== undefined) short[name] = record[name]
}

// Most answers are JSON: nothing says so, and an empty text says that there is no type.
function shortAnswer(type: unknown): unknown {
  return type === undefined ? '' : type === jsonType || type === shortJson || type === '' ? undefined : type
}

// All lines of a function have the same origin, so the last one is kept.
let last: { service?: unknown; stage?: unknown; version?: unknown; called?: unknown; origin: string | undefined } = { origin: undefined }

function knownOrigin(record: LogRecord): string | undefined {
  const { service, stage, version, function: called } = record
  if (last.service !== service || last.stage !== stage || last.version !== version || last.called !== called) last = { service, stage, version, called, origin: originOf(record) }
  return last.origin
}

// Undefined where a part could not be told from what stands between two.
function originOf({ service, stage, version, function: called }: LogRecord): string | undefined {
  const prefix = `${String(service)}-${String(stage)}-`
  const shown = typeof called === 'string' && called.startsWith(prefix) ? `${ownPrefix}${called.slice(prefix.length)}` : called
  const parts = [service, stage, version, shown]
  if (service === undefined || stage === undefined || parts.some((part) => part !== undefined && (typeof part !== 'string' || part === '' || part.includes(' '))) || String(called).startsWith(ownPrefix)) return undefined
  return parts.map((part) => part ?? '').join(' ').trimEnd()
}

// Whether a reader can make these fields again from the others.
function followers(record: LogRecord, delay: number | undefined): { message: boolean; callId: boolean; callPath: boolean; time: boolean; started: boolean } {
  const { method, path, status, call_id: callId, request_id: requestId, call_path: callPath, service, started, duration_ms: duration, time } = record
  const isTimeKnown = timeOf(started) + Number(duration) === timeOf(time)
  return {
    message: record.message === `${String(method)} ${String(path)} ${String(status)}`,
    callId: callId !== undefined && callId === requestId,
    callPath: callPath === service,
    time: isTimeKnown,
    // The gateway's time tells when it was, and the delay how much later it began here.
    started: isTimeKnown && delay !== undefined,
  }
}

function delayOf({ gateway_id: id, gateway_time: gatewayTime, started }: LogRecord): number | undefined {
  if (typeof id !== 'string') return undefined
  const delay = timeOf(started) - timeOf(gatewayTime)
  return Number.isFinite(delay) ? delay : undefined
}

// Two, as a request comes to the gateway in one second and begins here in the next.
let lastSecond = { text: '-', milliseconds: Number.NaN }
let otherSecond = lastSecond

// As Date.parse, which takes many times as long: the times of a line mostly differ in their milliseconds alone.
function timeOf(value: unknown): number {
  if (typeof value !== 'string') return Number.NaN
  if (!value.startsWith(lastSecond.text)) {
    const other = otherSecond
    otherSecond = lastSecond
    lastSecond = other
  }
  if (value.length === 24 && value.startsWith(lastSecond.text) && value.endsWith('Z')) {
    // One by one: a list that is taken apart again costs more than all else here.
    const hundreds = value.charCodeAt(20) - 48
    const tens = value.charCodeAt(21) - 48
    const ones = value.charCodeAt(22) - 48
    if (isDigit(hundreds) && isDigit(tens) && isDigit(ones)) return lastSecond.milliseconds + hundreds * 100 + tens * 10 + ones
  }
  const time = Date.parse(value)
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) lastSecond = { text: value.slice(0, 20), milliseconds: time - Number(value.slice(20, 23)) }
  return time
}

function isDigit(value: number): boolean {
  return value >= 0 && value <= 9
}
