// Bounds the time that a pattern of a specification may take on a text that a stranger chose.

let isBounded = false

/**
 * Makes V8 switch to its linear engine after a pattern has back-tracked 20,000 times, which takes well under a millisecond.
 * `klue check` refuses patterns that could take long and that this engine does not support.
 * To be called right before the first pattern of a specification is made, not earlier: once flags are set, Node compiles
 * those of its own modules that are not loaded yet from source, which takes five times as long.
 */
export function boundPatterns(): void {
  if (isBounded) return
  isBounded = true
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
  setFlagsFromString('--regexp-backtracks-before-fallback=20000')
  // Long texts go to that engine at once: some repetitions are tried anew from every character on, and V8 counts no back-track then.
  setFlagsFromString('--enable-experimental-regexp-engine')
}
