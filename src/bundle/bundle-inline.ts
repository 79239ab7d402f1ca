// Bundles a function of the kit's own into one text that fits into a template.
import { createRequire } from 'node:module'

/** The CommonJS text of a file with everything that it imports. Synchronous, as constructs are. */
export function bundleInline(entry: string): string {
  // Loaded here: a stack without such a function does not need it.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild')
  const { outputFiles } = buildSync({ entryPoints: [entry], write: false, bundle: true, minify: true, platform: 'node', target: 'node20', format: 'cjs', legalComments: 'none', logLevel: 'silent' })
  return outputFiles[0]!.text
}
