// Whether a pattern needs Unicode mode; a part of runtime.cjs too, so it imports nothing.

/**
 * Whether a pattern matches the same texts without Unicode mode. That mode counts a character beyond U+FFFF as one;
 * it makes no difference where such characters are not named and whatever takes them may repeat.
 */
export function isUnicodeNeutral(pattern: string): boolean {
  if (/[\u{10000}-\u{10ffff}\ud800-\udfff]|\\[pPku]/u.test(pattern)) return false
  const atoms = pattern.matchAll(/\\.|\[(\^?)((?:\\.|[^\]\\])*)\]|\./gsu)
  for (const { 0: atom, 1: negation, 2: members = '', index } of atoms) {
    const takesAny = atom === '.' || /^\\[SWD]$/.test(atom) || negation === '^' || /\\[SWD]/.test(members)
    if (takesAny && !/^[*+]/.test(pattern.slice(index + atom.length))) return false
  }
  return true
}
