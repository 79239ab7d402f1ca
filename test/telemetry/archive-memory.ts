// An archive in memory, whose writes stop after some, as those of a process that is killed.
import { gunzipSync } from 'node:zlib'
import type { ArchiveFiles } from '../../src/telemetry/index.ts'

export interface MemoryFiles extends ArchiveFiles {
  files: Map<string, Uint8Array>
  /** How many files were read. */
  reads: number
}

export function memoryFiles(files: Map<string, Uint8Array> = new Map<string, Uint8Array>()): MemoryFiles {
  const made: MemoryFiles = {
    files,
    reads: 0,
    list: (prefix) => Promise.resolve([...files.keys()].filter((name) => name.startsWith(prefix)).sort().map((name) => ({ name, changed: 0 }))),
    read(name, range) {
      made.reads += 1
      const bytes = files.get(name)
      return Promise.resolve(range === undefined ? bytes : bytes?.subarray(range.at, range.at + range.bytes))
    },
    write: (name, bytes) => Promise.resolve(void files.set(name, bytes)),
  }
  return made
}

/** The same files, whose writes fail after some. */
export function filesDyingAfter(files: MemoryFiles, writes: number): MemoryFiles {
  let left = writes
  return { ...files, write: (name, bytes) => ((left -= 1) < 0 ? Promise.reject(new Error('killed')) : files.write(name, bytes)) }
}

/** Every line of every file of requests, as others than klue read them. */
export function linesOf({ files }: MemoryFiles): Record<string, unknown>[] {
  return [...files].filter(([name]) => name.startsWith('requests/')).flatMap(([, bytes]) => gunzipSync(bytes).toString().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>))
}
