// What of a request is kept, and how long.
import type { NewRow, RequestRow } from '../store/index.ts'
import { isSampled } from './budget.ts'
import type { RequestLine, WitnessLine } from './log-line.ts'

export interface KeepRules {
  /** Days for which unremarkable requests are kept. */
  volatileDays: number
  /** Days for which everything else is kept. */
  days: number
  /** The level from which a request is remarkable. */
  persistLevel: RequestRow['level']
  /** Milliseconds from which a request is remarkable for its duration alone; 0: never. */
  persistDuration: number
  /** What storing may cost a month in USD; 0: no limit. Records of unremarkable requests are left out for it, their counts never. */
  monthlyUsd: number
  /** A call counts as slow from this multiple of its operation's usual 99th percentile on; 0: never. */
  slowBaseline: number
}

/** The defaults of the reference page. */
export const defaultKeepRules: KeepRules = { volatileDays: 7, days: 90, persistLevel: 'warn', persistDuration: 5000, monthlyUsd: 0, slowBaseline: 0 }

/** The rules that the configuration of a service gives. */
export function keepRulesOf(config: { logVolatileDays: number; logDays: number; logPersistLevel: RequestRow['level']; logPersistDurationMs: number; logsMonthlyUsd: number; reportSlowBaseline: number }): KeepRules {
  return { volatileDays: config.logVolatileDays, days: config.logDays, persistLevel: config.logPersistLevel, persistDuration: config.logPersistDurationMs, monthlyUsd: config.logsMonthlyUsd, slowBaseline: config.reportSlowBaseline }
}

const rank = { debug: 0, info: 1, warn: 2, error: 3 } as const

/** Whether a request is kept for the longer time, whatever it costs: it failed, warned, was slow, or asked for it. */
export function isRemarkable({ request, record }: Pick<RequestLine, 'request' | 'record'>, rules: KeepRules): boolean {
  return rank[request.level] >= rank[rules.persistLevel] || request.status >= 500 || record['volatile'] === false || typeof record['slow_ms'] === 'number' || (rules.persistDuration > 0 && request.duration >= rules.persistDuration)
}

/** The row of a request: what its record says, if any is kept, and until when. `rate`: the share of unremarkable records that is kept. */
export function keptRow(line: RequestLine | WitnessLine, rules: KeepRules, rate: number): NewRow {
  const { request, record } = line
  const isLong = isRemarkable(line, rules)
  const expires = expiresAfter(request.started, isLong ? rules.days : Math.min(rules.volatileDays, rules.days))
  const { started, requestId, operation, status, duration, inBytes, outBytes, level, calls, metric } = request
  // Without spreads: see read-line.ts.
  const row: NewRow = { started, requestId, operation, status, duration, inBytes, outBytes, level, expires }
  if (calls !== undefined) row.calls = calls
  if (metric !== undefined) row.metric = metric
  if (!isLong && (record['keep'] === 'count' || (rate < 1 && !isSampled(request.requestId, rate)))) return row
  row.fields = isLong || rate >= 1 ? record : { ...record, rate }
  row.characters = line.characters
  return row
}

/** Epoch seconds some days after a time. */
export function expiresAfter(started: number, days: number): number {
  // Two days at least: so long counts may be made anew from the rows.
  return Math.ceil(started / 1000 + Math.max(2, days) * 86_400)
}
