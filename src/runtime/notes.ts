// What a request leaves behind for its line while it runs: events, spans, outgoing calls.
import type { Config } from '../config/index.ts'
import type { LogLevel, LogRecord } from './log.ts'
import type { Budget } from './mask.ts'

/** What code said at a moment. */
export interface TraceEvent {
  name: string
  /** Milliseconds since the start of the request. */
  at: number
  level: LogLevel
  /** Index into `messages`, where the text or the stack is long. */
  msg?: number
  data?: unknown
}

/** A part of the work. */
export interface TraceSpan {
  name: string
  at: number
  /** Absent where it had not ended. */
  ms?: number
  data?: unknown
  /** What it failed with. */
  error?: string
  events?: (TraceEvent | TraceSpan)[]
}

/** A call to another API. */
export interface OutgoingCall {
  api: string
  operation: string
  method: string
  host: string
  path: string
  at: number
  /** Absent where it had not ended. */
  ms?: number
  status?: number
  /** Code of the failure. */
  error?: string
  timeout?: true
}

export interface Notes {
  readonly startedAt: number
  readonly trace: (TraceEvent | TraceSpan)[]
  readonly messages: string[]
  readonly calls: OutgoingCall[]
  /** Calls that found no room, by `api.operation`: how many, how many in vain, milliseconds. */
  moreCalls?: Record<string, [number, number, number]>
  /** What has begun and not ended. */
  readonly open: Set<TraceSpan | OutgoingCall>
  /** The highest level of an event. */
  level?: LogLevel
  keep?: 'always' | 'count'
  /** What `reportSlow` said. */
  slowMs?: number
  /** Events, spans and metrics that found no room. */
  lost: number
  /** What has to be written before the line of the request is. */
  readonly pending: Promise<unknown>[]
  metrics: number
  /** The line is written. */
  isOver: boolean
  /** Events and spans that still find room. */
  left: number
  budget: Budget
}

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

/** Where a context takes the limit of `reportSlow`; a registered symbol, as a service may hold this file twice. */
export const slowLimit: unique symbol = Symbol.for('klue.slow-limit') as never

/** The part of a context that only `reportSlow` sees. */
export interface WithSlowLimit {
  [slowLimit]?(maxMs: number): void
}
