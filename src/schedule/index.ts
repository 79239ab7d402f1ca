// Schedules: AWS's cron expressions and rates, read, translated from five fields, and computed with time zones.
export { readSchedule, type ScheduleRule, type ScheduleTexts } from './read-schedule.ts'
export { nextTick, ticksBetween } from './ticks.ts'
