// Which patterns can take very long on some text, and which of those the runtime can bound.
import { createRequire } from 'node:module'
import type * as Detector from 'redos-detector'
import { isUnicodeNeutral } from '../../patterns/index.ts'

// V8's linear engine refuses counted repetitions with more repeats than this.
const linearRepetitions = 16

// Bounds on the look at one pattern, the same on every machine: a step costs a quarter of a millisecond and some memory.
const detectorLimits = { maxScore: 1000, maxSteps: 4000 }
const longestPattern = 5000
// Of a whole process: a document of a thousand such patterns is not looked at for hours.
const mostUndecided = 20

// Of a pattern that a look alone bounds.
const longestUnknown = 1000

// What one text may cost, in steps of the engine; far below a second.
const mostSteps = 1e8
// No body is longer.
const longestText = 5_000_000

/** What the look at a pattern showed. */
export interface PatternCost {
  /**
   * `plain`: shown by a look; `proven`: by the detector; `linear`: the linear engine bounds it; `bounded`: texts must not be longer than `most`;
   * `endless`: some text makes it back-track almost without end; `undecided`: within the bounds of a look nobody can tell.
   */
  kind: 'plain' | 'proven' | 'linear' | 'bounded' | 'endless' | 'undecided'
  /** The pattern as validators use it. */
  source: string
  /** As `boundedPattern` takes it. */
  most?: number
}

const known = new Map<string, PatternCost>()
let undecided = 0

/** What a pattern can cost; each text is looked at once. */
export function costOf(pattern: string): PatternCost {
  const found = known.get(pattern)
  if (found !== undefined) return found
  const cost = look(pattern)
  known.set(pattern, cost)
  return cost
}

/** Whether nothing at run time bounds a pattern that some text makes back-track without end, or of which nobody can tell. */
export function isUnboundedPattern(pattern: string): boolean {
  return ['endless', 'undecided'].includes(costOf(pattern).kind)
}

function look(pattern: string): PatternCost {
  if (isPlainPattern(pattern)) return { kind: 'plain', source: pattern }
  const source = withoutUnicodeEscapes(pattern)
  if (isUnicodeNeutral(source) && isLinear(source)) return { kind: 'linear', source, most: 0 }
  const score = scoreOf(pattern)
  // Counted single characters alone cannot be tried in more ways than their counts say.
  if (score === 'undecided' && turnsOf(pattern) <= 1_000_000) return { kind: 'bounded', source: pattern, most: longestUnknown }
  if (typeof score === 'string') return { kind: score, source: pattern, most: 1 }
  // A score tells of one start: where nothing holds the pattern to the first character, each of them is one.
  const most = Math.floor(isAnchored(pattern) ? mostSteps / score : Math.sqrt(mostSteps / score))
  return most >= longestText ? { kind: 'proven', source: pattern } : { kind: 'bounded', source: pattern, most }
}

function scoreOf(pattern: string): number | 'endless' | 'undecided' {
  if (pattern.length > longestPattern || undecided >= mostUndecided) return 'undecided'
  const { isSafePattern } = createRequire(import.meta.url)('redos-detector') as typeof Detector
  // Syntax that the detector does not know is judged without Unicode mode, or not at all.
  for (const unicode of [true, false]) {
    try {
      const { error, score } = isSafePattern(pattern, { unicode, ...detectorLimits })
      if (error === 'hitMaxScore') return 'endless'
      if (error === null && !score.infinite) return score.value
      break
    } catch {
      continue
    }
  }
  undecided += 1
  return 'undecided'
}

// Held to the first character on every way through it.
function isAnchored(pattern: string): boolean {
  const plain = pattern.replace(/\\./gs, 'a').replace(/\[[^\]]*\]/g, 'a')
  let depth = 0
  for (const character of plain) {
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (character === '|' && depth === 0) return false
  }
  return plain.startsWith('^')
}

// The linear engine knows no Unicode mode: characters that are written as \\u00e4 can as well stand there themselves.
function withoutUnicodeEscapes(pattern: string): string {
  const plain = pattern.replace(/\\(?:u([0-9a-fA-F]{4})|.)/gs, (escape, code: string | undefined) => {
    const unit = code === undefined ? -1 : Number.parseInt(code, 16)
    if (unit < 0 || (unit >= 0xd800 && unit <= 0xdfff)) return escape
    return unit < 0x100 ? `\\x${unit.toString(16).padStart(2, '0')}` : String.fromCharCode(unit)
  })
  // A range over all halves of pairs means single characters in Unicode mode, and halves without it.
  const spansPairs = [...plain.matchAll(/(\\x[0-9a-f]{2}|.)-(.)/gs)].some(([, from, to]) => from!.charCodeAt(0) < 0xd800 && to!.charCodeAt(0) > 0xdfff)
  return spansPairs ? pattern : plain
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
  // An anchored pattern is tried once for a text, any other at each of its characters.
  return turnsIn(plain) <= (isAnchored && unbounded === 0 ? 100_000 : 100)
}

// The turns that the engine can take in a pattern without repeated groups and repetitions without a bound; of others there is no end.
function turnsOf(pattern: string): number {
  if (backReference.test(withoutBackslashes(pattern))) return Infinity
  const plain = pattern.replace(/\\./gs, 'a').replace(/\[[^\]]*\]/g, 'a').replace(/\(\?(?::|<?[=!])/g, '(')
  return /[*+]|\{\d+,\}|\)\{/.test(plain) ? Infinity : turnsIn(plain)
}

// How many ways there are to go through it, times the length of the longest.
function turnsIn(plain: string): number {
  let ways = 2 ** (plain.match(/[?|]/g)?.length ?? 0)
  let steps = plain.length
  for (const [, least, most] of plain.matchAll(/\{(\d+)(?:,(\d+))?\}/g)) {
    ways *= Number(most ?? least) - Number(least) + 1
    steps += Number(most ?? least)
  }
  return ways * steps
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
