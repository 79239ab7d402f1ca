// Reads, checks and compiles the APIs that changed since the last run.
import { join } from 'node:path'
import { UsageError } from '../errors/index.ts'
import { checkApis } from './check/check.ts'
import { emitApi, type EmittedFile } from './emit-api.ts'
import { changedPaths, type DocumentParts, documentParts } from './files/document-parts.ts'
import { filesOf, memoryOf, remember, remove, type Run } from './files/generate-run.ts'
import type { CompiledParts } from './files/memory.ts'
import { type GenerateCache, hashText, listFiles, readCache, readText, writeAtomically } from './files/output-folder.ts'
import type { ApiDocument } from './read/document.ts'
import { readApi } from './read/read.ts'

/** An API that is to be generated, with what is known of the run before. */
interface Changed {
  document: ApiDocument
  parts: DocumentParts | undefined
  before: CompiledParts | undefined
  milliseconds: number
}

/** Throws a UsageError with every fault of the documents; nothing is written then. */
export async function generateChanged(run: Run, files: string[]): Promise<void> {
  const changed = await Promise.all(files.map((file) => readChanged(run, file)))
  const changedIn = new Map(changed.map(({ document, parts, before }) => [document, changedPaths(parts, before?.parts)]))
  const faults = checkApis(changed.map(({ document }) => document), (document) => changedIn.get(document))
  if (faults.length > 0) throw new UsageError(faults)
  for (const one of changed) {
    const started = performance.now()
    const operations = await generateApi(run, one)
    run.result.apis.push({ api: one.document.api, operations, milliseconds: Math.round(one.milliseconds + performance.now() - started) })
  }
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
