// Reads x-klue-idempotency: the one place that knows its short and its long form.
import { nearest } from '../../errors/index.ts'
import { isObject, type JsonObject } from '../read/pointers.ts'
import type { IdempotencySettings } from '../table.ts'

/** What is wrong with a value, at a key of it or at the whole. */
export interface IdempotencyFault {
  key?: string
  message: string
  hint?: string
}

const daySeconds = 86_400

/** For how long a key is known unless told otherwise. */
const usualTtlSeconds = daySeconds
const ttlSeconds = { least: 60, most: 365 * daySeconds }

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: daySeconds }

/** The settings of a value; those without a fault where it has some. */
export function readIdempotency(value: unknown): { settings: IdempotencySettings; faults: IdempotencyFault[] } {
  if (value === 'required' || value === 'optional') return { settings: { required: value === 'required', ttlSeconds: usualTtlSeconds }, faults: [] }
  const settings: IdempotencySettings = { required: true, ttlSeconds: usualTtlSeconds }
  if (!isObject(value)) return { settings, faults: [{ message: `x-klue-idempotency must be required, optional or a mapping, not ${JSON.stringify(value)}` }] }
  const faults: IdempotencyFault[] = []
  for (const [key, entry] of Object.entries(value)) {
    const read = Object.hasOwn(readers, key) ? readers[key]! : undefined
    if (read === undefined) faults.push(unknownKey(key))
    else if (!read.take(settings, entry)) faults.push({ key, message: `${key} of x-klue-idempotency must be ${read.wanted}, not ${JSON.stringify(entry)}` })
  }
  return { settings, faults }
}

/** The settings of an operation; undefined where it asks for nothing. */
export function idempotencyOf(operation: JsonObject): IdempotencySettings | undefined {
  const value = operation['x-klue-idempotency']
  return value === undefined ? undefined : readIdempotency(value).settings
}

interface Reader {
  wanted: string
  /** False where the value is none of those that are wanted. */
  take(settings: IdempotencySettings, value: unknown): boolean
}

const readers: Readonly<Record<string, Reader>> = {
  required: { wanted: 'true or false', take: (settings, value) => isBoolean(value) && set(() => (settings.required = value)) },
  ttl: {
    wanted: `seconds or a duration such as 24h or 7d, from ${ttlSeconds.least} seconds to ${ttlSeconds.most / daySeconds} days`,
    take: (settings, value) => {
      const seconds = secondsOf(value)
      return seconds !== undefined && seconds >= ttlSeconds.least && seconds <= ttlSeconds.most && set(() => (settings.ttlSeconds = seconds))
    },
  },
  key: {
    wanted: 'header, or a JSON pointer into the body such as /idempotency_key',
    take: (settings, value) => value === 'header' || (typeof value === 'string' && /^(\/[^/]+)+$/.test(value) && set(() => (settings.pointer = value))),
  },
  anonymous: { wanted: 'true or false', take: (settings, value) => isBoolean(value) && set(() => value && (settings.anonymous = true)) },
  on_unknown: { wanted: 'take_over or refuse', take: (settings, value) => value === 'take_over' || (value === 'refuse' && set(() => (settings.refuses = true))) },
  headers: {
    wanted: 'a list of names of declared headers',
    take: (settings, value) => Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '') && set(() => (settings.headers = (value as string[]).map((name) => name.toLowerCase()).sort())),
  },
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

function set(assign: () => unknown): true {
  assign()
  return true
}

function secondsOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined
  const match = typeof value === 'string' ? /^(\d{1,9})([smhd])$/.exec(value) : null
  return match === null ? undefined : Number(match[1]) * units[match[2]!]!
}

function unknownKey(key: string): IdempotencyFault {
  const near = nearest(key, Object.keys(readers))
  return { key, message: `x-klue-idempotency has no key ${key}`, hint: near === undefined ? `it knows ${Object.keys(readers).join(', ')}` : `did you mean "${near}"?` }
}
