// The schedules of a deployed worker: those of its version, and the ticks that EventBridge Scheduler sends.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from '../config/index.ts'
import { UsageError } from '../errors/index.ts'
import type { KnownTasks } from '../store/index.ts'

/** A tick as the deployment has EventBridge Scheduler send it. */
export interface TickEvent {
  klue: 'tick'
  /** Name of the schedule. */
  schedule: string
  /** When it was due, ISO 8601. */
  time: string
}

/** The schedules beside the bundle. */
export function openSchedules(): KnownTasks['schedules'] {
  const file = join(env('LAMBDA_TASK_ROOT') ?? '.', 'klue-schedules.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as KnownTasks['schedules']) : {}
}

/** What a tick says. Throws where it is none, so that whoever sends it hears. */
export function tickOf({ schedule, time }: TickEvent): { name: string; time: number } {
  const milliseconds = typeof time === 'string' ? Date.parse(time) : Number.NaN
  if (typeof schedule === 'string' && Number.isFinite(milliseconds)) return { name: schedule, time: milliseconds }
  throw new UsageError({ code: 'event-unknown', file: '', message: 'A tick that invoked the worker names no schedule, or no time', hint: 'let nothing but the schedules of its stack invoke it' })
}
