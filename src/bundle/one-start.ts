// Puts what a start loads into one module: esbuild leaves what later parts need too in modules of their own, each of which Node has to find, read and link.
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { BuildOptions, BuildResult, Metafile, Plugin } from 'esbuild'

/** The first run of esbuild: in memory, with its source maps inside. */
export type FirstRun = BuildResult<{ write: false; metafile: true }>

/**
 * Writes the modules of a run into `folder`, those that `entry` imports at once within it. Gives what stands in them.
 * A start that waits for something stays in its modules: a later part of one module would wait for that one, which waits for it.
 */
export async function writeWithOneStart(first: FirstRun, { folder, entry, options }: { folder: string; entry: string; options: BuildOptions }): Promise<Metafile['outputs']> {
  const { build } = await import('esbuild')
  const modules = modulesOf(first)
  const together = startOf(first.metafile, entry)
  const start = (await isWaiting([...together].map((name) => modules.get(name)!.text))) ? new Set<string>() : together
  const wanted = wantedNames(modules, start)
  const own = modules.get(entry)!.exports
  const whole = [`export { ${own.join(', ')} } from './${entry}'`, ...[...wanted].map(([name, names]) => `export { ${[...names].map((inner) => `${inner} as ${bridged(name, inner)}`).join(', ')} } from './${name}'`)].join('\n')
  const contents = new Map([...[...modules].map(([name, { text }]) => [join(folder, name), text] as const), [join(folder, wholeName), whole]])
  const plugin: Plugin = {
    name: 'klue-one-start',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path, kind, importer, namespace }) => {
        const name = basename(path)
        if (kind === 'entry-point') return { path: join(folder, name) }
        if (kind === 'dynamic-import' || namespace !== 'file' || !modules.has(name)) return { path, external: true }
        const from = basename(importer)
        if (from === wholeName || start.has(from)) return { path: join(folder, name) }
        return start.has(name) ? { path: name, namespace: 'klue-bridge' } : { path, external: true }
      })
      onLoad({ filter: /.*/, namespace: 'file' }, ({ path }) => ({ contents: contents.get(path)!, loader: 'js', resolveDir: folder }))
      // What was in a module of its own is now in the entry.
      onLoad({ filter: /.*/, namespace: 'klue-bridge' }, ({ path }) => ({ contents: `export { ${[...(wanted.get(path) ?? [])].map((inner) => `${bridged(path, inner)} as ${inner}`).join(', ')} } from './${entry}'`, loader: 'js' }))
    },
  }
  const later = [...modules.keys()].filter((name) => !start.has(name))
  const entryPoints = [...(start.size === 0 ? [] : [{ in: wholeName, out: stem(entry) }]), ...later.map((name) => ({ in: name, out: stem(name) }))]
  const { outputFiles, metafile } = await build({ ...options, entryPoints, outdir: folder, bundle: true, write: false, metafile: true, plugins: [plugin] })
  await Promise.all(outputFiles.map(({ path, contents: bytes }) => writeFile(path, bytes)))
  return metafile.outputs
}

const wholeName = 'klue-start.mjs'

interface Module {
  text: string
  exports: string[]
}

function modulesOf({ outputFiles, metafile }: FirstRun): Map<string, Module> {
  const exported = new Map(Object.entries(metafile.outputs).map(([path, { exports }]) => [basename(path), exports]))
  return new Map(outputFiles.map(({ path, text }) => [basename(path), { text, exports: exported.get(basename(path)) ?? [] }]))
}

function startOf({ outputs }: Metafile, entry: string): Set<string> {
  const imports = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output.imports.filter(({ kind, external }) => kind === 'import-statement' && external !== true).map(({ path: imported }) => basename(imported))]))
  const found = new Set([entry])
  for (const name of found) for (const imported of imports.get(name) ?? []) found.add(imported)
  return found
}

// esbuild tells of an `await` at the top of a module where the form of the output has none.
async function isWaiting(texts: string[]): Promise<boolean> {
  const { transform } = await import('esbuild')
  const failures = await Promise.all(texts.map((text) => transform(text, { format: 'cjs', logLevel: 'silent' }).then(() => '', (failure: unknown) => String(failure))))
  return failures.some((failure) => failure.includes('Top-level await'))
}

// The names that later modules take from those of the start.
function wantedNames(modules: ReadonlyMap<string, Module>, start: ReadonlySet<string>): Map<string, Set<string>> {
  const wanted = new Map<string, Set<string>>()
  for (const [name, { text }] of modules) {
    if (start.has(name)) continue
    for (const [, list, path] of text.matchAll(/\bimport\s*\{([^}]*)\}\s*from\s*"\.\/([\w.-]+\.mjs)"/g)) {
      if (!start.has(path!)) continue
      const names = wanted.get(path!) ?? new Set()
      for (const part of list!.split(',')) names.add(part.trim().split(/\s+as\s+/)[0]!)
      wanted.set(path!, names)
    }
  }
  return wanted
}

function bridged(module: string, name: string): string {
  return `${stem(module).replaceAll(/\W/g, '_')}_${name}`
}

function stem(name: string): string {
  return name.replace(/\.mjs$/, '')
}
