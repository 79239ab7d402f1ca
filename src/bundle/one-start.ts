// Puts what a start loads into one module: esbuild leaves what later parts need too in modules of their own, each of which Node has to find, read and link.
import { writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOptions, BuildResult, Metafile, Plugin } from 'esbuild'

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
  const idle = idleModules(first.metafile, options.absWorkingDir!)
  const texts = new Map(first.outputFiles.map(({ path, text }) => [basename(path), path.endsWith('.map') ? text : withoutIdle(text, idle)]))
  const start = startOf(first.metafile, entry, texts)
  if (start.size === 1 || (await isWaiting([...start].map((name) => texts.get(name)!)))) {
    await writeAll(folder, texts)
    return first.metafile.outputs
  }
  const kept = [...texts].filter(([name]) => !start.has(name.replace(/\.map$/, '')))
  const exported = new Map(Object.entries(first.metafile.outputs).map(([path, { exports }]) => [basename(path), exports]))
  // What others take from the modules of the start, the entry gives under names of its own.
  let count = 0
  const taken = takenNames(kept.map(([, text]) => text))
  const bridges: Bridge[] = [...start].filter((name) => name !== entry).map((name) => ({ name, names: (taken(name) ?? exported.get(name)!).map((inner): [inner: string, outer: string] => [inner, `$${(count += 1).toString(36)}`]) }))
  const whole = [`export { ${exported.get(entry)!.join(', ')} } from './${entry}'`, ...bridges.map(({ name, names }) => `export { ${names.map(([inner, outer]) => `${inner} as ${outer}`).join(', ')} } from './${name}'`)].join('\n')
  const contents = (name: string): string => `${texts.get(name)!.replace(banner, '').replace(/\n\/\/# sourceMappingURL=.*/, '')}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(texts.get(`${name}.map`)!).toString('base64')}`
  const { build } = await import('esbuild')
  const { outputFiles, metafile } = await build({ ...options, stdin: { contents: whole, resolveDir: folder, sourcefile: 'start.mjs' }, outfile: join(folder, entry), banner: { js: banner }, bundle: true, write: false, metafile: true, plugins: [only(start, { folder, contents })] })
  const direct = kept.map(([name, text]): [string, string] => [name, name.endsWith('.map') ? text : withoutBridges(text, { entry, banner, bridges })])
  await writeAll(folder, [
    ...direct,
    // For what names a module of the start in another way than an import at its top.
    ...bridges.filter(({ name }) => direct.some(([, text]) => text.includes(`"./${name}"`))).map(({ name, names }): [string, string] => [name, `export{${names.map(([inner, outer]) => `${outer} as ${inner}`).join(',')}}from"./${entry}";\n`]),
    ...outputFiles.map(({ path, text }): [string, string] => [basename(path), text]),
  ])
  const later = Object.entries(first.metafile.outputs).filter(([path]) => !start.has(basename(path).replace(/\.map$/, '')))
  return { ...Object.fromEntries(later), ...metafile.outputs }
}

/** What others take from a module of the start, by its name there and the name under which the entry gives it. */
interface Bridge {
  name: string
  names: [inner: string, outer: string][]
}

const imports = /\bimport\{([^{}"]*)\}from"\.\/([\w.-]+)";/g

function innerNames(list: string): string[] {
  return list.split(',').filter((part) => part !== '').map((part) => part.split(' as ')[0]!)
}

// The names that later parts import from a module at their tops; undefined where one refers to it in another way, so that it may need all.
function takenNames(later: readonly string[]): (module: string) => string[] | undefined {
  const texts = later.filter((text) => !text.startsWith('{'))
  return (module) => {
    const lists = texts.flatMap((text) => [...text.matchAll(imports)].filter(([, , from]) => from === module).map(([, list]) => list!))
    const mentions = texts.reduce((sum, text) => sum + text.split(`"./${module}"`).length - 1, 0)
    return mentions === lists.length ? [...new Set(lists.flatMap(innerNames))] : undefined
  }
}

// Takes from the entry what a later part took from modules of the start: each module between would have to be found, read and linked.
// The new imports stand beside the banner, and blanks in place of the old ones, so that the columns of the source map stay right.
function withoutBridges(text: string, { entry, banner, bridges }: { entry: string; banner: string; bridges: Bridge[] }): string {
  const taken: string[] = []
  // What a part imports without a name has run with the start.
  const unnamed = text.replace(/\bimport"\.\/([\w.-]+)";/g, (found, from: string) => (bridges.some(({ name }) => name === from) ? ' '.repeat(found.length) : found))
  const rest = unnamed.replace(imports, (found, list: string, from: string) => {
    const bridge = bridges.find(({ name }) => name === from)
    if (bridge === undefined) return found
    const outerOf = new Map(bridge.names)
    taken.push(...list.split(',').filter((part) => part !== '').map((part) => {
      const [inner, local = inner] = part.split(' as ') as [string, string?]
      return `${outerOf.get(inner)!} as ${local}`
    }))
    return ' '.repeat(found.length)
  })
  return taken.length === 0 ? rest : rest.replace(banner, () => `${banner} import { ${taken.join(', ')} } from './${entry}';`)
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

// A module of esbuild also imports modules of which it uses no name, because an index.ts of its sources exports something from there.
// Importing a file of the kit does nothing (a rule of test/architecture.test.ts), so that such an import can go.
function idleModules({ outputs }: Metafile, root: string): Set<string> {
  const kit = fileURLToPath(new URL('../', import.meta.url))
  const isOurs = (input: string): boolean => resolve(root, input).startsWith(kit)
  return new Set(Object.entries(outputs).filter(([, { inputs }]) => Object.keys(inputs).every(isOurs)).map(([path]) => basename(path)))
}

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
