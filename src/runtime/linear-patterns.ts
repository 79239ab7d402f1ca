// Bounds the time that a pattern of a specification may take on a text that a stranger chose.
import { setFlagsFromString } from 'node:v8'

/**
 * Lets V8 go on with its linear engine once a pattern has back-tracked this often, which takes well under a millisecond.
 * Patterns that this engine cannot take are refused by `klue check` where they could take long.
 */
export function boundPatterns(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
  setFlagsFromString('--regexp-backtracks-before-fallback=20000')
}
