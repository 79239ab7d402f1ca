// The sources of a local build, as a debugger resolves them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The paths that the maps of the files below a folder lead to. */
export function sourcesIn(built: string): string[] {
  return readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.mjs')).flatMap((name) => {
    const encoded = /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(readFileSync(join(built, name), 'utf8'))
    const map = JSON.parse(Buffer.from(encoded![1]!, 'base64').toString()) as { sources: string[]; sourceRoot?: string }
    return map.sources.map((source) => fileURLToPath(new URL(`${map.sourceRoot ?? ''}${source}`, pathToFileURL(join(built, name)))))
  })
}
