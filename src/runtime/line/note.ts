// Takes what code says while a request runs into its notes: events with their fields, and spans.
import type { AsyncLocalStorage } from 'node:async_hooks'
import type { LogLevel } from '../exchange/log.ts'
import type { Notes, TraceEvent, TraceSpan } from '../exchange/notes.ts'
import { maskerOf } from './mask.ts'
import type { NotesOptions } from './take-notes.ts'

/** A call of a logger. */
export interface Said {
  level: LogLevel
  message: string | object
  fields: unknown
  /** Fields that the logger adds. */
  keys: Record<string, unknown>
  /** Epoch milliseconds. */
  at: number
}

const longestName = 200
const order = ['debug', 'info', 'warn', 'error']

// Knows the span in whose function a call is made, also where several spans run at the same time. Made with the first span.
let running: AsyncLocalStorage<{ notes: Notes; span: TraceSpan }> | undefined

/** Notes an event; after the line of the request is written it is a line of its own. */
export function note(options: NotesOptions, said: Said): void {
  try {
    noteEvent(options, said, eventOf(said))
  } catch {
    // Getters of a noted value may throw; the request must go on all the same.
    options.notes.lost += 1
  }
}

/** Runs a function as a span. */
export async function span<Result>({ notes, config, now }: NotesOptions, { name, data }: { name: string; data: unknown }, run: () => Result | Promise<Result>): Promise<Result> {
  const begun = now()
  const items = notes.isOver ? undefined : placeIn(notes)
  if (items === undefined) return run()
  const mask = maskerOf(config.secretNames)
  const own: TraceSpan = { name: mask.text(name, longestName), at: begun - notes.startedAt }
  if (data !== undefined) own.data = mask.value(data, notes.budget)
  items.push(own)
  notes.open.add(own)
  running ??= new (process.getBuiltinModule('node:async_hooks').AsyncLocalStorage)()
  try {
    return await running.run({ notes, span: own }, run)
  } catch (error) {
    own.error = mask.text(textOf(error), longestName)
    throw error
  } finally {
    own.ms = now() - begun
    notes.open.delete(own)
  }
}

function eventOf({ message, fields, keys }: Said): { text: string; fields: unknown } {
  const [said, given] = typeof message === 'string' ? [message, fields] : [typeof fields === 'string' ? fields : undefined, message]
  const named = given instanceof Error ? { err: given } : given
  const { msg, message: inner } = (typeof given === 'object' && given !== null ? given : {}) as { msg?: unknown; message?: unknown }
  const text = said ?? (typeof msg === 'string' ? msg : typeof inner === 'string' ? inner : '')
  const hasKeys = Object.keys(keys).length > 0
  const isFields = typeof named === 'object' && named !== null && !Array.isArray(named)
  return { text, fields: isFields ? (hasKeys ? { ...keys, ...named } : named) : named === undefined ? (hasKeys ? keys : undefined) : { ...keys, value: named } }
}

function noteEvent({ notes, config, write }: NotesOptions, { level, at }: Said, { text, fields }: { text: string; fields: unknown }): void {
  const mask = maskerOf(config.secretNames)
  if (notes.isOver) {
    const data = fields === undefined ? {} : { data: mask.value(fields, { left: 16_000 }) }
    return write({ kind: 'log', level, time: new Date(at).toISOString(), message: mask.text(text), ...data })
  }
  if (notes.level === undefined || order.indexOf(level) > order.indexOf(notes.level)) notes.level = level
  const items = placeIn(notes)
  if (items === undefined) return
  const event: TraceEvent = { name: mask.text(text, longestName), at: at - notes.startedAt, level }
  items.push(event)
  if (text.length > longestName) keepMessage(notes, event, mask.text(text))
  if (fields !== undefined) addFields(notes, event, mask.value(fields, notes.budget))
}

// Stacks are long and may repeat, so they are kept once, in the list of messages.
function addFields(notes: Notes, event: TraceEvent, data: unknown): void {
  const error = (data as { err?: { stack?: unknown } } | null)?.err
  if (typeof error?.stack === 'string' && event.msg === undefined) {
    keepMessage(notes, event, error.stack)
    delete error.stack
  }
  event.data = data
}

function keepMessage(notes: Notes, event: TraceEvent, message: string): void {
  const known = notes.messages.indexOf(message)
  if (known >= 0) event.msg = known
  else if (notes.budget.left > 0) {
    notes.budget.left -= message.length
    event.msg = notes.messages.push(message) - 1
  }
}

// Where the next event or span goes, if there is room for it.
function placeIn(notes: Notes): (TraceEvent | TraceSpan)[] | undefined {
  if (notes.left <= 0 || notes.budget.left <= 0) {
    notes.lost += 1
    return undefined
  }
  notes.left -= 1
  const current = running?.getStore()
  return current === undefined || current.notes !== notes ? notes.trace : (current.span.events ??= [])
}

function textOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error)
  } catch {
    return ''
  }
}
