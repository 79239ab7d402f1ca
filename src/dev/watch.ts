// Watches a project's files and says what kind of thing changed.
import { type FSWatcher, watch } from 'node:fs'
import { join, relative } from 'node:path'
import type { Change } from './local-project.ts'
import { watchFolders } from './watch-folders.ts'

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
  const note = (path: string): void => {
    const change = changeOf(relative(root, path).replaceAll('\\', '/'))
    if (change === undefined) return
    pending.add(change)
    clearTimeout(timer)
    timer = setTimeout(() => void flush(), settleMs)
  }
  const generated = join(root, 'functions', 'gen')
  const stop = watchFolders([join(root, 'apis'), join(root, 'functions')], { isIgnored: (path) => path === generated, onChange: note })
  // Of the project's own folder only the configuration counts.
  const config: FSWatcher = watch(root, (_event, name) => name !== null && note(join(root, name)))
  return () => {
    clearTimeout(timer)
    config.close()
    stop()
  }
}

function changeOf(path: string): Change | undefined {
  if (/^klue-config(\.[\w-]+)?\.yaml$/.test(path)) return 'config'
  if (path.startsWith('apis/')) return /\.(ya?ml|json)$/.test(path) ? 'apis' : undefined
  // What klue generate writes follows from a change of apis/, which is noted already.
  return path.startsWith('functions/') && /\.([cm]?[jt]sx?|json)$/.test(path) ? 'functions' : undefined
}
