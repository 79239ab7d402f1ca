// The esbuild plugins that keep out of a function what it never uses.
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

/** Replaces what openapi-backend brings along by stubs. */
export function slimOpenapiBackend(): Plugin {
  return {
    name: 'klue-slim-openapi-backend',
    setup(build) {
      const isFromBackend = (importer: string): boolean => /[\\/]openapi-backend[\\/][^\\/]+\.js$/.test(importer)
      for (const filter of [unused, unusedFiles]) build.onResolve({ filter }, ({ path, importer }) => (isFromBackend(importer) ? { path: path === 'lodash' ? path : 'unused', namespace: 'klue-stub' } : undefined))
      build.onLoad({ filter: /.*/, namespace: 'klue-stub' }, ({ path }) => ({ contents: path === 'lodash' ? lodash : thrower, loader: 'js' }))
    },
  }
}

/** Takes out the meanings of configuration keys, which only the reference page prints, and the keys that only a deployment or the reporter reads. */
export function withoutKeyDocs(): Plugin {
  return {
    name: 'klue-without-key-docs',
    setup(build) {
      build.onLoad({ filter: /[\\/]config[\\/]key-table\.[jt]s$/ }, async ({ path }) => ({
        contents: (await readFile(path, 'utf8')).replace(/, doc: '(?:[^'\\]|\\.)*'/g, ''),
        loader: path.endsWith('.ts') ? 'ts' : 'js',
      }))
      build.onLoad({ filter: /[\\/]config[\\/]deployment-keys\.[jt]s$/ }, () => ({ contents: 'export const deploymentKeys = {}, functionKeys = {}', loader: 'js' }))
      build.onLoad({ filter: /[\\/]config[\\/]report-keys\.[jt]s$/ }, () => ({ contents: 'export const reportKeys = {}, missingInChannel = () => []', loader: 'js' }))
      // Whoever looks at alerts reads them as the files have them.
      build.onLoad({ filter: /[\\/]config[\\/]alert-keys\.[jt]s$/ }, () => ({ contents: 'export const alertKeys = {}, faultsInAlert = () => []', loader: 'js' }))
    },
  }
}
