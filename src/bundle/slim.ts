// The esbuild plugin that keeps out of a function what it never uses.
import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

// openapi-backend requires these at its top, for parsing, compiling and mocking whole documents at run time.
// The compiled binding uses none of them: a stub that throws takes their place.
const unused = /^(ajv|lodash|openapi-schema-validator|dereference-json-schema|mock-json-schema|bath-es5|cookie|qs|@apidevtools\/json-schema-ref-parser)(\/|$)/
const unusedFiles = /^\.\/(refparser|router|validation|utils)$/

const lodash = `
export const keys = Object.keys
export const flatMap = (list, fn) => list.flatMap((entry) => fn(entry))
export const includes = (list, entry) => list.includes(entry)
`

const thrower = `
const unused = () => { throw new Error('This part of openapi-backend is not in the function: everything it does was done by klue generate') }
module.exports = new Proxy(unused, { get: (_target, key) => key === '__esModule' ? true : unused })
`

// Written for importers of either module system, and for whole documents; where a release has them otherwise, they stay.
const interop = /^var __createBinding[\s\S]*?(?=^Object\.defineProperty\(exports, "__esModule")/m
const plainInterop = 'const __importStar = (module) => module, __importDefault = __importStar\n'
const unusedMethods = /^ {4}(?:async )?(?:init|loadDocument|mockResponseForOperation|validateDefinition|register|registerHandler|registerSecurityHandler)\((?:(?!^ {4}\})[\s\S])*^ {4}\}\n/gm

// As an ES module its class stands at the top, where V8 parses it once; inside the function of a CommonJS module it would do so three times.
// A release that is written otherwise stays what it is.
function asModule(text: string): string {
  const module = text
    .replace(/^Object\.defineProperty\(exports, "__esModule".*\n/m, '')
    .replace(/^exports\.OpenAPIBackend = exports\.SetMatchType = void 0;\n/m, '')
    .replace(/^const (\w+) = __importStar\(require\("lodash"\)\);$/m, "import * as $1 from 'lodash'")
    .replaceAll(/^const (\w+) = (?:__importDefault\()?require\("[^"]+"\)\)?;\n/gm, (line: string, name: string) => (text.split(name).length > 2 ? line : ''))
    .replace(/^var SetMatchType;\n\(function \(SetMatchType\) \{\n[^}]*\}\)\(SetMatchType \|\| \(exports\.SetMatchType = SetMatchType = \{\}\)\);\n/m, '')
    .replace(/^exports\.OpenAPIBackend = OpenAPIBackend;\n/m, 'export { OpenAPIBackend }\n')
    .replace(plainInterop, '')
  return /\b(exports|require)\b/.test(withoutComments(module)) ? text : module
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
}

/** Replaces what openapi-backend brings along by stubs, and leaves out its methods that need them. */
export function slimOpenapiBackend(): Plugin {
  return {
    name: 'klue-slim-openapi-backend',
    setup(build) {
      const isFromBackend = (importer: string): boolean => /[\\/]openapi-backend[\\/][^\\/]+\.js$/.test(importer)
      for (const filter of [unused, unusedFiles]) build.onResolve({ filter }, ({ path, importer }) => (isFromBackend(importer) ? { path: path === 'lodash' ? path : 'unused', namespace: 'klue-stub' } : undefined))
      // The door of the package loads its router and its validation too.
      build.onResolve({ filter: /^openapi-backend$/ }, ({ resolveDir, kind }) => build.resolve('openapi-backend/backend.js', { resolveDir, kind }))
      build.onLoad({ filter: /[\\/]openapi-backend[\\/]backend\.js$/ }, async ({ path }) => ({ contents: asModule((await readFile(path, 'utf8')).replace(interop, plainInterop).replaceAll(unusedMethods, '')), loader: 'js' }))
      build.onLoad({ filter: /.*/, namespace: 'klue-stub' }, ({ path }) => ({ contents: path === 'lodash' ? lodash : thrower, loader: 'js' }))
    },
  }
}
