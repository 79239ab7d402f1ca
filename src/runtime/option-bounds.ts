// What options that stand in code may be, with the words for a value that is something else.
import { type Fault, nearest } from '../errors/index.ts'

/** A test of a value, and the words for what it should have been. */
export interface Bound {
  valid: (value: unknown) => boolean
  wanted: string
}

/** A number of a unit between two others. */
export const number = (least: number, most: number, unit: string): Bound => ({ valid: (value) => typeof value === 'number' && value >= least && value <= most, wanted: `a number of ${unit} from ${least} to ${most}` })

/** The same without fractions. */
export const whole = (least: number, most: number, unit?: string): Bound => ({ valid: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most, wanted: `a whole number${unit === undefined ? '' : ` of ${unit}`} from ${least} to ${most}` })

/** An exported schema. */
export const schema: Bound = { valid: (value) => typeof value === 'object' && value !== null && 'spec' in value && 'file' in value, wanted: 'a schema that generated code exports: set x-klue-schema: true on it in the document and run "klue generate"' }

/** An object with members that may all be left out. */
export function within(members: Record<string, Bound>): Bound {
  const isValid = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.entries(value).every(([name, one]) => one === undefined || (Object.hasOwn(members, name) && members[name]!.valid(one)))
  return { valid: isValid, wanted: `an object: ${Object.entries(members).map(([name, { wanted }]) => `${name} ${wanted}`).join(', ')}` }
}

/** The names that tasks, schedules and consumers may have. */
export function isName(name: unknown): name is string {
  return typeof name === 'string' && /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)
}

/** A fault for each option that cannot be. `what`: whose options they are, for example `a task`. */
export function optionFaults(options: object, bounds: Readonly<Record<string, Bound>>, { what, tell }: { what: string; tell(pointer: string, message: string, hint?: string): Fault }): Fault[] {
  return Object.entries(options).flatMap(([key, value]) => {
    if (!Object.hasOwn(bounds, key)) {
      const near = nearest(key, Object.keys(bounds))
      return [tell(key, `${what} has no option ${key}`, near === undefined ? `it has ${Object.keys(bounds).join(', ')}` : `did you mean "${near}"?`)]
    }
    const { valid, wanted } = bounds[key]!
    return value === undefined || valid(value) ? [] : [tell(key, `${key} must be ${wanted}, not ${shown(value)}`)]
  })
}

/** A value in a sentence. */
export function shown(value: unknown): string {
  return typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value)).slice(0, 100)
}
