// A folder for what this process makes, so that a test run and a server do not meet in one project.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive } from '../platform/local/index.ts'

/** The folder of this process below `parent`; those that killed processes left behind are removed. */
export async function processFolder(parent: string): Promise<string> {
  const names = await readdir(parent).catch(() => [])
  const abandoned = names.filter((name) => /^\d+$/.test(name) && !isAlive({ pid: Number(name) }))
  for (const name of abandoned) await rm(join(parent, name), { recursive: true, force: true })
  return join(parent, String(process.pid))
}
