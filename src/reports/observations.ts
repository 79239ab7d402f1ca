// What lines tell of becomes reports.
import type { Report } from '../store/index.ts'
import type { LineRecord } from './body.ts'
import { type PlatformFailure, platformReport, type ReportSource, toReport } from './content.ts'

/** A line that may be worth a report, or an end by the platform. */
export type Observation = { record: LineRecord } | { failure: PlatformFailure }

/** The reports of observations; what is worth none has none. */
export function reportsOf(observations: readonly Observation[], source: ReportSource): Report[] {
  return observations.flatMap((observation) => ('failure' in observation ? platformReport(observation.failure, source) : (toReport(observation.record, source) ?? [])))
}
