// Copies of compiled APIs that stay as they are while klue generate writes new ones.
import { createHash } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'

/**
 * Makes a copy of a compiled API below `folder`, once for each state of it, and gives the copy's folder.
 * A service reads its validators on first use; without a copy the last good build would read those of the next one.
 */
export async function snapshotApi(compiled: string, folder: string): Promise<string> {
  const state = createHash('sha256').update(await readFile(join(compiled, 'cache.json'))).digest('hex').slice(0, 12)
  const target = join(folder, state, basename(compiled))
  if (await exists(target)) return target
  const draft = join(folder, `${state}.draft`)
  await rm(draft, { recursive: true, force: true })
  await linkFiles(compiled, draft)
  await mkdir(join(folder, state), { recursive: true })
  await rename(draft, target)
  return target
}

// Links cost a fraction of copies, and klue generate replaces files instead of writing into them.
async function linkFiles(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.isDirectory()) await linkFiles(join(from, entry.name), join(to, entry.name))
    else await link(join(from, entry.name), join(to, entry.name))
  }
}

async function exists(folder: string): Promise<boolean> {
  return readdir(folder).then(() => true, () => false)
}
