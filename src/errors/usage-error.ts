// What a developer is told: where a document, a setting or a command is wrong and what to do.
import { visibleLine } from './visible-text.ts'

/** One fault in what a developer wrote. */
export interface Fault {
  /** A stable name for tools, kebab-case, for example `operation-id-missing`. */
  code: string
  /** Path of the file, relative to the project's folder; empty where no file is to blame. */
  file: string
  /** 1-based; absent where the file has no lines to speak of. */
  line?: number
  /** 1-based. */
  column?: number
  /** JSON pointer into the document, or a dotted key of the configuration. */
  pointer?: string
  /** One sentence that says what is wrong. */
  message: string
  /** What to do about it, for example `did you mean "listPets"?`. */
  hint?: string
}

const brand = Symbol.for('klue.UsageError')

/** Stops a command or a start; holds every fault that was found. */
export class UsageError extends Error {
  readonly faults: Fault[]

  constructor(faults: Fault | Fault[]) {
    const list = Array.isArray(faults) ? faults : [faults]
    super(list.map(formatFault).join('\n'))
    this.name = 'UsageError'
    this.faults = list
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether a value is a UsageError of this or another copy of klue. */
export function isUsageError(value: unknown): value is UsageError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
}

/** A fault as one line for a terminal: `file:line:column pointer  message (hint)`. */
export function formatFault(fault: Fault): string {
  const place = [fault.file, fault.line, fault.line === undefined ? undefined : fault.column].filter((part) => part !== undefined && part !== '').join(':')
  // Names in documents and folders are anybody's.
  const where = [visibleLine(place), fault.pointer === undefined ? undefined : visibleLine(fault.pointer)].filter(Boolean).join(' ')
  return `${where === '' ? '' : `${where}: `}${fault.message}${fault.hint === undefined ? '' : ` (${fault.hint})`}`
}

/**
 * The candidate nearest to a misspelt word, or undefined where none is within a third of its length.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein distance with transpositions counted as one; stops counting at `limit`. */
export function editDistance(left: string, right: string, limit: number = Infinity): number {
  if (Math.abs(left.length - right.length) >= limit) return limit
  let beforePrevious: number[] = []
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const cost = left[row - 1] === right[column - 1] ? 0 : 1
      let value = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + cost)
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) value = Math.min(value, beforePrevious[column - 2]! + 1)
      current.push(value)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[right.length]!
}
