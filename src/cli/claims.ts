// Reads the claims that a command line gives as JSON.
import { misuse } from './run.ts'

/** The claims of `--claims`; none where it is absent. Throws a UsageError for anything but a JSON object. */
export function readClaims(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // The sentence below says what is wanted, whatever the parser stumbled on.
  }
  throw misuse(`--claims ${text} is no JSON object`, `for example --claims '{"scope":"builds:write"}'`)
}
