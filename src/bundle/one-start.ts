// Puts what a start loads into one module: esbuild leaves what later parts need too in modules of their own, each of which Node has to find, read and link.
import { writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOptions, BuildResult, Metafile, Plugin } from 'esbuild'
import { bridgesOf, handedOut, moduleOf, takenNames, withoutBridges } from './start-bridges.ts'

/** A run of esbuild that wrote nothing, with linked source maps. */
export type FirstRun = BuildResult<{ write: false; metafile: true }>

export interface OneStartOptions {
  folder: string
  /** Name of the module that is loaded first. */
  entry: string
  /** What stands at the top of every module, in a line of its own. */
  banner: string
  options: BuildOptions
}

/**
 * Writes the modules of a run into `folder`, those that `entry` imports at once within it. Gives what stands in them.
 * A start that waits for something stays in its modules: a later part of one module would wait for that one, which waits for it.
 */
export async function writeWithOneStart(first: FirstRun, { folder, entry, banner, options }: OneStartOptions): Promise<Metafile['outputs']> {
  const ofKit = modulesOfKit(first.metafile, options.absWorkingDir!)
  const texts = new Map(first.outputFiles.map(({ path, text }) => [basename(path), path.endsWith('.map') ? text : withoutIdle(text, ofKit)]))
  const start = startOf(first.metafile, entry, texts)
  if (start.size === 1 || (await isWaiting([...start].map((name) => texts.get(name)!)))) {
    await writeAll(folder, texts)
    return first.metafile.outputs
  }
  const kept = [...texts].filter(([name]) => !start.has(name.replace(/\.map$/, '')))
  const exported = new Map(Object.entries(first.metafile.outputs).map(([path, { exports }]) => [basename(path), exports]))
  const bridges = bridgesOf([...start].filter((name) => name !== entry), { taken: takenNames(kept.map(([, text]) => text)), exported: (name) => exported.get(name)!, isFixed: (name) => ofKit.has(name) })
  const whole = [`export { ${exported.get(entry)!.join(', ')} } from './${entry}'`, ...handedOut(bridges)].join('\n')
  const contents = (name: string): string => `${texts.get(name)!.replace(banner, '').replace(/\n\/\/# sourceMappingURL=.*/, '')}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(texts.get(`${name}.map`)!).toString('base64')}`
  const { build } = await import('esbuild')
  const { outputFiles, metafile } = await build({ ...options, stdin: { contents: whole, resolveDir: folder, sourcefile: 'start.mjs' }, outfile: join(folder, entry), banner: { js: banner }, bundle: true, write: false, metafile: true, plugins: [only(start, { folder, contents })] })
  const direct = kept.map(([name, text]): [string, string] => [name, name.endsWith('.map') ? text : withoutBridges(text, { entry, banner, bridges })])
  await writeAll(folder, [
    ...direct,
    // For what names a module of the start in another way than an import at its top.
    ...bridges.filter(({ name }) => direct.some(([, text]) => text.includes(`"./${name}"`))).map((bridge): [string, string] => [bridge.name, moduleOf(bridge, entry)]),
    ...outputFiles.map(({ path, text }): [string, string] => [basename(path), text]),
  ])
  const later = Object.entries(first.metafile.outputs).filter(([path]) => !start.has(basename(path).replace(/\.map$/, '')))
  return { ...Object.fromEntries(later), ...metafile.outputs }
}

// The modules of the start, and nothing else, come along.
function only(start: ReadonlySet<string>, { folder, contents }: { folder: string; contents: (name: string) => string }): Plugin {
  return {
    name: 'klue-one-start',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path, kind }) => (kind === 'import-statement' && start.has(basename(path)) ? { path: join(folder, basename(path)) } : { path, external: true }))
      onLoad({ filter: /\.mjs$/ }, ({ path }) => ({ contents: contents(basename(path)), loader: 'js', resolveDir: folder }))
    },
  }
}

async function writeAll(folder: string, texts: Iterable<[name: string, text: string]>): Promise<void> {
  await Promise.all([...texts].map(([name, text]) => writeFile(join(folder, name), text)))
}

// Modules that hold sources of the kit, and views of Node's modules, alone.
function modulesOfKit({ outputs }: Metafile, root: string): Set<string> {
  const kit = fileURLToPath(new URL('../', import.meta.url))
  const isOurs = (input: string): boolean => input.startsWith('klue-node:') || resolve(root, input).startsWith(kit)
  return new Set(Object.entries(outputs).filter(([, { inputs }]) => Object.keys(inputs).every(isOurs)).map(([path]) => basename(path)))
}

// A module of esbuild also imports modules of which it uses no name, because an index.ts of its sources exports something from there.
// Importing a file of the kit does nothing (a rule of test/architecture.test.ts), so that such an import can go.
// Blanks take its place, so that the columns of the source map stay right.
function withoutIdle(text: string, idle: ReadonlySet<string>): string {
  return text.replace(/\bimport"\.\/([\w.-]+)";/g, (found, name: string) => (idle.has(name) ? ' '.repeat(found.length) : found))
}

function startOf({ outputs }: Metafile, entry: string, texts: ReadonlyMap<string, string>): Set<string> {
  const imported = new Map(Object.entries(outputs).map(([path, { imports }]) => [basename(path), imports.filter(({ kind, external }) => kind === 'import-statement' && external !== true).map(({ path: name }) => basename(name))]))
  const found = new Set([entry])
  for (const name of found) {
    const text = texts.get(name)!
    for (const other of imported.get(name) ?? []) if (['from', 'import'].some((word) => text.includes(`${word}"./${other}"`))) found.add(other)
  }
  return found
}

// esbuild tells of an `await` at the top of a module where the form of the output has none.
async function isWaiting(texts: string[]): Promise<boolean> {
  const { transform } = await import('esbuild')
  const failures = await Promise.all(texts.map((text) => transform(text, { format: 'cjs', logLevel: 'silent' }).then(() => '', (failure: unknown) => String(failure))))
  return failures.some((failure) => failure.includes('Top-level await'))
}
