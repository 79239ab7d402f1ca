// What a request leaves behind for its line while it runs: the shapes of events, spans and outgoing calls.
import type { LogLevel } from './log.ts'

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

/** What makes a task that is fired again the same task. */
export interface TaskIds {
  readonly seed: string
  /** Whether an earlier attempt may have fired them. */
  readonly isRepeated: boolean
  /** How many were fired, by name and key. */
  readonly fired: Map<string, number>
}

/** How much of values may still be kept; shared by the parts of one line. */
export interface Budget {
  /** Characters, counted roughly. */
  left: number
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
  /** Work that must end before the line of the request is written. */
  readonly pending: Promise<unknown>[]
  /** Where the request or run may come again: what the ids of the tasks that it fires are made of. */
  taskIds?: TaskIds
  /** What is to be done once the request has succeeded, before it is answered. */
  answered?: (() => Promise<unknown>)[]
  metrics: number
  /** What ended the request has been reported already. */
  isTold?: true
  /** True once the line of the request is written. */
  isOver: boolean
  /** Events and spans that still find room. */
  left: number
  budget: Budget
}

/** Where a context takes the limit of `reportSlow`; a registered symbol, as a service may hold this file twice. */
export const slowLimit: unique symbol = Symbol.for('klue.slow-limit') as never

/** The part of a context that only `reportSlow` sees. */
export interface WithSlowLimit {
  [slowLimit]?(maxMs: number): void
}
