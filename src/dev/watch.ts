// Watches a project's files and says what kind of thing changed.
import { type FSWatcher, existsSync, watch } from 'node:fs'
import { join } from 'node:path'
import type { Change } from './local-project.ts'

// Editors write a file in several steps; one change is what happens within this time.
const settleMs = 25

/**
 * Calls back with what changed, one call at a time; changes during a call are gathered for the next.
 * Returns a function that stops watching.
 */
export function watchProject(root: string, onChange: (changes: ReadonlySet<Change>) => Promise<void>): () => void {
  let pending = new Set<Change>()
  let isBusy = false
  let timer: NodeJS.Timeout | undefined
  const flush = async (): Promise<void> => {
    if (isBusy || pending.size === 0) return
    const changes = pending
    pending = new Set()
    isBusy = true
    await onChange(changes).finally(() => (isBusy = false))
    await flush()
  }
  const note = (change: Change): void => {
    pending.add(change)
    clearTimeout(timer)
    timer = setTimeout(() => void flush(), settleMs)
  }
  const watchers = [watchFolder(join(root, 'apis'), (file) => isDocument(file) && note('apis')), watchFolder(join(root, 'functions'), (file) => isFunction(file) && note('functions')), watchConfig(root, () => note('config'))]
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher?.close()
  }
}

function watchFolder(folder: string, onFile: (file: string) => unknown): FSWatcher | undefined {
  if (!existsSync(folder)) return undefined
  const watcher = watch(folder, { recursive: true }, (_event, file) => void onFile((file ?? '').replaceAll('\\', '/')))
  // A folder that vanishes while it is scanned is no reason to stop.
  watcher.on('error', () => undefined)
  return watcher
}

function watchConfig(root: string, onConfig: () => void): FSWatcher {
  return watch(root, (_event, file) => {
    if (file !== null && /^klue-config(\.[\w-]+)?\.yaml$/.test(file)) onConfig()
  })
}

function isDocument(file: string): boolean {
  return /\.(ya?ml|json)$/.test(file)
}

// What klue generate writes follows from a change of apis/, which is noted already.
function isFunction(file: string): boolean {
  return /\.[cm]?[jt]sx?$|\.json$/.test(file) && !file.startsWith('gen/') && !file.includes('.klue')
}
