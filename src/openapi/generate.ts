// klue generate: from the documents in apis/ to types, operation tables and validators.
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nearest, UsageError } from '../errors/index.ts'
import { ajvVersion } from './compile/validators/ajv-modules.ts'
import { filesOf, type GenerateOptions, type GenerateResult, remember, remove, type Run } from './files/generate-run.ts'
import { isGenerated } from './files/generated-mark.ts'
import { hashText, isFresh, listFiles, readCache, readText } from './files/output-folder.ts'
import { apiDoubles, apiNameOf, listApiFiles, readerOf } from './read/api-files.ts'

export type { GenerateOptions, GenerateResult }

/**
 * Generates what changed; a second run without a change compiles nothing.
 * @throws UsageError with every fault of the documents; nothing is written then
 */
export async function generate(root: string, options: GenerateOptions = {}): Promise<GenerateResult> {
  const run: Run = { root, outDir: options.outDir ?? 'functions/gen', options, generator: generatorHash(options), read: readerOf(root), result: { written: [], unchanged: [], removed: [], stale: [], apis: [] } }
  const all = await listApiFiles(root, options.documents ?? 'apis', run.read)
  const files = wantedFiles(all, options.apis)
  const changed = files.filter((file) => !keepFresh(run, file))
  if (changed.length > 0) {
    // The compiler is loaded only here, so that a run without changes does not wait for it.
    const { generateChanged } = await import('./generate-changed.ts')
    await generateChanged(run, changed)
  }
  if (options.apis === undefined) removeOrphans(run, new Set(all.map(apiNameOf)))
  return sorted(run.result)
}

// Whether nothing changed since the last run; the files then stay as they are.
function keepFresh(run: Run, file: string): boolean {
  const started = performance.now()
  const cache = readCache(join(run.root, run.outDir), apiNameOf(file), run.generator)
  const read = (source: string): string | undefined => {
    try {
      return run.read(source)
    } catch {
      return undefined
    }
  }
  const files = filesOf(run, apiNameOf(file))
  if (cache === undefined || !isFresh(cache, { read, files })) return false
  remember(run, apiNameOf(file), { files, paths: Object.keys(cache.files) })
  run.result.unchanged.push(...Object.keys(cache.files).map((path) => `${run.outDir}/${path}`))
  run.result.apis.push({ api: apiNameOf(file), operations: cache.operations, milliseconds: Math.round(performance.now() - started) })
  return true
}

function wantedFiles(files: string[], names: string[] | undefined): string[] {
  const faults = apiDoubles(files)
  const wanted = names ?? files.map(apiNameOf)
  for (const name of wanted) {
    if (files.some((file) => apiNameOf(file) === name)) continue
    const near = nearest(name, files.map(apiNameOf))
    faults.push({ code: 'api-unknown', file: 'apis', message: `There is no document for the API "${name}"`, hint: near === undefined ? `add apis/${name}.yaml` : `did you mean "${near}"?` })
  }
  if (faults.length > 0) throw new UsageError(faults)
  return files.filter((file) => wanted.includes(apiNameOf(file)))
}

// Removes only files that klue generate has written; other files in the folder stay.
function removeOrphans(run: Run, apis: ReadonlySet<string>): void {
  for (const path of listFiles(join(run.root, run.outDir), '', apis)) {
    const [first = '', ...rest] = path.split('/')
    const api = rest.length > 0 ? first : first.replace(/(\.client)?\.ts$/, '')
    if (apis.has(api)) continue
    const isOurs = rest.length > 0 ? readText(join(run.root, run.outDir, first, 'table.cjs')) !== undefined || run.result.removed.some((removed) => removed.startsWith(`${run.outDir}/${first}/`)) : path.endsWith('.ts') && isGenerated(readText(join(run.root, run.outDir, path)) ?? '')
    if (isOurs) remove(run, path)
  }
}

function sorted(result: GenerateResult): GenerateResult {
  return { written: result.written.sort(), unchanged: result.unchanged.sort(), removed: result.removed.sort(), stale: result.stale.sort(), apis: result.apis.sort((left, right) => (left.api < right.api ? -1 : 1)) }
}

// This folder, and those below it whose code decides what is compiled.
const generatorFolders = ['.', '../media', '../patterns']

// The generator's own sources are part of the key, so that output of another version is never kept.
function generatorHash(options: GenerateOptions): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const all = generatorFolders.flatMap((folder) => readdirSync(join(here, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
  const files = all.filter((file) => /\.[jt]s$/.test(file) && !file.endsWith('.d.ts')).sort()
  const texts = files.map((file) => `${file}\n${readText(join(here, file)) ?? ''}`)
  return hashText(`${texts.join('\n')}\n${ajvVersion()}\n${String(options.basePath === true)}`)
}
