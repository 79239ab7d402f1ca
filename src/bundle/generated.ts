// The esbuild plugin that tells generated code where its compiled API lies once it is part of a bundle.
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'esbuild'

const marker = /^\/\/ .*Written by klue generate/

/**
 * Generated files say `new URL('./<api>/', import.meta.url)`, and in a bundle `import.meta.url` is the bundle's.
 * @param onFolder is told of the folder of each compiled API that is met. Where it gives a folder, the API is read
 * from there; where it gives nothing, from beside the bundle, where the caller then has to put it.
 */
export function generatedApis(onFolder: (folder: string) => Promise<string | undefined>): Plugin {
  return {
    name: 'klue-generated-apis',
    setup(build) {
      build.onLoad({ filter: /[\\/]gen[\\/][^\\/]+\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8')
        if (!marker.test(source) || !source.includes('import.meta.url')) return undefined
        const folder = await onFolder(join(dirname(path), basename(path, '.ts')))
        // The last part of the URL stays as it is written: it is the folder's own name.
        const contents = folder === undefined ? source : source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(folder).href))
        return { contents, loader: 'ts', resolveDir: dirname(path) }
      })
    },
  }
}
