// What lines tell of becomes reports.
import type { Observation, Report } from '../store/index.ts'
import { platformReport, type ReportSource, toReport } from './content.ts'

/** The reports of observations; what is worth none has none. */
export function reportsOf(observations: readonly Observation[], source: ReportSource): Report[] {
  return observations.flatMap((observation) => ('failure' in observation ? platformReport(observation.failure, source) : (toReport(observation.record, source) ?? [])))
}
