// The record of a line that was written short: its fields under their names, and those that follow from the others.
import { delayName, jsonType, originName, ownPrefix, shortJson, shortNames } from '../config/index.ts'
import { exactTime, isoText } from '../store/index.ts'
import type { LineRecord } from './log-line.ts'

// The order of docs/reference/log-record.md; what is not here comes after it.
const order = ['kind', 'level', 'time', 'started', 'message', 'service', 'stage', 'version', 'function', 'operation', 'call_id', 'call_path', 'request_id', 'gateway_id', 'gateway_time', 'method', 'path', 'query', 'status', 'duration_ms', 'length', 'in_bytes', 'out_bytes', 'request_type', 'response_type', 'user', 'ip', 'user_agent', 'cold_start', 'memory_mb'] as const

type Name = (typeof order)[number]
// A place for each name of the order: a list is far cheaper than a map, and every line of a service comes by here.
type Fields = unknown[]

const at = Object.fromEntries(order.map((name, place) => [name, place])) as Record<Name, number>
const places = new Map<string, number>(order.flatMap((name, place) => [name, shortNames[name] ?? name].map((written) => [written, place] as const)))

/** The record in full; one that is not short stays as it is. */
export function toLongRecord(record: LineRecord): LineRecord {
  const origin = record[originName]
  if (record['kind'] !== 'request' || typeof origin !== 'string') return record
  const fields: Fields = order.map(() => undefined)
  const others: string[] = []
  for (const name of Object.keys(record)) {
    const place = places.get(name)
    if (place !== undefined) fields[place] = record[name]
    else if (name !== originName && name !== delayName) others.push(name)
  }
  for (const name of ['request_type', 'response_type'] as const) if (fields[at[name]] === shortJson && record[name] === undefined) fields[at[name]] = jsonType
  const put = (name: Name, value: unknown): void => void (fields[at[name]] === undefined && (fields[at[name]] = value))
  if (record['response_type'] === undefined && record[shortNames['response_type']!] === '') fields[at.response_type] = undefined
  else put('response_type', jsonType)
  const [service, stage, version, called] = origin.split(' ')
  put('level', 'info')
  put('service', service)
  put('stage', stage)
  put('version', version || undefined)
  put('function', called === undefined || called === '' ? undefined : called.startsWith(ownPrefix) ? `${service}-${stage}-${called.slice(ownPrefix.length)}` : called)
  put('call_id', fields[at.request_id])
  put('call_path', service)
  put('message', `${String(fields[at.method])} ${String(fields[at.path])} ${String(fields[at.status])}`)
  put('started', isoOf(timeOf(fields[at.gateway_time]) + Number(record[delayName])))
  put('time', isoOf(timeOf(fields[at.started]) + Number(fields[at.duration_ms])))
  return inOrder(fields, { record, others })
}

// Each by its name in the code: V8 makes a slow table of an object that gets so many properties under computed names.
function inOrder(fields: Fields, { record, others }: { record: LineRecord; others: readonly string[] }): LineRecord {
  const [kind, level, time, started, message, service, stage, version, called, operation, callId, callPath, requestId, gatewayId, gatewayTime, method, path, query, status, durationMs, length, inBytes, outBytes, requestType, responseType, user, ip, userAgent, coldStart, memoryMb] = fields
  const long: LineRecord = {}
  if (kind !== undefined) long['kind'] = kind
  if (level !== undefined) long['level'] = level
  if (time !== undefined) long['time'] = time
  if (started !== undefined) long['started'] = started
  if (message !== undefined) long['message'] = message
  if (service !== undefined) long['service'] = service
  if (stage !== undefined) long['stage'] = stage
  if (version !== undefined) long['version'] = version
  if (called !== undefined) long['function'] = called
  if (operation !== undefined) long['operation'] = operation
  if (callId !== undefined) long['call_id'] = callId
  if (callPath !== undefined) long['call_path'] = callPath
  if (requestId !== undefined) long['request_id'] = requestId
  if (gatewayId !== undefined) long['gateway_id'] = gatewayId
  if (gatewayTime !== undefined) long['gateway_time'] = gatewayTime
  if (method !== undefined) long['method'] = method
  if (path !== undefined) long['path'] = path
  if (query !== undefined) long['query'] = query
  if (status !== undefined) long['status'] = status
  if (durationMs !== undefined) long['duration_ms'] = durationMs
  if (length !== undefined) long['length'] = length
  if (inBytes !== undefined) long['in_bytes'] = inBytes
  if (outBytes !== undefined) long['out_bytes'] = outBytes
  if (requestType !== undefined) long['request_type'] = requestType
  if (responseType !== undefined) long['response_type'] = responseType
  if (user !== undefined) long['user'] = user
  if (ip !== undefined) long['ip'] = ip
  if (userAgent !== undefined) long['user_agent'] = userAgent
  if (coldStart !== undefined) long['cold_start'] = coldStart
  if (memoryMb !== undefined) long['memory_mb'] = memoryMb
  // As a property of its own, whatever it is called.
  for (const name of others) Object.defineProperty(long, name, { value: record[name], writable: true, enumerable: true, configurable: true })
  return long
}

function timeOf(value: unknown): number {
  return typeof value === 'string' ? (exactTime(value) ?? Date.parse(value)) : Number.NaN
}

// Numbers of strangers may be no time at all.
function isoOf(time: number): string | undefined {
  return Math.abs(time) <= 8.64e15 ? isoText(time) : undefined
}
