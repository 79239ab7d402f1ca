// What an entry file throws at its top, or while its service starts, as a fault with its place.
import { existsSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Fault, isUsageError, messageOf } from '../errors/index.ts'

/** @param doing what failed, such as `importing this file` */
export function entryFault(error: unknown, { root, entry, doing }: { root: string; entry: string; doing: string }): Fault[] {
  if (isUsageError(error)) return error.faults.map((fault) => (fault.file === '' ? { ...fault, file: entry } : fault))
  const name = error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : ''
  // Node tells behind the package in which copy of the file it was not found.
  const isMissing = (error as { code?: unknown } | null)?.code === 'ERR_MODULE_NOT_FOUND'
  const text = messageOf(error).split('\n')[0]!
  const message = `${doing} fails: ${isMissing ? text.replace(/ imported from .*$/, '') : `${name}${text}`}`
  return [{ code: 'entry-failed', file: entry, ...placeOf(error, root), message, hint: isMissing ? 'install it with npm, in dependencies' : 'a deployed function would end at this; what needs the environment belongs into a handler' }]
}

// The first place of the stack that is the project's own.
function placeOf(error: unknown, root: string): { file: string; line: number } | undefined {
  for (const [, place = '', line = ''] of String((error as { stack?: unknown } | null)?.stack).matchAll(/^\s+at .*?((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^\n()]*?):(\d+):\d+\)?$/gm)) {
    const path = place.startsWith('file:') ? fileURLToPath(place) : place
    const file = relative(root, path).split(sep).join('/')
    if (!/^(\.|node_modules\/|[A-Za-z]:)/.test(file) && existsSync(path)) return { file, line: Number(line) }
  }
  return undefined
}
