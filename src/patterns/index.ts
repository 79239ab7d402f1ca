// Patterns of documents as regular expressions whose cost is bounded; for validators, and for values of custom formats.
export { boundedPattern } from './bounded-pattern.ts'
export type { Pattern } from './bounded-pattern.ts'
export { isUnicodeNeutral } from './unicode-neutral.ts'
