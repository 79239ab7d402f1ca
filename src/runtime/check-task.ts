// What is wrong with the definition of a task.
import { type Fault, nearest } from '../errors/index.ts'
import type { TaskOptions } from './exchange/task.ts'

interface Bound {
  valid: (value: unknown) => boolean
  wanted: string
}

const number = (least: number, most: number, unit: string): Bound => ({ valid: (value) => typeof value === 'number' && value >= least && value <= most, wanted: `a number of ${unit} from ${least} to ${most}` })

const whole = (least: number, most: number, unit?: string): Bound => ({ valid: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most, wanted: `a whole number${unit === undefined ? '' : ` of ${unit}`} from ${least} to ${most}` })

const schema: Bound = { valid: (value) => typeof value === 'object' && value !== null && 'spec' in value && 'file' in value, wanted: 'a schema that generated code exports: set x-klue-schema: true on it in the document and run "klue generate"' }

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

function within(members: Record<string, Bound>): Bound {
  const isValid = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.entries(value).every(([name, one]) => one === undefined || (Object.hasOwn(members, name) && members[name]!.valid(one)))
  return { valid: isValid, wanted: `an object: ${Object.entries(members).map(([name, { wanted }]) => `${name} ${wanted}`).join(', ')}` }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

/** A fault for the name, for each option, and for the handler of `defineTask` that cannot be. */
export function taskFaults(name: unknown, options: unknown, handler: unknown): Fault[] {
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)) return [fault('defineTask', `the name of a task must begin with a letter and have letters, digits and hyphens, at most 64, not ${shown(name)}`)]
  const place = `defineTask(${name})`
  if (typeof options !== 'object' || options === null) return [fault(place, `the options must be an object, not ${shown(options)}`, 'pass { input: … }')]
  const faults = Object.entries(options).flatMap(([key, value]) => {
    if (!Object.hasOwn(bounds, key)) {
      const near = nearest(key, Object.keys(bounds))
      return [fault(`${place}.${key}`, `a task has no option ${key}`, near === undefined ? `it has ${Object.keys(bounds).join(', ')}` : `did you mean "${near}"?`)]
    }
    const { valid, wanted } = bounds[key as keyof TaskOptions]
    return value === undefined || valid(value) ? [] : [fault(`${place}.${key}`, `${key} must be ${wanted}, not ${shown(value)}`)]
  })
  if ((options as { input?: unknown }).input === undefined) faults.push(fault(`${place}.input`, 'a task needs an input', schema.wanted))
  if (typeof handler !== 'function') faults.push(fault(place, `the handler must be a function, not ${shown(handler)}`))
  return faults
}

function fault(pointer: string, message: string, hint?: string): Fault {
  return { code: 'task-invalid', file: '', pointer, message, ...(hint === undefined ? {} : { hint }) }
}

function shown(value: unknown): string {
  return typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value)).slice(0, 100)
}
