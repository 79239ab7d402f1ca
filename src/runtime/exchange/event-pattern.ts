// Patterns over events and messages, as AWS has them.

/** What a value may be: one of a list of these. */
export type PatternRule =
  | string
  | number
  | boolean
  | null
  | { prefix: string | { 'equals-ignore-case': string } }
  | { suffix: string | { 'equals-ignore-case': string } }
  | { 'anything-but': string | number | readonly (string | number)[] | { prefix: string | readonly string[] } | { suffix: string | readonly string[] } | { 'equals-ignore-case': string | readonly string[] } | { wildcard: string | readonly string[] } }
  | { numeric: readonly (string | number)[] }
  | { exists: boolean }
  | { 'equals-ignore-case': string }
  | { wildcard: string }
  | { cidr: string }

/** A pattern: each field has to fit one of its rules; `$or` is a list of patterns, one of which has to fit. */
export interface EventPattern {
  readonly [field: string]: EventPattern | readonly (PatternRule | EventPattern)[]
}
