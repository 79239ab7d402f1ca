// What is wrong with the definition of a task.
import type { Fault } from '../errors/index.ts'
import type { TaskOptions } from './exchange/task.ts'
import { type Bound, isName, number, optionFaults, schema, shown, whole, within } from './option-bounds.ts'

/** Seconds of a year, with its leap day. */
export const longestDelaySeconds: number = 366 * 86_400

const bounds: Record<keyof TaskOptions, Bound> = {
  input: schema,
  result: schema,
  attempts: whole(1, 100),
  timeoutSeconds: whole(1, 900, 'seconds'),
  slowMs: whole(1, 900_000, 'milliseconds'),
  concurrency: whole(1, 100),
  delaySeconds: number(0, longestDelaySeconds, 'seconds'),
  identity: { valid: (value) => value === 'service' || value === 'fail', wanted: "'service' or 'fail'" },
  key: { valid: (value) => value === 'one-at-a-time' || number(1, longestDelaySeconds, 'seconds').valid(member(value, 'windowSeconds')), wanted: "'one-at-a-time' or { windowSeconds } of up to a year" },
  backoff: within({ firstSeconds: number(0, 86_400, 'seconds'), maxSeconds: number(0, 86_400, 'seconds') }),
  retain: within({ succeededDays: whole(1, 3650, 'days'), failedDays: whole(1, 3650, 'days'), inputDays: whole(1, 3650, 'days') }),
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

/** A fault for the name, for each option, and for the handler of `defineTask` that cannot be. */
export function taskFaults(name: unknown, options: unknown, handler: unknown): Fault[] {
  if (!isName(name)) return [fault('defineTask', `the name of a task must begin with a letter and have letters, digits and hyphens, at most 64, not ${shown(name)}`)]
  const place = `defineTask(${name})`
  if (typeof options !== 'object' || options === null) return [fault(place, `the options must be an object, not ${shown(options)}`, 'pass { input: … }')]
  const faults = optionFaults(options, bounds, { what: 'a task', tell: (key, message, hint) => fault(`${place}.${key}`, message, hint) })
  if ((options as { input?: unknown }).input === undefined) faults.push(fault(`${place}.input`, 'a task needs an input', schema.wanted))
  if (typeof handler !== 'function') faults.push(fault(place, `the handler must be a function, not ${shown(handler)}`))
  return faults
}

function fault(pointer: string, message: string, hint?: string): Fault {
  return { code: 'task-invalid', file: '', pointer, message, ...(hint === undefined ? {} : { hint }) }
}
