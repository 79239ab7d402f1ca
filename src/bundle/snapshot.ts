// Copies of compiled APIs that stay as they are while klue generate writes new ones.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { explained, makePrivateFolder, privateFile } from '../workfolder/index.ts'

/**
 * Makes a copy of a compiled API below `folder`, once for each state of it, and gives the copy's folder.
 * A service reads its validators on first use; without a copy the last good build would read those of the next one.
 */
export async function snapshotApi(compiled: string, folder: string): Promise<string> {
  // The time as well: klue generate also writes that file when it mends others, whose broken bytes a copy may share.
  const record = join(compiled, 'cache.json')
  const state = createHash('sha256').update(readFileSync(record)).update(String(statSync(record).mtimeMs)).digest('hex').slice(0, 12)
  const target = join(folder, state, basename(compiled))
  if (await exists(target)) return target
  // Another process may make the same copy at the same time.
  const draft = join(folder, `${state}.${process.pid}.draft`)
  await rm(draft, { recursive: true, force: true })
  makePrivateFolder(join(folder, state))
  explained(draft, () => copyFiles(compiled, draft))
  await rename(draft, target).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true })
    if (!(await exists(target))) throw error
  })
  return target
}

// Real copies: a link would have the rights of the original and not reach another file system, and a file that somebody breaks would be broken in both places.
function copyFiles(from: string, to: string): void {
  makePrivateFolder(to)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) copyFiles(join(from, entry.name), join(to, entry.name))
    // One after the other without waiting in between: thousands of small steps through the pool take several times as long.
    else writeFileSync(join(to, entry.name), readFileSync(join(from, entry.name)), { mode: privateFile })
  }
}

async function exists(folder: string): Promise<boolean> {
  return readdir(folder).then(() => true, () => false)
}
