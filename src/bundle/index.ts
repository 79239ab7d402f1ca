// Turns a project's functions into modules: for Lambda, and for the local server.
export { bundleFunction } from './bundle-function.ts'
export type { FunctionBundle } from './bundle-function.ts'
export { findEntries } from './find-entries.ts'
export { openLocalBundler } from './bundle-local.ts'
export type { LocalBundler } from './bundle-local.ts'
