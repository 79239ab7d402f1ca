// What of a request is kept, and how long.
import type { RequestRow } from '../store/index.ts'
import type { RequestLine } from './read-line.ts'

export interface KeepRules {
  /** Days for which unremarkable requests are kept. */
  volatileDays: number
  /** Days for which everything else is kept. */
  days: number
  /** Milliseconds from which a request is remarkable for its duration alone; 0: never. */
  persistDuration: number
}

/** The defaults of the reference page. */
export const defaultKeepRules: KeepRules = { volatileDays: 7, days: 90, persistDuration: 5000 }

/** The record that is kept of a request, and until when. */
export function keepingOf({ request, record }: RequestLine, rules: KeepRules): Pick<RequestRow, 'record' | 'expires'> {
  const isRemarkable = request.level === 'warn' || request.level === 'error' || record['volatile'] === false || (rules.persistDuration > 0 && request.duration >= rules.persistDuration)
  const days = isRemarkable ? rules.days : Math.min(rules.volatileDays, rules.days)
  // Two days at least: so long counts may be made anew from the rows.
  return { record: JSON.stringify(record), expires: Math.ceil(request.started / 1000 + Math.max(2, days) * 86_400) }
}
