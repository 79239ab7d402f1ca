// What led to an error: its chain of causes and the errors that it gathers, as a bounded list for the log.
import type { Masker } from './mask.ts'

/** One error behind another. */
export interface Cause {
  /** The path from the failed error to this one: `cause`, `cause.cause`, `cause.errors[1]`. */
  at: string
  /** Class of the error, or the type of a value that is no error. */
  name: string
  code?: string | number
  message: string
  stack?: string
}

const deepest = 5
const widest = 5
const most = 20
const longestMessage = 1000
const longestStack = 4000
/** Characters of all stacks. */
const stackBudget = 24_000

export interface CauseOptions {
  mask: Pick<Masker, 'text' | 'value'>
  sourceStack?: ((stack: string) => string) | undefined
}

/** The causes of an error, five deep, each once, however they refer to each other; undefined where there are none. Never throws. */
export function causesOf(error: unknown, { mask, sourceStack }: CauseOptions): Cause[] | undefined {
  const causes: Cause[] = []
  const seen = new Set<unknown>([error])
  let left = stackBudget
  const look = (from: unknown, path: string, depth: number): void => {
    if (depth > deepest) return
    const errors = read(from, 'errors')
    const behind: [string, unknown][] = [['cause', read(from, 'cause')], ...listed(errors).map((one, index): [string, unknown] => [`errors[${index}]`, one])]
    for (const [step, cause] of behind) {
      if (cause === undefined || cause === null || causes.length >= most || seen.has(cause)) continue
      seen.add(cause)
      const at = path === '' ? step : `${path}.${step}`
      const entry = { at, ...described(cause, mask) }
      causes.push(entry)
      const stack = text(read(cause, 'stack'))
      if (stack !== undefined && left > 0) {
        entry.stack = mask.text(sourceStack?.(stack) ?? stack, Math.min(longestStack, left))
        left -= entry.stack.length
      }
      look(cause, at, depth + 1)
    }
  }
  look(error, '', 1)
  return causes.length === 0 ? undefined : causes
}

// A list of faults, as a refused request has it, is told where the error is told.
function listed(errors: unknown): unknown[] {
  try {
    return Array.isArray(errors) ? errors.slice(0, widest).filter((one) => typeof one !== 'object' || one instanceof Error) : []
  } catch {
    return []
  }
}

function described(cause: unknown, mask: CauseOptions['mask']): Pick<Cause, 'name' | 'message'> & Partial<Cause> {
  const message = text(read(cause, 'message'))
  const code = read(cause, 'code')
  return {
    name: mask.text(text(read(cause, 'name')) ?? typeof cause, 100),
    ...(typeof code === 'number' ? { code } : typeof code === 'string' ? { code: mask.text(code, 100) } : {}),
    message: message === undefined ? printed(cause, mask) : mask.text(message, longestMessage),
  }
}

// Anything can be a cause: a text, a number, an object that is no error.
function printed(cause: unknown, mask: CauseOptions['mask']): string {
  try {
    return typeof cause === 'string' ? mask.text(cause, longestMessage) : mask.text(JSON.stringify(mask.value(cause, { left: longestMessage })) ?? typeof cause, longestMessage)
  } catch {
    return ''
  }
}

// Getters and proxies may throw; what they hide is left out.
function read(from: unknown, name: string): unknown {
  try {
    return typeof from === 'object' && from !== null ? (from as Record<string, unknown>)[name] : undefined
  } catch {
    return undefined
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
