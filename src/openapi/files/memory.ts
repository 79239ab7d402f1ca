// What klue generate remembers of its last run on this machine: it saves work, and no output depends on it.
import { join } from 'node:path'
import { writePrivateFile } from '../../workfolder/index.ts'
import type { DocumentParts } from './document-parts.ts'
import { hashText, readText } from './output-folder.ts'
import type { StoredPlan } from './plan-record.ts'
import type { StoredTypes } from './type-pieces.ts'

/** How the parts of a document were compiled. */
export interface CompiledParts {
  parts: DocumentParts
  plan: StoredPlan
  types: StoredTypes
}

export interface Memory {
  /** Sizes and times of the written files. */
  stats: () => Record<string, string> | undefined
  compiled: () => CompiledParts | undefined
  write: (remembered: { cacheText: string; stats: Record<string, string>; compiled?: CompiledParts | undefined }) => void
}

/** @param cacheText the cache file of the run before, to which what is remembered must belong */
export function openMemory(root: string, { outDir, api, cacheText }: { outDir: string; api: string; cacheText: string | undefined }): Memory {
  const folder = join(root, '.klue', 'generate', hashText(outDir))
  const read = (name: string): Record<string, unknown> | undefined => {
    try {
      const remembered = JSON.parse(readText(join(folder, name)) ?? 'null') as Record<string, unknown> | null
      return cacheText !== undefined && remembered?.['cache'] === hashText(cacheText) ? remembered : undefined
    } catch {
      return undefined
    }
  }
  return {
    stats: () => read(`${api}.stats.json`)?.['stats'] as Record<string, string> | undefined,
    compiled: () => read(`${api}.parts.json`) as unknown as CompiledParts | undefined,
    write: ({ cacheText: text, stats, compiled }) => {
      const cache = hashText(text)
      try {
        writePrivateFile(join(folder, `${api}.stats.json`), JSON.stringify({ cache, stats }))
        if (compiled !== undefined) writePrivateFile(join(folder, `${api}.parts.json`), JSON.stringify({ cache, ...compiled }))
      } catch {
        // If it cannot be written, the next run does all work again.
      }
    },
  }
}
