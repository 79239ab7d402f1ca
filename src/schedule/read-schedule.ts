// Reads when something is to run: a cron expression or a rate, and a time zone.
import { type Field, fieldRanges, readField } from './cron-fields.ts'
import { toSixFields } from './translate-cron.ts'

/** As people write it. */
export interface ScheduleTexts {
  /** AWS's six fields; five are translated. */
  cron?: string | undefined
  /** Such as `15m`, `2h` or `1d`. */
  every?: string | undefined
  /** A name of the IANA database; UTC by default. */
  timezone?: string | undefined
}

/** When something is to run. */
export type ScheduleRule =
  | { kind: 'cron'; /** AWS's expression: `cron(0 8 ? * MON *)`. */ aws: string; fields: readonly Field[]; timezone: string }
  | { kind: 'rate'; /** AWS's expression: `rate(15 minutes)`. */ aws: string; everyMs: number; timezone: string }

/** What is wrong, and at which of the texts. */
export interface ScheduleFault {
  key: 'cron' | 'every' | 'timezone'
  message: string
  hint?: string
}

/** The rule of a schedule, or every fault. */
export function readSchedule({ cron, every, timezone = 'UTC' }: ScheduleTexts): { rule: ScheduleRule } | { faults: ScheduleFault[] } {
  const faults: ScheduleFault[] = []
  if (!isTimezone(timezone)) faults.push({ key: 'timezone', message: `${JSON.stringify(timezone)} is no time zone`, hint: 'write a name of the IANA database such as Europe/Berlin' })
  if (cron !== undefined && every !== undefined) faults.push({ key: 'every', message: 'a schedule has cron or every, and both are set', hint: 'leave one out' })
  else if (cron === undefined && every === undefined) faults.push({ key: 'cron', message: 'a schedule needs cron or every', hint: 'for example cron: "0 8 ? * MON *", or every: 15m' })
  else {
    const found = cron === undefined ? readEvery(every!) : readCron(cron)
    if ('message' in found) faults.push(found)
    else if (faults.length === 0) return { rule: { ...found, timezone } }
  }
  return { faults }
}

type Timeless = { kind: 'cron'; aws: string; fields: readonly Field[] } | { kind: 'rate'; aws: string; everyMs: number }

function readCron(text: unknown): Timeless | ScheduleFault {
  if (typeof text !== 'string') return { key: 'cron', message: `cron must be text, not ${JSON.stringify(text)}` }
  const six = toSixFields(text)
  const told = (fault: string, hint?: string): ScheduleFault => ({ key: 'cron', message: `the cron expression ${JSON.stringify(text)} cannot be: ${fault}`, ...(hint === undefined ? {} : { hint }) })
  if ('fault' in six) return told(six.fault, six.hint)
  const fields: Field[] = []
  for (const [index, range] of fieldRanges.entries()) {
    const field = readField(six.fields[index]!, range)
    if (typeof field === 'string') return told(field)
    fields.push(field)
  }
  const isOpen = [fields[2]!, fields[4]!].map(({ kind }) => kind === 'any')
  if (isOpen[0] === isOpen[1]) return told(isOpen[0]! ? 'day-of-month and day-of-week are both ?' : 'day-of-month and day-of-week are both set, which AWS does not take', isOpen[0]! ? 'set one of them, for example to *' : 'write ? for one of them')
  return { kind: 'cron', aws: `cron(${six.fields.join(' ')})`, fields }
}

const units: Readonly<Record<string, [word: string, ms: number]>> = { m: ['minute', 60_000], h: ['hour', 3_600_000], d: ['day', 86_400_000] }

function readEvery(text: unknown): Timeless | ScheduleFault {
  const [, count = '', letter = ''] = (typeof text === 'string' ? /^([1-9]\d{0,4})([mhd])$/.exec(text.trim()) : null) ?? []
  const unit = units[letter]
  if (unit === undefined) return { key: 'every', message: `every must be minutes, hours or days such as 15m, 2h or 1d, not ${JSON.stringify(text)}`, hint: 'a minute is the least that AWS takes' }
  return { kind: 'rate', aws: `rate(${count} ${unit[0]}${count === '1' ? '' : 's'})`, everyMs: Number(count) * unit[1] }
}

function isTimezone(name: unknown): name is string {
  if (typeof name !== 'string' || name === '') return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format(0)
    return true
  } catch {
    return false
  }
}
