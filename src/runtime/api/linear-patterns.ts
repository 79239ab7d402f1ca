// Bounds the time that a pattern of a specification may take on a text that a stranger chose.

let isBounded = false

/**
 * Lets V8 go on with its linear engine once a pattern has back-tracked this often, which takes well under a millisecond.
 * Patterns that this engine cannot take are refused by `klue check` where they could take long.
 * Called before the first pattern of a specification is made and no sooner: from then on Node compiles the parts of itself
 * that it has not loaded yet from their source, which takes five times as long.
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
