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

function isLinear(pattern: string): boolean {
  const plain = pattern.replace(/\\\\/g, '')
  if (/\(\?<?[=!]|\\[1-9]|\\k</.test(plain)) return false
  const counts = [...plain.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map(([, least, most]) => Math.max(Number(least), Number(most ?? 0)))
  return counts.reduce((product, count) => product * Math.max(1, count), 1) <= linearRepetitions
}
