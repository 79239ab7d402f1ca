// The files of klue generate on disk: what is there, what differs, atomic writes.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

/** What `klue generate` remembers of an API between two runs. */
export interface GenerateCache {
  /** Hash of generator, Ajv and options. */
  generator: string
  /** Hashes of the files that were read, by path relative to the project's folder. */
  sources: Record<string, string>
  operations: number
  /** Every file that belongs to the API, relative to the output folder: key of what it was made from, hash of its bytes. */
  files: Record<string, { key: string; hash: string }>
}

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

/** The text of a file, or undefined where it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** The cache of an API; undefined where there is none or it is of another generator. */
export function readCache(folder: string, api: string, generator: string): GenerateCache | undefined {
  try {
    const cache = JSON.parse(readText(join(folder, api, 'cache.json')) ?? 'null') as GenerateCache | null
    return cache?.generator === generator ? cache : undefined
  } catch {
    return undefined
  }
}

/** The files of the output folder. A file is read only if its size or time differs from the remembered one. */
export interface WrittenFiles {
  /** Whether a file holds the bytes of a hash. */
  holds: (path: string, hash: string) => boolean
  /** Whether any file had to be read. */
  hasNews: () => boolean
  /** Sizes and times of the files that are as they should be, found so or written. */
  statOf: (path: string) => string | undefined
}

/** @param stats sizes and times of the run before; without them every file is read */
export function writtenFiles(folder: string, stats: Record<string, string> | undefined): WrittenFiles {
  const found = new Map<string, string>()
  let hasNews = false
  const statOf = (path: string): string | undefined => {
    const stat = statSync(join(folder, path), { throwIfNoEntry: false })
    return stat?.isFile() === true ? `${stat.size} ${stat.mtimeMs}` : undefined
  }
  return {
    hasNews: () => hasNews,
    statOf: (path) => found.get(path) ?? statOf(path),
    holds: (path, hash) => {
      const stat = statOf(path)
      if (stat === undefined) return false
      const isKnown = stats?.[path] === stat
      if (!isKnown && hashText(readText(join(folder, path)) ?? '') !== hash) return false
      hasNews ||= !isKnown
      found.set(path, stat)
      return true
    },
  }
}

/** Whether neither the sources nor the written files have changed since the last run. */
export function isFresh(cache: GenerateCache, { read, files }: { read: (file: string) => string | undefined; files: WrittenFiles }): boolean {
  const same = (text: string | undefined, hash: string): boolean => text !== undefined && hashText(text) === hash
  return Object.entries(cache.sources).every(([file, hash]) => same(read(file), hash)) && Object.entries(cache.files).every(([file, { hash }]) => files.holds(file, hash))
}

/** Writes a file whole or not at all. */
export function writeAtomically(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, text)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** The files below a folder, relative to it, with forward slashes; empty where there is none. What lies in the folders `without` is left out. */
export function listFiles(folder: string, below: string = '', without: ReadonlySet<string> = new Set()): string[] {
  if (!existsSync(join(folder, below))) return []
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(below, entry.name)
    if (entry.isDirectory()) return without.has(entry.name) ? [] : listFiles(folder, path)
    return [path]
  })
}
