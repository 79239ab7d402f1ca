// Declares that a task runs by the clock. Declaring does no I/O.
import { type Fault, UsageError } from '../errors/index.ts'
import { scheduleRule } from './check-definitions.ts'
import type { Schedule, ScheduleOptions, Task } from './exchange/task.ts'

/**
 * Declares a schedule; give it to `schedules` of `defineService`. Throws a UsageError with every option that cannot be.
 * @param name letters, digits and hyphens, at most 64
 * @example
 * export const weekly = defineSchedule('weekly', { cron: '0 8 ? * MON *', timezone: 'Europe/Berlin' }, sendDigest)
 */
export function defineSchedule<Given>(name: string, options: ScheduleOptions<NoInfer<Given>>, task: Task<Given>): Schedule {
  const faults: Fault[] = []
  const place = `defineSchedule(${String(name)})`
  const tell = (pointer: string, message: string, hint?: string): void => void faults.push({ code: 'schedule-invalid', file: '', pointer, message, ...(hint === undefined ? {} : { hint }) })
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)) tell('defineSchedule', `the name of a schedule must begin with a letter and have letters, digits and hyphens, at most 64, not ${JSON.stringify(name)}`)
  if ((task as unknown as Partial<Task> | undefined)?.kind !== 'klue.Task') tell(place, 'the third argument is no task', 'pass what defineTask returns')
  const { cron, every, timezone = 'UTC', input = {} } = options ?? {}
  const read = scheduleRule({ cron, every, timezone })
  if ('faults' in read) for (const { key, message, hint } of read.faults) tell(`${place}.${key}`, message, hint)
  if (faults.length > 0 || 'faults' in read) throw new UsageError(faults)
  return { kind: 'klue.Schedule', name, rule: read.rule, task: task as unknown as Task, input }
}
