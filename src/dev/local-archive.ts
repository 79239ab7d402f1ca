// The archive of a local stage: files below `.klue/archive`.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { explained, writePrivateFile } from '../workfolder/index.ts'
import type { ArchiveFiles } from '../telemetry/index.ts'

/** Opens the folder of a project's archive; makes it with the first file. */
export function localArchive(root: string): ArchiveFiles {
  const folder = join(root, '.klue', 'archive')
  return {
    async list(prefix) {
      const names = (orNone(() => readdirSync(folder, { recursive: true, encoding: 'utf8' })) ?? []).map((name) => name.replaceAll('\\', '/'))
      return await Promise.resolve(names.filter((name) => name.startsWith(prefix) && /\.(json|gz)$/.test(name)).sort().flatMap((name) => orNone(() => [{ name, changed: statSync(join(folder, name)).mtimeMs }]) ?? []))
    },
    async read(name, range) {
      const bytes = orNone(() => readFileSync(join(folder, name)))
      return await Promise.resolve(range === undefined ? bytes : bytes?.subarray(range.at, range.at + range.bytes))
    },
    async write(name, bytes) {
      await Promise.resolve(writePrivateFile(join(folder, name), bytes))
    },
  }
}

// A file that is not there is no failure; every other one is told in a sentence.
function orNone<Value>(look: () => Value): Value | undefined {
  return explained(join('.klue', 'archive'), () => {
    try {
      return look()
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return undefined
      throw error
    }
  })
}
