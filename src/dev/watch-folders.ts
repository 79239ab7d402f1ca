// Watches folders and all that lies below them, also what is made later.
import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'

/**
 * Calls back with the path of each file that changes below a folder.
 * One native watcher a folder: Node 20's recursive one on Linux, and libraries that throttle, lose the last of
 * several quick changes, and then an old state would be served until the next one.
 */
export function watchFolders(roots: string[], options: { isIgnored(path: string): boolean; onChange(path: string): void }): () => void {
  const watchers = new Map<string, FSWatcher>()
  const add = (folder: string): void => {
    if (watchers.has(folder) || options.isIgnored(folder)) return
    let entries: string[]
    try {
      entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
      const watcher = watch(folder, (_event, name) => notice(folder, name))
      // A folder that is deleted ends its watcher, on some systems with an error.
      watcher.on('error', () => remove(folder))
      watchers.set(folder, watcher)
    } catch {
      // No folder, or gone already.
      return
    }
    for (const name of entries) add(join(folder, name))
  }
  const remove = (folder: string): void => {
    watchers.get(folder)?.close()
    watchers.delete(folder)
  }
  const notice = (folder: string, name: string | null): void => {
    const path = name === null ? folder : join(folder, name)
    if (options.isIgnored(path)) return
    add(path)
    options.onChange(path)
  }
  for (const root of roots) add(root)
  return () => {
    for (const folder of watchers.keys()) remove(folder)
  }
}
