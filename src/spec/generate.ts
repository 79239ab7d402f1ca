// klue generate: from the documents in apis/ to types, operation tables and validators.
import { readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nearest, UsageError } from '../errors/index.ts'
import { ajvVersion } from './ajv-modules.ts'
import { checkApis } from './check.ts'
import type { ApiDocument } from './document.ts'
import { emitApi, type EmittedFile } from './emit-api.ts'
import { isGenerated } from './emit-typescript.ts'
import { changedPaths, type DocumentParts, documentParts } from './document-parts.ts'
import { type CompiledParts, openMemory } from './memory.ts'
import { type GenerateCache, hashText, isFresh, listFiles, readCache, readText, writeAtomically, type WrittenFiles, writtenFiles } from './output-folder.ts'
import { apiDoubles, apiNameOf, listApiFiles, readApi, readerOf, type ReadText } from './read.ts'

export interface GenerateOptions {
  /** Names of the APIs to generate; all without it. */
  apis?: string[]
  /** Writes nothing, and says what is stale. Compiled files count only where some exist: they are not committed. */
  check?: boolean
  /** Routes begin with the path of the first server. */
  basePath?: boolean
  /** @default 'functions/gen' */
  outDir?: string
}

/** Paths are relative to the project's folder, with forward slashes, sorted. */
export interface GenerateResult {
  written: string[]
  unchanged: string[]
  removed: string[]
  /** With `check`: what would be written or removed. */
  stale: string[]
  apis: { api: string; operations: number; milliseconds: number }[]
}

interface Run {
  root: string
  outDir: string
  options: GenerateOptions
  generator: string
  read: ReadText
  result: GenerateResult
}

/** An API that is to be generated, with what is known of the run before. */
interface Changed {
  document: ApiDocument
  parts: DocumentParts | undefined
  before: CompiledParts | undefined
  milliseconds: number
}

/**
 * Generates what changed; a second run without a change compiles nothing.
 * @throws UsageError with every fault of the documents; nothing is written then
 */
export async function generate(root: string, options: GenerateOptions = {}): Promise<GenerateResult> {
  const run: Run = { root, outDir: options.outDir ?? 'functions/gen', options, generator: generatorHash(options), read: readerOf(root), result: { written: [], unchanged: [], removed: [], stale: [], apis: [] } }
  const all = await listApiFiles(root, 'apis', run.read)
  const files = wantedFiles(all, options.apis)
  const changed = await Promise.all(files.filter((file) => !keepFresh(run, file)).map((file) => readChanged(run, file)))
  const changedIn = new Map(changed.map(({ document, parts, before }) => [document, changedPaths(parts, before?.parts)]))
  const faults = checkApis(changed.map(({ document }) => document), (document) => changedIn.get(document))
  if (faults.length > 0) throw new UsageError(faults)
  for (const one of changed) {
    const started = performance.now()
    const operations = await generateApi(run, one)
    run.result.apis.push({ api: one.document.api, operations, milliseconds: Math.round(one.milliseconds + performance.now() - started) })
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

async function readChanged(run: Run, file: string): Promise<Changed> {
  const started = performance.now()
  const document = await readApi(run.root, file, run.read)
  const parts = document.faults.length > 0 ? undefined : documentParts(document)
  // What another generator compiled says nothing, and a check believes nothing that it has not looked at.
  const isKnown = run.options.check !== true && readCache(join(run.root, run.outDir), document.api, run.generator) !== undefined
  return { document, parts, before: isKnown ? memoryOf(run, document.api).compiled() : undefined, milliseconds: performance.now() - started }
}

async function generateApi(run: Run, { document, parts, before }: Changed): Promise<number> {
  const folder = join(run.root, run.outDir)
  const typesOnly = run.options.check === true && listFiles(folder, document.api).length === 0
  const written = filesOf(run, document.api)
  const { files, operations, compiled } = await emitApi(document, { basePath: run.options.basePath === true, cache: readCache(folder, document.api, run.generator), folder, files: written, typesOnly, parts, before })
  const sources = Object.fromEntries(document.sources.map(({ file }) => [file, hashText(run.read(file))]))
  store(run, files, { api: document.api, cache: { generator: run.generator, sources, operations, files: {} } })
  if (run.options.check !== true) remember(run, document.api, { files: written, paths: [...files.keys()], compiled })
  return operations
}

function memoryOf(run: Run, api: string): ReturnType<typeof openMemory> {
  return openMemory(run.root, { outDir: run.outDir, api, cacheText: readText(join(run.root, run.outDir, api, 'cache.json')) })
}

// A check looks into every file, whatever its size and time.
function filesOf(run: Run, api: string): WrittenFiles {
  return writtenFiles(join(run.root, run.outDir), run.options.check === true ? undefined : memoryOf(run, api).stats())
}

function remember(run: Run, api: string, { files, paths, compiled }: { files: WrittenFiles; paths: string[]; compiled?: CompiledParts | undefined }): void {
  const cacheText = readText(join(run.root, run.outDir, api, 'cache.json'))
  if (cacheText === undefined || run.options.check === true) return
  memoryOf(run, api).write({ cacheText, stats: Object.fromEntries(paths.flatMap((path) => {
    const stat = files.statOf(path)
    return stat === undefined ? [] : [[path, stat]]
  })), compiled })
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

function store(run: Run, outputs: Map<string, EmittedFile>, { api, cache }: { api: string; cache: GenerateCache }): void {
  for (const [path, { key, text, hash }] of [...outputs].sort(([left], [right]) => (left < right ? -1 : 1))) {
    cache.files[path] = { key, hash: hash ?? hashText(text) }
    if (hash === undefined) put(run, path, text)
    else run.result.unchanged.push(`${run.outDir}/${path}`)
  }
  const compiled = `${api}/`
  const leftOver = listFiles(join(run.root, run.outDir), api).filter((path) => path.startsWith(compiled) && !outputs.has(path) && path !== `${api}/cache.json`)
  for (const path of leftOver) remove(run, path)
  if (run.options.check !== true) writeAtomically(join(run.root, run.outDir, api, 'cache.json'), `${JSON.stringify(cache)}\n`)
}

function put(run: Run, path: string, text: string): void {
  const target = join(run.root, run.outDir, path)
  const shown = `${run.outDir}/${path}`
  if (readText(target) === text) {
    run.result.unchanged.push(shown)
    return
  }
  if (run.options.check === true) {
    run.result.stale.push(shown)
    return
  }
  writeAtomically(target, text)
  run.result.written.push(shown)
}

function remove(run: Run, path: string): void {
  if (run.options.check === true) {
    run.result.stale.push(`${run.outDir}/${path}`)
    return
  }
  rmSync(join(run.root, run.outDir, path), { force: true })
  run.result.removed.push(`${run.outDir}/${path}`)
}

// Only what klue generate wrote itself: a file of somebody's own in the folder stays.
function removeOrphans(run: Run, apis: ReadonlySet<string>): void {
  for (const path of listFiles(join(run.root, run.outDir))) {
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

// The generator's own files are part of the key, so that a new version never keeps what an older one compiled.
function generatorHash(options: GenerateOptions): string {
  const here = fileURLToPath(import.meta.url)
  const files = readdirSync(dirname(here)).filter((file) => /\.[jt]s$/.test(file) && !file.endsWith('.d.ts')).sort()
  const texts = files.map((file) => `${basename(file)}\n${readText(join(dirname(here), file)) ?? ''}`)
  return hashText(`${texts.join('\n')}\n${ajvVersion()}\n${String(options.basePath === true)}`)
}
