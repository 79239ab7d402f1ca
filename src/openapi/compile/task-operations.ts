// Reads x-klue-task: the one place that knows its short and its long form.
import { nearest } from '../../errors/index.ts'
import { isObject, type JsonObject } from '../read/pointers.ts'
import type { TaskSettings } from '../table.ts'

/** What is wrong with a value, at a key of it or at the whole. */
export interface TaskFault {
  key?: string
  message: string
  hint?: string
}

/** The settings of a value; those without a fault where it has some. */
export function readTaskSettings(value: unknown): { settings: TaskSettings; faults: TaskFault[] } {
  const settings: TaskSettings = { attempts: 1, timeoutSeconds: 900 }
  if (value === true) return { settings, faults: [] }
  if (!isObject(value)) return { settings, faults: [{ message: `x-klue-task must be true or a mapping, not ${JSON.stringify(value)}` }] }
  const faults: TaskFault[] = []
  for (const [key, entry] of Object.entries(value)) {
    const read = Object.hasOwn(readers, key) ? readers[key]! : undefined
    if (read === undefined) faults.push(unknownKey(key))
    else if (!read.take(settings, entry)) faults.push({ key, message: `${key} of x-klue-task must be ${read.wanted}, not ${JSON.stringify(entry)}` })
  }
  return { settings, faults }
}

/** The settings of an operation; undefined where it runs as its request does. */
export function taskOf(operation: JsonObject): TaskSettings | undefined {
  const value = operation['x-klue-task']
  return value === undefined ? undefined : readTaskSettings(value).settings
}

interface Reader {
  wanted: string
  /** False where the value is none of those that are wanted. */
  take(settings: TaskSettings, value: unknown): boolean
}

const readers: Readonly<Record<string, Reader>> = {
  attempts: whole(100, 'from 1 to 100', (settings, value) => (settings.attempts = value)),
  timeout: whole(900, 'of seconds from 1 to 900', (settings, value) => (settings.timeoutSeconds = value)),
  concurrency: whole(100, 'from 1 to 100', (settings, value) => (settings.concurrency = value)),
  envelope: {
    wanted: '_task',
    take(settings, value) {
      if (value !== '_task') return false
      settings.envelope = value
      return true
    },
  },
}

function whole(most: number, range: string, set: (settings: TaskSettings, value: number) => unknown): Reader {
  return {
    wanted: `a whole number ${range}`,
    take(settings, value) {
      if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > most) return false
      set(settings, value as number)
      return true
    },
  }
}

function unknownKey(key: string): TaskFault {
  const near = nearest(key, Object.keys(readers))
  return { key, message: `x-klue-task has no key ${key}`, hint: near === undefined ? `it knows ${Object.keys(readers).join(', ')}` : `did you mean "${near}"?` }
}
