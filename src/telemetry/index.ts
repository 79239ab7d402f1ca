// What becomes of the lines that functions write: rows, counts and what can be asked of them. Knows no cloud.
export { compact } from './compact.ts'
export { answeredBy, type CallCounts, type Counts, type CountsByOperation, type MetricCounts, percentile, totalOf } from './counts.ts'
export type { PlatformFailure } from './ended.ts'
export { badLines, type Ingest, ingest, type Ingested, type Observation, sweepEnded } from './ingest.ts'
export { defaultKeepRules, type KeepRules, keepRulesOf } from './keep.ts'
export type { BadLine, LineRecord, LogLine } from './read-line.ts'
export { readStats } from './stats.ts'
