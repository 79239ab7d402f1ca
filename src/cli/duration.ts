// Durations on the command line: 90s, 30m, 2h, 7d.
import { misuse } from './run.ts'

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of a duration such as `2h`. Throws a UsageError that names the option. */
export function readDuration(option: string, text: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text)
  if (match === null) throw misuse(`--${option} ${text} is no duration`, 'for example 90s, 30m, 2h or 7d')
  return Number(match[1]) * units[match[2]!]!
}
