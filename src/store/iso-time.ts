// Times as lines have them, read and written without the calendar: it is asked once a day, not four times a line.

const dayMs = 86_400_000

let [knownDate, knownStart] = ['', 0]

/** Epoch milliseconds of a text that is exactly what `toISOString` writes of them; undefined for every other. */
export function exactTime(text: string): number | undefined {
  if (text.length !== 24 || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':' || text[19] !== '.' || text[23] !== 'Z') return undefined
  const [hours, minutes, seconds, rest] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19), digits(text, 20, 23)]
  if (!(hours < 24 && minutes < 60 && seconds < 60 && rest < 1000) || !isKnown(text)) return undefined
  return knownStart + ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest
}

/** What `toISOString` writes of epoch milliseconds. Throws a RangeError where they are no time. */
export function isoText(time: number): string {
  const rest = time - knownStart
  if (knownDate === '' || !(rest >= 0 && rest < dayMs) || !Number.isInteger(time)) {
    const text = new Date(time).toISOString()
    isKnown(text)
    return text
  }
  const seconds = Math.floor(rest / 1000)
  const minutes = Math.floor(seconds / 60)
  return `${knownDate}T${padded[Math.floor(minutes / 60)]!}:${padded[minutes % 60]!}:${padded[seconds % 60]!}.${String(rest % 1000).padStart(3, '0')}Z`
}

const padded = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'))

// NaN where one of them is no digit.
function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let index = from; index < to; index++) {
    const digit = text.charCodeAt(index) - 48
    value = digit >= 0 && digit < 10 ? value * 10 + digit : Number.NaN
  }
  return value
}

function isKnown(text: string): boolean {
  if (knownDate !== '' && text.startsWith(knownDate)) return true
  const date = text.slice(0, 10)
  const start = Date.parse(`${date}T00:00:00.000Z`)
  // Years of another length are left to the calendar.
  if (Number.isNaN(start) || new Date(start).toISOString().slice(0, 10) !== date) return false
  knownDate = date
  knownStart = start
  return true
}
