// Local times of a time zone and the moments that they are.

export interface LocalTime {
  year: number
  /** 1 to 12. */
  month: number
  day: number
  hour: number
  minute: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** The local time of a moment (epoch milliseconds). */
export function localTime(moment: number, timeZone: string): LocalTime {
  let format = formats.get(timeZone)
  if (format === undefined) formats.set(timeZone, (format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' })))
  const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]))
  return { year: parts['year']!, month: parts['month']!, day: parts['day']!, hour: parts['hour']!, minute: parts['minute']! }
}

const dayMs = 86_400_000

/** The moment of a local time: the first one where it comes twice, undefined where clocks leave it out. */
export function utcOf(time: LocalTime, timeZone: string): number | undefined {
  const guess = asUtc(time)
  const offsets = new Set([-dayMs, 0, dayMs].map((shift) => offsetAt(guess + shift, timeZone)))
  const moments = [...offsets].map((offset) => guess - offset).filter((moment) => asUtc(localTime(moment, timeZone)) === guess)
  return moments.length === 0 ? undefined : Math.min(...moments)
}

function offsetAt(moment: number, timeZone: string): number {
  return asUtc(localTime(moment, timeZone)) - Math.floor(moment / 60_000) * 60_000
}

function asUtc({ year, month, day, hour, minute }: LocalTime): number {
  return Date.UTC(year, month - 1, day, hour, minute)
}
