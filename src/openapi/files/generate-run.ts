// One run of klue generate: where it writes, what it remembers of the run before, and what it reports.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ReadText } from '../read/api-files.ts'
import { type CompiledParts, openMemory } from './memory.ts'
import { readText, type WrittenFiles, writtenFiles } from './output-folder.ts'

export interface GenerateOptions {
  /** Names of the APIs to generate; all without it. */
  apis?: string[]
  /** Writes nothing, and says what is stale. Compiled files count only where some exist: they are not committed. */
  check?: boolean
  /** Routes begin with the path of the first server. */
  basePath?: boolean
  /** The folder of the documents. @default 'apis' */
  documents?: string
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

/** What every step of a run knows. */
export interface Run {
  root: string
  outDir: string
  options: GenerateOptions
  generator: string
  read: ReadText
  result: GenerateResult
}

/** What is remembered of an API. */
export function memoryOf(run: Run, api: string): ReturnType<typeof openMemory> {
  return openMemory(run.root, { outDir: run.outDir, api, cacheText: readText(join(run.root, run.outDir, api, 'cache.json')) })
}

/** The files of the output folder; a check looks into each of them, whatever its size and time. */
export function filesOf(run: Run, api: string): WrittenFiles {
  return writtenFiles(join(run.root, run.outDir), run.options.check === true ? undefined : memoryOf(run, api).stats())
}

/** Keeps what the next run may start from. */
export function remember(run: Run, api: string, { files, paths, compiled }: { files: WrittenFiles; paths: string[]; compiled?: CompiledParts | undefined }): void {
  const cacheText = readText(join(run.root, run.outDir, api, 'cache.json'))
  if (cacheText === undefined || run.options.check === true || (compiled === undefined && !files.hasNews())) return
  memoryOf(run, api).write({ cacheText, stats: Object.fromEntries(paths.flatMap((path) => {
    const stat = files.statOf(path)
    return stat === undefined ? [] : [[path, stat]]
  })), compiled })
}

/** Removes a file, or says that it would be. */
export function remove(run: Run, path: string): void {
  if (run.options.check === true) {
    run.result.stale.push(`${run.outDir}/${path}`)
    return
  }
  rmSync(join(run.root, run.outDir, path), { force: true })
  run.result.removed.push(`${run.outDir}/${path}`)
}
