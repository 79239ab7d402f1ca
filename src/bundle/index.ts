// Turns a project's functions into modules: for Lambda, and for the local server.
export { bundleFunction } from './bundle-function.ts'
export type { FunctionBundle } from './bundle-function.ts'
export { bundleInline } from './bundle-inline.ts'
export { findEntries, findReporter } from './find-entries.ts'
export { openLocalBundler, warmBundler } from './bundle-local.ts'
export { kitFolder } from './kit-folder.ts'
export { loadSlimBackend } from './slim-backend.ts'
export type { LocalBundler } from './bundle-local.ts'
