// Bundles an entry file into what a Lambda function runs: a module with the parts that it loads on first use, and its compiled APIs beside it.
import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { BuildOptions, Metafile } from 'esbuild'
import { bundleFaults } from './bundle-faults.ts'
import { checkedBefore } from './checked-before.ts'
import { eagerFunctions } from './eager-functions.ts'
import { generatedApis } from './generated.ts'
import { plainNodeModules } from './node-modules.ts'
import { writeWithOneStart } from './one-start.ts'
import { packApi } from './pack-api.ts'
import { slimOpenapiBackend } from './slim.ts'

export interface FunctionBundle {
  /** Path of the module. */
  file: string
  /** esbuild's account of what went in, and of what is loaded when. */
  metafile: Metafile
}

// CommonJS packages inside an ES module may still call require; it is made when one does.
const requireShim = "const require=new Proxy(()=>{},{apply:(_,t,[id])=>require.real(id),get:(s,name)=>(s.real??=process.getBuiltinModule('node:module').createRequire(import.meta.url),name==='real'?s.real:s.real[name])});"

// Run from its sources klue bundles its sources, installed what it was compiled to.
const kitConditions = import.meta.url.endsWith('.ts') ? ['klue-source'] : []

/** Bundles one entry file into `folder/index.mjs`. */
export async function bundleFunction(options: { root: string; entry: string; folder: string }): Promise<FunctionBundle> {
  const { build } = await import('esbuild')
  const compiled = new Set<string>()
  const file = join(options.folder, 'index.mjs')
  await mkdir(options.folder, { recursive: true })
  const shared: BuildOptions = { absWorkingDir: options.root, platform: 'node', target: 'node20', format: 'esm', minify: true, sourcemap: 'linked', logLevel: 'silent' }
  const first = await build({
    ...shared,
    entryPoints: [{ in: options.entry, out: 'index' }],
    outdir: options.folder,
    bundle: true,
    // What is imported on first use, such as the AWS SDK, is not even read before.
    splitting: true,
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    banner: { js: requireShim },
    conditions: kitConditions,
    // The SDK's ES modules are a third smaller than its CommonJS ones.
    mainFields: ['module', 'main'],
    write: false,
    metafile: true,
    plugins: [plainNodeModules(), generatedApis(async (folder) => void compiled.add(folder)), slimOpenapiBackend(), checkedBefore(), eagerFunctions()],
  }).catch((error: unknown) => {
    throw bundleFaults(error)
  })
  const outputs = await writeWithOneStart(first, { folder: options.folder, entry: 'index.mjs', banner: requireShim, options: shared })
  for (const folder of compiled) await packApi(folder, join(options.folder, basename(folder)))
  return { file, metafile: { inputs: first.metafile.inputs, outputs } }
}
