// When a schedule is due, as EventBridge Scheduler has it: a local time that a change of clocks leaves out is skipped, one that comes twice counts once.
import type { Field } from './cron-fields.ts'
import type { ScheduleRule } from './read-schedule.ts'
import { localTime, utcOf } from './zone-time.ts'

/** The first tick after a time (epoch milliseconds); undefined where there is none any more. */
export function nextTick(rule: ScheduleRule, after: number): number | undefined {
  // On a grid of its own, so that the ticks of two processes are the same.
  if (rule.kind === 'rate') return (Math.floor(after / rule.everyMs) + 1) * rule.everyMs
  const [minutes, hours, days, months, weekdays, years] = rule.fields as [Field, Field, Field, Field, Field, Field]
  const times = valuesOf(hours).flatMap((hour) => valuesOf(minutes).map((minute) => ({ hour, minute })))
  // A day before: after a change of clocks a local time may be earlier than that of `after`, and still follow it.
  const first = localTime(after - dayMs, rule.timezone)
  for (const year of valuesOf(years)) {
    if (year < first.year) continue
    for (const month of valuesOf(months)) {
      if (year === first.year && month < first.month) continue
      for (const day of daysOf({ days, weekdays }, { year, month })) {
        if (year === first.year && month === first.month && day < first.day) continue
        for (const time of times) {
          const tick = utcOf({ year, month, day, ...time }, rule.timezone)
          if (tick !== undefined && tick > after) return tick
        }
      }
    }
  }
  return undefined
}

/** The ticks after one time up to another (included), the first ones where there are more than `most`. */
export function ticksBetween(rule: ScheduleRule, { after, to, most }: { after: number; to: number; most: number }): number[] {
  const ticks: number[] = []
  for (let tick = nextTick(rule, after); tick !== undefined && tick <= to && ticks.length < most; tick = nextTick(rule, tick)) ticks.push(tick)
  return ticks
}

const dayMs = 86_400_000

function valuesOf(field: Field): number[] {
  return field.kind === 'values' ? [...field.values].sort((left, right) => left - right) : []
}

function daysOf({ days, weekdays }: { days: Field; weekdays: Field }, month: { year: number; month: number }): number[] {
  const length = new Date(Date.UTC(month.year, month.month, 0)).getUTCDate()
  const all = Array.from({ length }, (_, index) => index + 1)
  // 1 is Sunday.
  const weekdayOf = (day: number): number => new Date(Date.UTC(month.year, month.month - 1, day)).getUTCDay() + 1
  if (days.kind === 'any') {
    if (weekdays.kind === 'last-weekday') return all.filter((day) => weekdayOf(day) === weekdays.weekday && day + 7 > length)
    if (weekdays.kind === 'nth-weekday') return all.filter((day) => weekdayOf(day) === weekdays.weekday && Math.ceil(day / 7) === weekdays.nth)
    return weekdays.kind === 'values' ? all.filter((day) => weekdays.values.has(weekdayOf(day))) : []
  }
  if (days.kind === 'last') return [length]
  if (days.kind === 'nearest') return days.day > length ? [] : [nearestWorkday(days.day, { length, weekdayOf })]
  return days.kind === 'values' ? all.filter((day) => days.values.has(day)) : []
}

// Within the month: of a Saturday the Friday before, of a Sunday the Monday after, unless that is in another month.
function nearestWorkday(day: number, { length, weekdayOf }: { length: number; weekdayOf(day: number): number }): number {
  if (weekdayOf(day) === 7) return day === 1 ? 3 : day - 1
  if (weekdayOf(day) === 1) return day === length ? day - 2 : day + 1
  return day
}
