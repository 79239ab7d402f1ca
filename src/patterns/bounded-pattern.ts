// The regular expression of a pattern, whose cost grows with a text's length alone; a part of runtime.cjs too.
import { isUnicodeNeutral } from './unicode-neutral.ts'

// Up to here V8's ordinary engine is the faster one, also for what it has to try from every character on.
const shortText = 1000
// Of what neither engine bounds: longer texts are taken not to match.
const longestUnbounded = 10_000

/** What validators use of a pattern. */
export interface Pattern {
  test(text: string): boolean
}

/**
 * The expression of a pattern. Patterns of public documents are often invalid in Unicode mode only; they then mean what they mean without it.
 * Those that mean the same without it go without: only there V8's linear engine can take over.
 * @param most absent for what takes little time on any text; 0 for what the linear engine takes; else the longest text that may match
 */
export function boundedPattern(source: string, flags: string, most?: number): Pattern {
  const expression = tolerant(source, flags)
  if (most === undefined) return expression
  let linear: RegExp | false | undefined
  return {
    test(text) {
      if (text.length <= shortText) return expression.test(text)
      if (most === 0) linear ??= linearOf(source)
      if (most === 0 && linear) return linear.test(text)
      return text.length <= (most || longestUnbounded) && expression.test(text)
    },
  }
}

function tolerant(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, isUnicodeNeutral(source) ? '' : flags)
  } catch {
    return new RegExp(source)
  }
}

// The flag exists once the runtime has turned the engine on.
function linearOf(source: string): RegExp | false {
  try {
    // oxlint-disable-next-line no-invalid-regexp -- the flag of V8's linear engine
    return new RegExp(source, 'l')
  } catch {
    return false
  }
}
