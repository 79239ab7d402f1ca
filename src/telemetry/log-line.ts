// What lines are, before and after they are read.
import type { RequestRow } from '../store/index.ts'

/** A line as a log service hands it over. */
export interface LogLine {
  /** The same whenever the line is delivered again. */
  id: string
  /** Epoch milliseconds. */
  timestamp: number
  message: string
  /** Log group, for example `/aws/lambda/builds-live-main`. */
  group?: string
  /** Log stream: the lines of one environment of a function. */
  stream?: string
}

/** A line that was lost, and why. */
export interface BadLine {
  id: string
  reason: string
}

export type LineRecord = Record<string, unknown>

export type Counted = Omit<RequestRow, 'expires' | 'record'>

/** A request line, with its record. */
export interface RequestLine {
  kind: 'request'
  request: Counted
  record: LineRecord
  /** Of the line as it was written. */
  characters: number
}

/** What the gateway says of a request that no function answered. */
export interface WitnessLine {
  kind: 'witness'
  request: Counted
  record: LineRecord
  characters: number
}

/** A value of an own metric. */
export interface MetricLine {
  kind: 'metric'
  request: Counted
  record: LineRecord
  characters: number
}

export type ReadLine = RequestLine | WitnessLine | MetricLine | { kind: 'watchdog' | 'report' | 'log'; record: LineRecord } | { kind: 'other' } | { kind: 'bad'; reason: string }

/** Characters of a name or an id at most: keys of rows are short. */
export const longestName = 200

/** A number that a row can hold and a Date bears; 0 for any other. */
export function storable(value: number | undefined): number {
  return value !== undefined && value > 1e-9 && value < 1e12 ? value : 0
}

/** The second of a time: a log of the gateway may say no more. */
export function wholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000
}

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
