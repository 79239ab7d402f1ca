// Which patterns can take very long on some text, and which of those the runtime can bound.
import { createRequire } from 'node:module'
import type * as Detector from 'redos-detector'
import { isUnicodeNeutral } from './unicode-neutral.ts'

// Beyond this V8's linear engine refuses to write out a counted repetition.
const linearRepetitions = 16

// Enough for any pattern that a person would write; the same on every machine, unlike a time limit.
const detectorLimits = { maxScore: 1000, maxSteps: 50_000 }

/**
 * Whether some text makes a pattern back-track without end, and nothing at run time bounds that:
 * V8's linear engine takes over where it can, which is without Unicode mode, look-around and back-references.
 */
export function isUnboundedPattern(pattern: string): boolean {
  if (!/[*+]|\{\d+,\}/.test(pattern) || (isUnicodeNeutral(pattern) && isLinear(pattern))) return false
  const { isSafePattern } = createRequire(import.meta.url)('redos-detector') as typeof Detector
  try {
    return !isSafePattern(pattern, { unicode: true, ...detectorLimits }).safe
  } catch {
    // Syntax that the detector does not know: judged without Unicode mode, or not at all.
    try {
      return !isSafePattern(pattern, detectorLimits).safe
    } catch {
      return true
    }
  }
}

/**
 * Whether a look at a pattern shows that it takes little time on any text, whatever engine runs it: single characters and classes,
 * counted within bounds, at most one of them without a bound and that one behind a `^`, no group that repeats or is referred to.
 */
export function isPlainPattern(pattern: string): boolean {
  if (backReference.test(withoutBackslashes(pattern))) return false
  const plain = pattern.replace(/\\./gs, 'a').replace(/\[[^\]]*\]/g, 'a').replaceAll('(?:', '(')
  if (/\(\?|\)[*+?{]/.test(plain)) return false
  const unbounded = plain.match(/[*+]|\{\d+,\}/g)?.length ?? 0
  const isAnchored = plain.startsWith('^') && !plain.includes('|')
  if (unbounded > 1 || (unbounded === 1 && !isAnchored)) return false
  // How many ways there are to go through it, and how long the longest of them is.
  let ways = 2 ** (plain.match(/[?|]/g)?.length ?? 0)
  let steps = plain.length
  for (const [, least, most] of plain.matchAll(/\{(\d+)(?:,(\d+))?\}/g)) {
    ways *= Number(most ?? least) - Number(least) + 1
    steps += Number(most ?? least)
  }
  // All of that once for a text, or once for each of its characters.
  return ways * steps <= (isAnchored && unbounded === 0 ? 100_000 : 100)
}

const backReference = /\\[1-9]|\\k</

function withoutBackslashes(pattern: string): string {
  return pattern.replace(/\\\\/g, '')
}

function isLinear(pattern: string): boolean {
  const plain = withoutBackslashes(pattern)
  if (/\(\?<?[=!]/.test(plain) || backReference.test(plain)) return false
  const counts = [...plain.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map(([, least, most]) => Math.max(Number(least), Number(most ?? 0)))
  return counts.reduce((product, count) => product * Math.max(1, count), 1) <= linearRepetitions
}
