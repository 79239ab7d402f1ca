// The second door of this folder, for the command line: the runner of acceptance suites.
export { coverageTable } from './coverage.ts'
export type { CoverageRow } from './coverage.ts'
export type { Wanted } from './resolve-target.ts'
export { runSuite } from './run-suite.ts'
export type { SuiteOptions, SuiteResult } from './run-suite.ts'
