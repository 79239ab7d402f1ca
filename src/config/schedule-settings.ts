// What a schedule is, as the configuration says.

/** One schedule, as `schedules.<name>` in the file says. */
export interface ScheduleSettings {
  task: string
  cron?: string
  every?: string
  timezone?: string
  input?: Record<string, unknown>
}
