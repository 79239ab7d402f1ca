// Which lines are those of the kit: what other loggers print must not count, report or break anything, whatever names it uses.
import { lineMark } from '../config/index.ts'
import type { LineRecord } from './log-line.ts'

export type LineOwner = 'kit' | 'before marks' | 'others'

// Kinds of lines that were written before lines had a mark began so.
const unmarked = /^\{"kind":"(?:request|metric|access|watchdog|report|log)",/

/** Whose line it is, as far as its beginning tells. */
export function ownerOf(message: string): LineOwner {
  if (message.startsWith(lineMark)) return 'kit'
  return unmarked.test(message) ? 'before marks' : 'others'
}

/** Whether a line that is no JSON began as a line of the kit; it is counted as lost, and does nothing else. */
export function looksCut(message: string): boolean {
  return ['request', 'metric'].some((kind) => message.startsWith(`${lineMark}"kind":"${kind}"`) || message.startsWith(`{"kind":"${kind}"`))
}

// The writer of lines stops at 200,000 bytes.
const longest = 220_000
const deepest = 200

/** Whether a line is longer than one of the kit, or nested so deeply that it could not be written again. */
export function isTooLarge(message: string): boolean {
  // Each level takes two characters at least.
  if (message.length <= deepest * 2) return false
  return message.length > longest || (message.length * 3 > longest && Buffer.byteLength(message) > longest) || (opensOften(message) && isDeep(message))
}

// Most lines open a few: to find those is far cheaper than a look at each character.
function opensOften(message: string): boolean {
  let opened = 0
  for (const bracket of ['{', '[']) for (let at = message.indexOf(bracket); at >= 0 && opened <= deepest; at = message.indexOf(bracket, at + 1)) opened += 1
  return opened > deepest
}

function isDeep(message: string): boolean {
  let [depth, isText] = [0, false]
  for (let index = 0; index < message.length; index++) {
    const code = message.charCodeAt(index)
    if (isText) {
      if (code === 0x5c) index += 1
      else if (code === 0x22) isText = false
    } else if (code === 0x22) isText = true
    else if (code === 0x7b || code === 0x5b) {
      depth += 1
      if (depth > deepest) return true
    } else if (code === 0x7d || code === 0x5d) depth -= 1
  }
  return false
}

const levels = new Set<unknown>(['debug', 'info', 'warn', 'error'])

// What every line of a kind had when lines had no mark.
const fieldsBeforeMarks: Readonly<Record<string, (record: LineRecord) => boolean>> = {
  request: ({ level, time, started, status }) => levels.has(level) && isTime(time) && isTime(started) && status !== undefined,
  metric: ({ time, name, value, unit }) => isTime(time) && typeof name === 'string' && typeof value === 'number' && typeof unit === 'string',
  watchdog: ({ started, operation, request_id: id }) => isTime(started) && typeof operation === 'string' && typeof id === 'string',
  report: ({ level, time, message, title, fatal }) => levels.has(level) && isTime(time) && typeof message === 'string' && /^(?:NON-)?FATAL BACKEND ERROR /.test(message) && typeof title === 'string' && typeof fatal === 'boolean',
  access: ({ request_id: id, time, status }) => typeof id === 'string' && typeof time === 'string' && /^\d{10,13}$/.test(time) && typeof status === 'string',
  log: ({ level, message, operation }) => levels.has(level) && typeof message === 'string' && typeof operation === 'string',
}

// The fields of a kind follow each other as the kit wrote them; a line of another logger that had them all would have them in an order of its own.
const orders: Readonly<Record<string, readonly string[]>> = { request: ['kind', 'level', 'time', 'started'], report: ['kind', 'level', 'time', 'message', 'title', 'fatal'], access: ['kind', 'request_id', 'time'] }

/** Whether a line without a mark has what a line of its kind had before there were marks. */
export function isOfToday(record: LineRecord): boolean {
  const kind = String(record['kind'])
  return fieldsBeforeMarks[kind]!(record) && (orders[kind] ?? ['kind']).every((name, index) => Object.keys(record)[index] === name)
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)
}
