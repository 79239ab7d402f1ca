// The record of a line that was written short: its fields under their names, and those that follow from the others.
import { delayName, jsonType, originName, ownPrefix, shortJson, shortNames } from '../config/index.ts'
import type { LineRecord } from './log-line.ts'

// The order of docs/reference/log-record.md; what is not here comes after it.
const order = ['kind', 'level', 'time', 'started', 'message', 'service', 'stage', 'version', 'function', 'operation', 'call_id', 'call_path', 'request_id', 'gateway_id', 'gateway_time', 'method', 'path', 'query', 'status', 'duration_ms', 'length', 'in_bytes', 'out_bytes', 'request_type', 'response_type', 'user', 'ip', 'user_agent', 'cold_start', 'memory_mb']

const longNames = new Map(Object.entries(shortNames).map(([name, short]) => [short, name]))

/** The record in full; one that is not short stays as it is. */
export function toLongRecord(record: LineRecord): LineRecord {
  const origin = record[originName]
  if (record['kind'] !== 'request' || typeof origin !== 'string') return record
  const fields = new Map<string, unknown>()
  for (const [name, value] of Object.entries(record)) if (name !== originName && name !== delayName) fields.set(longNames.get(name) ?? name, value)
  for (const name of ['request_type', 'response_type']) if (fields.get(name) === shortJson && record[name] === undefined) fields.set(name, jsonType)
  const put = (name: string, value: unknown): void => void (fields.has(name) || value === undefined || fields.set(name, value))
  if (record['response_type'] === undefined && record[shortNames['response_type']!] === '') fields.delete('response_type')
  else put('response_type', jsonType)
  const [service, stage, version, called] = origin.split(' ')
  put('level', 'info')
  put('service', service)
  put('stage', stage)
  put('version', version || undefined)
  put('function', called === undefined || called === '' ? undefined : called.startsWith(ownPrefix) ? `${service}-${stage}-${called.slice(ownPrefix.length)}` : called)
  put('call_id', fields.get('request_id'))
  put('call_path', service)
  put('message', `${String(fields.get('method'))} ${String(fields.get('path'))} ${String(fields.get('status'))}`)
  put('started', isoOf(timeOf(fields.get('gateway_time')) + Number(record[delayName])))
  put('time', isoOf(timeOf(fields.get('started')) + Number(fields.get('duration_ms'))))
  const known = order.filter((name) => fields.has(name))
  return Object.fromEntries([...known, ...[...fields.keys()].filter((name) => !order.includes(name))].map((name) => [name, fields.get(name)]))
}

function timeOf(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : Number.NaN
}

// Numbers of strangers may be no time at all.
function isoOf(time: number): string | undefined {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : undefined
}
