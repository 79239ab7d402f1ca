// Declares a task. Declaring one does no I/O.
import { type Fault, nearest, UsageError } from '../errors/index.ts'
import type { Task, TaskOptions } from './exchange/task.ts'
import type { TaskHandler } from './exchange/task-context.ts'

/**
 * Declares work that is not a request: accepted by `context.fire`, run by a worker, tried again where it fails.
 * Throws a UsageError with every option that cannot be.
 * @param name letters, digits and hyphens, at most 64; rows and lines carry it, so it stays
 * @example
 * export const sendApproval = defineTask('sendApproval', { input: ReturnApproved, attempts: 5 }, async ({ id }, context) => { … })
 */
export function defineTask<Received, Given, Result = void>(name: string, options: TaskOptions<Received, Given, Result>, handler: TaskHandler<Received, Result>): Task<Given, Result> {
  const faults = faultsOf(name, options, handler)
  if (faults.length > 0) throw new UsageError(faults)
  const { attempts = 3, timeoutSeconds = 60, delaySeconds = 0, identity = 'service', key = 'one-at-a-time', slowMs = timeoutSeconds * 500, concurrency, backoff, retain } = options
  return {
    kind: 'klue.Task',
    name,
    options: {
      input: options.input as never,
      ...(options.result === undefined ? {} : { result: options.result as never }),
      ...(concurrency === undefined ? {} : { concurrency }),
      attempts, timeoutSeconds, delaySeconds, identity, key, slowMs,
      backoff: { firstSeconds: backoff?.firstSeconds ?? 10, maxSeconds: backoff?.maxSeconds ?? 3600 },
      retain: { succeededDays: retain?.succeededDays ?? 7, failedDays: retain?.failedDays ?? 90, inputDays: retain?.inputDays ?? 1 },
    },
    handler: handler as never,
  }
}

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

function faultsOf(name: unknown, options: unknown, handler: unknown): Fault[] {
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
