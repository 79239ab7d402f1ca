// The esbuild plugin that keeps out of a function what it never uses.
import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

// openapi-backend requires these at its top, for parsing, compiling and mocking whole documents at run time.
// The compiled binding uses none of them: a stub that throws takes their place.
const unused = /^(ajv|lodash|openapi-schema-validator|dereference-json-schema|mock-json-schema|bath-es5|cookie|qs|@apidevtools\/json-schema-ref-parser)(\/|$)/
const unusedFiles = /^\.\/(refparser|router|validation|utils)$/

const lodash = `
exports.keys = Object.keys
exports.flatMap = (list, fn) => list.flatMap((entry) => fn(entry))
exports.includes = (list, entry) => list.includes(entry)
`

const thrower = `
const unused = () => { throw new Error('This part of openapi-backend is not in the function: everything it does was done by klue generate') }
module.exports = new Proxy(unused, { get: (_target, key) => key === '__esModule' ? true : unused })
`

// Written for importers of either module system, and for whole documents; where a release has them otherwise, they stay.
const interop = /^var __createBinding[\s\S]*?(?=^Object\.defineProperty\(exports, "__esModule")/m
const plainInterop = 'const __importStar = (module) => module, __importDefault = __importStar\n'
const unusedMethods = /^ {4}(?:async )?(?:init|loadDocument|mockResponseForOperation|validateDefinition)\((?:(?!^ {4}\})[\s\S])*^ {4}\}\n/gm

/** Replaces what openapi-backend brings along by stubs, and leaves out its methods that need them. */
export function slimOpenapiBackend(): Plugin {
  return {
    name: 'klue-slim-openapi-backend',
    setup(build) {
      const isFromBackend = (importer: string): boolean => /[\\/]openapi-backend[\\/][^\\/]+\.js$/.test(importer)
      for (const filter of [unused, unusedFiles]) build.onResolve({ filter }, ({ path, importer }) => (isFromBackend(importer) ? { path: path === 'lodash' ? path : 'unused', namespace: 'klue-stub' } : undefined))
      // The door of the package loads its router and its validation too.
      build.onResolve({ filter: /^openapi-backend$/ }, ({ resolveDir, kind }) => build.resolve('openapi-backend/backend.js', { resolveDir, kind }))
      build.onLoad({ filter: /[\\/]openapi-backend[\\/]backend\.js$/ }, async ({ path }) => ({ contents: (await readFile(path, 'utf8')).replace(interop, plainInterop).replaceAll(unusedMethods, ''), loader: 'js' }))
      build.onLoad({ filter: /.*/, namespace: 'klue-stub' }, ({ path }) => ({ contents: path === 'lodash' ? lodash : thrower, loader: 'js' }))
    },
  }
}
