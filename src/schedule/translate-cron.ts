// The five fields of cron as AWS's six: days of the week begin with 1, one of the fields of days is `?`, and there is a year.
import { fieldRanges } from './cron-fields.ts'

const macros: Readonly<Record<string, string>> = { '@hourly': '0 * * * *', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@weekly': '0 0 * * 0', '@monthly': '0 0 1 * *', '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *' }

/** Six fields; a fault says why there are none that mean the same. */
export function toSixFields(text: string): { fields: string[] } | { fault: string; hint?: string } {
  const words = text.trim().replace(/^cron\((.*)\)$/i, '$1').trim().split(/\s+/)
  const given = words.length === 1 && words[0]!.startsWith('@') ? macros[words[0]!.toLowerCase()]?.split(' ') : words
  if (given === undefined) return { fault: `${words[0]!} has no equal among AWS's expressions`, hint: `it may be ${Object.keys(macros).join(', ')}` }
  if (given.length === 6) return { fields: given }
  if (given.length !== 5) return { fault: `it has ${given.length} ${given.length === 1 ? 'field' : 'fields'}`, hint: 'write AWS\'s six (minutes hours day-of-month month day-of-week year), or five without the year' }
  const [minutes = '', hours = '', day = '', month = '', weekday = ''] = given
  const isEveryDay = day === '*' || day === '?'
  const isEveryWeekday = weekday === '*' || weekday === '?'
  if (!isEveryDay && !isEveryWeekday) return { fault: 'five fields with a day of the month and a day of the week mean either, which AWS cannot say', hint: 'make two schedules' }
  const days = isEveryWeekday ? [stepped(day, 1), '?'] : ['?', awsWeekday(weekday)]
  const [dayOfMonth, dayOfWeek] = isEveryDay && isEveryWeekday ? ['*', '?'] : days
  if (dayOfWeek === undefined) return { fault: `${weekday} is no day of the week from 0 (SUN) to 7 (SUN)` }
  return { fields: [stepped(minutes, 0), stepped(hours, 0), dayOfMonth!, stepped(month, 1), dayOfWeek, '*'] }
}

// AWS steps from a first value.
function stepped(field: string, first: number): string {
  return field.split(',').map((part) => part.replace(/^\*\//, `${first}/`)).join(',')
}

// Written out, because 0 and 7 are both Sunday and a range such as 5-7 would end before it begins.
function awsWeekday(field: string): string | undefined {
  const names = fieldRanges[4]!.names!
  const numberOf = (text: string): number | undefined => {
    const index = names.indexOf(text.toUpperCase())
    return index >= 0 ? index : /^[0-7]$/.test(text) ? Number(text) : undefined
  }
  const days = new Set<number>()
  for (const part of field.split(',')) {
    const [, span = '', step = '1'] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? []
    const [first, last] = span === '*' ? [0, 6] : span.split('-').map(numberOf)
    if (first === undefined || (span.includes('-') && last === undefined) || Number(step) < 1) return undefined
    const end = span.includes('-') || span === '*' ? last! : part.includes('/') ? 6 : first
    for (let day = first; day <= (end < first ? end + 7 : end); day += Number(step)) days.add(day % 7)
  }
  return days.size === 0 ? undefined : [...days].sort((left, right) => left - right).map((day) => names[day]!).join(',')
}
