// Times on the command line: how far back, or when.
import { readDuration } from './duration.ts'
import { misuse } from './run.ts'

/** Epoch milliseconds of `2h` before now, or of an ISO 8601 time. Throws a UsageError. */
export function readSince(text: string, now: number, option: string = 'since'): number {
  if (/^\d{4}-\d\d-\d\d/.test(text)) {
    const time = Date.parse(text)
    if (!Number.isNaN(time)) return time
  }
  if (/^\d+[smhd]$/.test(text)) return now - readDuration(option, text)
  throw misuse(`--${option} ${text} is no time`, 'for example 30m, 2h, 7d or 2026-03-01T12:00:00Z')
}
