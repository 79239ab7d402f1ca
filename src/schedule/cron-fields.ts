// One field of a cron expression: the values that it stands for, and the words of AWS for days.

/** A field as it is read: values, or days that depend on the month. */
export type Field =
  | { kind: 'values'; values: ReadonlySet<number> }
  /** `?`: the other field of days decides. */
  | { kind: 'any' }
  /** The last day of the month. */
  | { kind: 'last' }
  /** The day of work that is nearest to a day of the month. */
  | { kind: 'nearest'; day: number }
  /** The last of a day of the week in a month. */
  | { kind: 'last-weekday'; weekday: number }
  /** The nth of a day of the week in a month. */
  | { kind: 'nth-weekday'; weekday: number; nth: number }

export interface FieldRange {
  name: string
  least: number
  most: number
  /** Names of values, the first one of `least`. */
  names?: readonly string[]
  /** Which words besides values it takes. */
  words?: 'days of the month' | 'days of the week'
}

/** AWS's six fields. */
export const fieldRanges: readonly FieldRange[] = [
  { name: 'minutes', least: 0, most: 59 },
  { name: 'hours', least: 0, most: 23 },
  { name: 'day-of-month', least: 1, most: 31, words: 'days of the month' },
  { name: 'month', least: 1, most: 12, names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] },
  { name: 'day-of-week', least: 1, most: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'], words: 'days of the week' },
  { name: 'year', least: 1970, most: 2199 },
]

/** Reads a field; a text says what is wrong with it. */
export function readField(text: string, range: FieldRange): Field | string {
  const special = range.words === undefined ? undefined : readWord(text, range)
  if (special !== undefined) return special
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const found = readPart(part, range)
    if (typeof found === 'string') return found
    for (const value of found) values.add(value)
  }
  return { kind: 'values', values }
}

function readWord(text: string, range: FieldRange): Field | string | undefined {
  if (text === '?') return { kind: 'any' }
  if (range.words === 'days of the month') {
    if (text === 'L') return { kind: 'last' }
    const day = Number(/^(\d+)W$/.exec(text)?.[1] ?? Number.NaN)
    if (Number.isNaN(day)) return undefined
    return day >= 1 && day <= 31 ? { kind: 'nearest', day } : `${text} names no day of a month`
  }
  // The last day of a week is Saturday.
  if (text === 'L') return { kind: 'values', values: new Set([7]) }
  const [, name, last, nth] = /^([A-Z]+|\d+)(?:(L)|#(\d+))$/i.exec(text) ?? []
  if (name === undefined) return undefined
  const weekday = valueOf(name, range)
  if (weekday === undefined) return `${name} is no day of the week`
  if (last !== undefined) return { kind: 'last-weekday', weekday }
  return Number(nth) >= 1 && Number(nth) <= 5 ? { kind: 'nth-weekday', weekday, nth: Number(nth) } : `${text} asks for the ${nth}th of a month, which has five at most`
}

function readPart(part: string, range: FieldRange): number[] | string {
  const [, span = '', step] = /^([^/]*)(?:\/(.*))?$/.exec(part) ?? []
  const every = step === undefined ? 1 : /^\d+$/.test(step) ? Number(step) : 0
  if (every < 1) return `${part} has no step above 0`
  const [first, last] = span === '*' ? [range.least, range.most] : span.split('-').map((text) => valueOf(text, range))
  if (span.split('-').length > 2 || first === undefined || (span.includes('-') && span !== '*' && last === undefined)) return `${JSON.stringify(part)} is no ${range.name} from ${nameOf(range.least, range)} to ${nameOf(range.most, range)}`
  const end = span === '*' || span.includes('-') ? last! : step === undefined ? first : range.most
  if (end < first) return `${part} ends before it begins`
  return Array.from({ length: Math.floor((end - first) / every) + 1 }, (_, index) => first + index * every)
}

function valueOf(text: string, { least, most, names }: FieldRange): number | undefined {
  const index = names?.indexOf(text.toUpperCase()) ?? -1
  const value = index >= 0 ? least + index : /^\d+$/.test(text) ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : undefined
}

function nameOf(value: number, { names, least }: FieldRange): string {
  return names === undefined ? String(value) : `${value} (${names[value - least]!})`
}
