// Places in the bundles of a local service, told as places in the files that the developer writes.
import { readFileSync } from 'node:fs'
import { type SourceMap as NodeSourceMap, SourceMap } from 'node:module'
import { dirname, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * Gives what rewrites the text of a stack; maps are read with the first stack that needs them.
 * Where Node maps stacks itself (`--enable-source-maps`) nothing is left to do.
 * @param folder below which the bundles lie
 */
export function localStack(folder: string): (stack: string) => string {
  // A build keeps its name, and is never written again.
  const maps = new Map<string, NodeSourceMap | undefined>()
  const place = (whole: string, ...[file = '', line, column]: string[]): string => {
    const path = file.startsWith('file:') ? fileURLToPath(file) : file
    if (!maps.has(path)) maps.set(path, mapOf(path))
    const entry = maps.get(path)?.findEntry(Number(line) - 1, Number(column) - 1)
    if (entry === undefined || !('originalSource' in entry) || typeof entry.originalSource !== 'string') return whole
    return `${resolve(dirname(path), decodeURI(entry.originalSource))}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
  }
  // Node names a module by its address; where it looked for a map in vain, by its path.
  const begins = [pathToFileURL(folder + sep).href, folder + sep].map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  const pattern = new RegExp(`((?:${begins})[^\\s:?]+\\.[cm]?js)(?:\\?[^\\s:]*)?:(\\d+):(\\d+)`, 'g')
  return (stack) => stack.replace(pattern, place)
}

/** The stack of anything that was thrown, which may itself throw when it is looked at. */
export function stackOf(thrown: unknown): string | undefined {
  try {
    return thrown instanceof Error ? thrown.stack : undefined
  } catch {
    return undefined
  }
}

// The map that esbuild wrote at the end of the file, or beside it.
function mapOf(path: string): NodeSourceMap | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    const encoded = /\n\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/.exec(text.slice(text.lastIndexOf('\n//#')))?.[1]
    const json = encoded === undefined ? readFileSync(`${path}.map`, 'utf8') : Buffer.from(encoded, 'base64').toString('utf8')
    return new SourceMap(JSON.parse(json) as ConstructorParameters<typeof SourceMap>[0])
  } catch {
    // A build that is gone, or a map that cannot be read.
    return undefined
  }
}
