// Places in bundled code, told as places in the sources. Node's own flag for it doubles the time of a start.
import { existsSync, readFileSync } from 'node:fs'
import type { SourceMap } from 'node:module'

// A map that cannot be read stays unread.
const maps = new Map<string, SourceMap | undefined>()

/** The text of a stack with the places of sources, as far as there are maps beside the code. */
export function sourceStack(stack: string): string {
  return stack.replace(/(?:file:\/\/)?\/[^\s():]+\.[cm]?js:\d+:\d+/g, sourcePlace)
}

function sourcePlace(place: string): string {
  const [path = '', line, column] = place.replace('file://', '').split(':')
  const entry = mapOf(path)?.findEntry(Number(line) - 1, Number(column) - 1)
  if (entry === undefined || !('originalSource' in entry) || typeof entry.originalSource !== 'string') return place
  return `${entry.originalSource.replace(/^(file:\/\/)?(\.{0,2}\/)*/, '')}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
}

function mapOf(path: string): SourceMap | undefined {
  if (!maps.has(path)) maps.set(path, readMap(`${path}.map`))
  return maps.get(path)
}

function readMap(file: string): SourceMap | undefined {
  if (!existsSync(file)) return undefined
  try {
    const { SourceMap } = process.getBuiltinModule('node:module')
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as ConstructorParameters<typeof SourceMap>[0])
  } catch {
    return undefined
  }
}
