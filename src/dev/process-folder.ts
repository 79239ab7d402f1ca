// A folder for what this process makes, so that a test run and a server do not meet in one project.
import { readdir, rm } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isAlive } from '../platform/local/index.ts'

/** The folder of this process below `parent`; those that killed processes left behind are removed. */
export async function processFolder(parent: string): Promise<string> {
  const names = await namesIn(parent)
  const abandoned = names.filter((name) => isOwned(name) && !isAlive({ pid: Number(name) }))
  for (const name of abandoned) await rm(join(parent, name), { recursive: true, force: true })
  return join(parent, String(process.pid))
}

/**
 * Removes what lies in the folder `kept`, which all processes below `parent` use together, except what is in use:
 * where another process runs, nothing.
 * @param inUse paths below `kept`
 */
export async function pruneKept(parent: string, { kept, inUse }: { kept: string; inUse: ReadonlySet<string> }): Promise<void> {
  const others = (await namesIn(parent)).filter((name) => isOwned(name) && Number(name) !== process.pid)
  if (others.length > 0) return
  for (const name of await namesIn(kept)) if (![...inUse].some((path) => path.startsWith(join(kept, name) + sep))) await rm(join(kept, name), { recursive: true, force: true })
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

function isOwned(name: string): boolean {
  return /^\d+$/.test(name)
}
