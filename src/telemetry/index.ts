// What becomes of the lines that functions write: rows, counts and what can be asked of them. Knows no cloud.
export { compact } from './compact.ts'
export { type Counts, type CountsByOperation, percentile, totalOf } from './counts.ts'
export { type Ingest, ingest, type Ingested } from './ingest.ts'
export { defaultKeepRules, type KeepRules } from './keep.ts'
export type { BadLine, LogLine } from './read-line.ts'
export { readStats } from './stats.ts'
