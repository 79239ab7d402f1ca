// Deletes the local data of a project: its tables, and lines of the log that wait for them.
import { lstatSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isUsageError } from '../errors/index.ts'
import { lockLocalData } from '../platform/local/index.ts'
import { explained } from '../workfolder/index.ts'

/** What is there to be deleted. */
export interface LocalDataSize {
  files: number
  bytes: number
}

/**
 * Deletes the data once `tell` has heard what it is; nothing is told where there is none.
 * @throws UsageError where a process has it open, or it cannot be deleted
 */
export async function resetData(root: string, tell: (size: LocalDataSize) => void): Promise<void> {
  const folder = join(root, '.klue', 'dynamodb')
  const places = [folder, join(root, '.klue', 'lines')].filter((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined)
  if (places.length === 0) return
  // A folder that cannot be locked because something else stands in its place is nobody's.
  const release = await lockLocalData(folder).catch((error: unknown) => {
    if (isUsageError(error) && error.faults[0]!.code === 'folder-unusable') return undefined
    throw error
  })
  try {
    tell(places.map(sizeOf).reduce((sum, one) => ({ files: sum.files + one.files, bytes: sum.bytes + one.bytes })))
    for (const place of places) explained(place, () => rmSync(place, { recursive: true, force: true }))
  } finally {
    release?.()
  }
}

/** The sentence about it. */
export function resetSentence({ files, bytes }: LocalDataSize): string {
  return `Deleting the local data of this project: tables, users and log in .klue/dynamodb (${files} ${files === 1 ? 'file' : 'files'}, ${bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`}). Secrets stay.`
}

function sizeOf(path: string): LocalDataSize {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory() !== true) return { files: 1, bytes: found?.size ?? 0 }
  const names = explained(path, () => readdirSync(path))
  // The lock that is held for this is not part of it.
  return names.filter((name) => name !== 'dynamo.lock').map((name) => sizeOf(join(path, name))).reduce((sum, one) => ({ files: sum.files + one.files, bytes: sum.bytes + one.bytes }), { files: 0, bytes: 0 })
}
