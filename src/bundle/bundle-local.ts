// Bundles a project's entry files for the local server: quickly, again and again, with packages left outside.
import { access, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildContext, BuildOptions, Plugin } from 'esbuild'
import { makeModuleFolder, makePrivateFolder, privateFile } from '../workfolder/index.ts'
import { bundleFaults } from './bundle-faults.ts'
import { generatedApis } from './generated.ts'
import { type KeptBundle, type KeptPlace, readKept, writeKept } from './kept-bundle.ts'
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

const bundling = {
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
  // Places are enough; the texts are on disk, and those of generated types are long.
  sourcesContent: false,
  metafile: true,
  logLevel: 'silent',
} satisfies BuildOptions

/**
 * Opens a bundler for entry files.
 * @param entries paths relative to `root`
 * @param folder this process's own, below `root` so that what is bundled finds the project's packages; gone after `dispose`
 * @param apis where copies of compiled APIs are kept; below `folder` by default
 * @param kept file that keeps the bundle for the next start; without it each start makes its own
 */
export async function openLocalBundler(options: { root: string; entries: string[]; folder: string; apis?: string; kept?: string }): Promise<LocalBundler> {
  const { root, entries, folder, apis = join(folder, 'apis') } = options
  makeModuleFolder(root, folder)
  let round = 0
  const written: string[] = []
  let current: BuildContext | undefined
  const place = options.kept === undefined ? undefined : { root, entries, path: options.kept }
  let copies = new Map<string, string>()
  const copy = async (compiled: string): Promise<string> => {
    const folder = await snapshotApi(compiled, apis)
    copies.set(compiled, folder)
    return folder
  }
  const open = async (): Promise<BuildContext> => (await import('esbuild')).context({ ...bundling, absWorkingDir: root, entryPoints: entries, outdir: asDeep(folder), outbase: root, plugins: [generatedApis(copy), sameKit(kitFolder())] })
  const make = async (): Promise<Pick<KeptBundle, 'files' | 'inputs'>> => {
    const startedAt = Date.now()
    current ??= await open()
    const result = await current.rebuild().catch((error: unknown) => {
      throw bundleFaults(error)
    })
    const files = (result.outputFiles ?? []).map(({ path, text }): [string, string] => [relative(asDeep(folder), path), text])
    const inputs = Object.keys(result.metafile?.inputs ?? {}).map((input) => join(root, input))
    if (place !== undefined) writeKept(place, { files, inputs, apis: [...copies] }, startedAt)
    return { files, inputs }
  }
  return {
    async build() {
      round += 1
      copies = new Map()
      const { files, inputs } = (round === 1 ? await again(place, copy) : undefined) ?? (await make())
      const target = join(folder, `build-${round}`)
      const modules = await write(files, { root, entries, target })
      // The build before may still answer a request that loads a part of it.
      for (const old of written.splice(0, written.length - 1)) await rm(old, { recursive: true, force: true })
      written.push(target)
      return { modules, inputs, apis: new Set(copies.values()) }
    },
    async dispose() {
      await current?.dispose()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

// Where esbuild thinks that it writes: as deep as each build lies, so that maps lead to the sources.
function asDeep(folder: string): string {
  return join(folder, 'build')
}

// The bundle of the start before, where it is still right and so are the copies of APIs that it reads.
async function again(place: KeptPlace | undefined, copy: (compiled: string) => Promise<string>): Promise<KeptBundle | undefined> {
  const kept = place === undefined ? undefined : readKept(place)
  for (const [compiled, before] of kept?.apis ?? []) if ((await copy(compiled).catch(() => undefined)) !== before) return undefined
  return kept
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
  target: string
}

// Each build has a folder of its own: Node keeps a module under its address for as long as the process lives.
async function write(files: KeptBundle['files'], { root, entries, target }: WriteOptions): Promise<Map<string, URL>> {
  for (const [name, text] of files) {
    const path = join(target, name)
    makePrivateFolder(dirname(path))
    await writeFile(path, text, { mode: privateFile })
  }
  const modules = new Map<string, URL>()
  for (const entry of entries) {
    const path = join(target, relative(root, join(root, entry)).replace(/\.[cm]?tsx?$|\.[cm]?jsx?$/, '.mjs'))
    await access(path)
    modules.set(entry, pathToFileURL(path))
  }
  return modules
}
