// Bundles a project's entry files for the local server: quickly, again and again, with packages left outside.
import { access, mkdir, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildContext, Plugin } from 'esbuild'
import { bundleFaults } from './bundle-faults.ts'
import { generatedApis } from './generated.ts'
import { kitFolder } from './kit-folder.ts'
import { snapshotApi } from './snapshot.ts'

/** A bundler that keeps what it has parsed between builds. */
export interface LocalBundler {
  /**
   * Bundles the entries as they are now. Gives the modules' URLs by entry, the files that went in, and the folders of the compiled APIs that they use.
   * Throws a UsageError with the place of each syntax error or missing import.
   */
  build(): Promise<{ modules: Map<string, URL>; inputs: string[]; apis: ReadonlySet<string> }>
  dispose(): Promise<void>
}

/**
 * Opens a bundler for entry files.
 * @param entries paths relative to `root`
 * @param folder this process's own, below `root` so that what is bundled finds the project's packages; gone after `dispose`
 * @param apis where copies of compiled APIs are kept; below `folder` by default
 */
export async function openLocalBundler(options: { root: string; entries: string[]; folder: string; apis?: string }): Promise<LocalBundler> {
  const { context } = await import('esbuild')
  const { root, entries, folder, apis = join(folder, 'apis') } = options
  let round = 0
  const written: string[] = []
  let current: BuildContext | undefined
  let copies = new Set<string>()
  const copy = async (compiled: string): Promise<string> => {
    const folder = await snapshotApi(compiled, apis)
    copies.add(folder)
    return folder
  }
  const open = async (): Promise<BuildContext> =>
    context({
      absWorkingDir: root,
      entryPoints: entries,
      outdir: folder,
      outbase: root,
      // Entries share what they both import: one configuration, one set of classes.
      splitting: true,
      bundle: true,
      write: false,
      packages: 'external',
      platform: 'node',
      target: 'node20',
      format: 'esm',
      outExtension: { '.js': '.mjs' },
      sourcemap: 'inline',
      metafile: true,
      logLevel: 'silent',
      plugins: [generatedApis(copy), sameKit(kitFolder())],
    })
  return {
    async build() {
      current ??= await open()
      round += 1
      copies = new Set()
      const result = await current.rebuild().catch((error: unknown) => {
        throw bundleFaults(error)
      })
      const target = join(folder, `build-${round}`)
      const modules = await write(result.outputFiles ?? [], { root, entries, folder, target })
      // The build before may still answer a request that loads a part of it.
      for (const old of written.splice(0, written.length - 1)) await rm(old, { recursive: true, force: true })
      written.push(target)
      return { modules, inputs: Object.keys(result.metafile?.inputs ?? {}).map((input) => join(root, input)), apis: copies }
    },
    async dispose() {
      await current?.dispose()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Starts the process of esbuild, so that it is there when a bundler asks for it. */
export async function warmBundler(): Promise<void> {
  const { transform } = await import('esbuild')
  await transform('')
}

// Handlers and the server that runs them have to mean the same kit.
function sameKit(folder: URL | undefined): Plugin {
  return {
    name: 'klue-same-kit',
    setup(build) {
      if (folder !== undefined) build.onResolve({ filter: /^klue\/(runtime|lambda|client)$/ }, ({ path }) => ({ path: new URL(`${path.slice('klue/'.length)}.js`, folder).href, external: true }))
    },
  }
}

interface WriteOptions {
  root: string
  entries: string[]
  /** What the paths of the files are relative to. */
  folder: string
  target: string
}

// Each build has a folder of its own: Node keeps a module under its address for as long as the process lives.
async function write(files: readonly { path: string; contents: Uint8Array }[], { root, entries, folder, target }: WriteOptions): Promise<Map<string, URL>> {
  for (const file of files) {
    const path = join(target, relative(folder, file.path))
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, file.contents)
  }
  const modules = new Map<string, URL>()
  for (const entry of entries) {
    const path = join(target, relative(root, join(root, entry)).replace(/\.[cm]?tsx?$|\.[cm]?jsx?$/, '.mjs'))
    await access(path)
    modules.set(entry, pathToFileURL(path))
  }
  return modules
}
