// Builds runtime.cjs: what precompiled validators need while they run, so that they require nothing else.
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type * as Esbuild from 'esbuild'

// Patterns of public documents are often invalid in Unicode mode only; they then mean what they mean without it.
const source = `
exports.ucs2length = require('ajv/dist/runtime/ucs2length').default
exports.equal = require('ajv/dist/runtime/equal').default
exports.formats = require('ajv-formats/dist/formats').fullFormats
exports.regExp = (pattern, flags) => { try { return new RegExp(pattern, flags) } catch { return new RegExp(pattern) } }
`

/** The bytes of `runtime.cjs`; the same for every API. */
export async function buildValidatorRuntime(): Promise<string> {
  const esbuild = createRequire(import.meta.url)('esbuild') as typeof Esbuild
  const result = await esbuild.build({
    stdin: { contents: source, resolveDir: dirname(fileURLToPath(import.meta.url)), loader: 'js' },
    bundle: true,
    format: 'cjs',
    platform: 'neutral',
    mainFields: ['main'],
    target: 'node20',
    minify: true,
    write: false,
    legalComments: 'none',
  })
  return `// What the validators beside this file need at run time.\n${result.outputFiles[0]?.text ?? ''}`
}
