// Opens the notes of a request, and takes what finds room in them.
import type { Config } from '../../config/index.ts'
import type { LogLevel, LogRecord } from '../exchange/log.ts'
import type { Notes, OutgoingCall } from '../exchange/notes.ts'

export interface NotesOptions {
  notes: Notes
  config: Config
  now(): number
  /** For what is said after the line was written. */
  write(record: LogRecord): void
}

const mostItems = 300
const mostCalls = 100
const mostCharacters = 48_000

/** Levels in order. */
export const rank: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

export function openNotes(startedAt: number): Notes {
  return { startedAt, trace: [], messages: [], calls: [], open: new Set(), lost: 0, pending: [], metrics: 0, isOver: false, left: mostItems, budget: { left: mostCharacters } }
}

/** Notes a call that begins; false where there is no room. */
export function noteCall({ calls, open }: Notes, call: OutgoingCall): boolean {
  if (calls.length >= mostCalls) return false
  calls.push(call)
  open.add(call)
  return true
}

/** Counts a call that found no room, when it is over. */
export function countCall(notes: Notes, { api, operation, status, error, ms = 0 }: Pick<OutgoingCall, 'api' | 'operation' | 'status' | 'error' | 'ms'>): void {
  const own = ((notes.moreCalls ??= {})[`${api}.${operation}`] ??= [0, 0, 0])
  own[0] += 1
  if (error !== undefined || status === undefined || status >= 500) own[1] += 1
  own[2] += ms
}
