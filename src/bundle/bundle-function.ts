// Bundles an entry file into what a Lambda function runs: a module with the parts that it loads on first use, and its compiled APIs beside it.
import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Metafile } from 'esbuild'
import { bundleFaults } from './bundle-faults.ts'
import { generatedApis } from './generated.ts'
import { plainNodeModules } from './node-modules.ts'
import { packApi } from './pack-api.ts'
import { slimOpenapiBackend } from './slim.ts'

export interface FunctionBundle {
  /** Path of the module. */
  file: string
  /** esbuild's account of what went in. */
  metafile: Metafile
}

// CommonJS packages inside an ES module may still call require; it is made when one does.
const requireShim = "const require = new Proxy(() => {}, { apply: (_, __, [id]) => require.real(id), get: (shim, name) => (shim.real ??= process.getBuiltinModule('node:module').createRequire(import.meta.url), name === 'real' ? shim.real : shim.real[name]) });"

// Run from its sources klue bundles its sources, installed what it was compiled to.
const kitConditions = import.meta.url.endsWith('.ts') ? ['klue-source'] : []

/** Bundles one entry file into `folder/index.mjs`. */
export async function bundleFunction(options: { root: string; entry: string; folder: string }): Promise<FunctionBundle> {
  const { build } = await import('esbuild')
  const compiled = new Set<string>()
  const file = join(options.folder, 'index.mjs')
  await mkdir(options.folder, { recursive: true })
  const { metafile } = await build({
    absWorkingDir: options.root,
    entryPoints: [options.entry],
    outdir: options.folder,
    entryNames: 'index',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // What is imported on first use, such as the AWS SDK, is not even read before.
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: kitConditions,
    // The SDK's ES modules are a third smaller than its CommonJS ones.
    mainFields: ['module', 'main'],
    banner: { js: requireShim },
    minify: true,
    sourcemap: 'linked',
    metafile: true,
    logLevel: 'silent',
    plugins: [plainNodeModules(), generatedApis(async (folder) => void compiled.add(folder)), slimOpenapiBackend()],
  }).catch((error: unknown) => {
    throw bundleFaults(error)
  })
  for (const folder of compiled) await packApi(folder, join(options.folder, basename(folder)))
  return { file, metafile }
}
