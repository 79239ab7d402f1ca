// The esbuild plugin that tells generated code where its compiled API lies once it is part of a bundle.
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'esbuild'

/** Where a bundle finds the compiled APIs: in the project's own folder, or beside the bundle. */
export type CompiledApis = 'in-place' | 'beside'

const marker = /^\/\/ .*Written by klue generate/

/** The folders of compiled APIs that a build has met. */
export interface FoundApis {
  folders: Set<string>
}

/**
 * Generated files say `new URL('./<api>/', import.meta.url)`, and in a bundle `import.meta.url` is the bundle's.
 * `in-place` puts the file's own address there; `beside` leaves it and names the folders that must be copied.
 */
export function generatedApis(mode: CompiledApis, found: FoundApis): Plugin {
  return {
    name: 'klue-generated-apis',
    setup(build) {
      build.onLoad({ filter: /[\\/]gen[\\/][^\\/]+\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8')
        if (!marker.test(source) || !source.includes('import.meta.url')) return undefined
        found.folders.add(join(dirname(path), basename(path, '.ts')))
        const contents = mode === 'in-place' ? source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)) : source
        return { contents, loader: 'ts', resolveDir: dirname(path) }
      })
    },
  }
}
