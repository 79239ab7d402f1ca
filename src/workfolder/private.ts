// Folders and files that only their owner may read: secrets, data, tokens in logs.
import { chmodSync, lstatSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { UsageError } from '../errors/index.ts'
import { explained } from './faults.ts'

/** Mode of a new file that only its owner may read. */
export const privateFile = 0o600
const privateFolder = 0o700
const othersRights = 0o077

/**
 * Makes a folder, and those above it that are missing, for their owner alone. A `.klue` above it that others may read is closed, with all in it.
 * @throws UsageError where it cannot be made
 */
export function makePrivateFolder(path: string): void {
  explained(path, () => {
    mkdirSync(path, { recursive: true, mode: privateFolder })
    const own = workFolderAbove(path)
    if (own !== undefined && isOpen(own)) closeBelow(own)
  })
}

/**
 * Makes a folder whose modules find the packages of the project: Node looks for them from where a folder really lies.
 * @throws UsageError where it cannot be made, or lies outside of the project
 */
export function makeModuleFolder(root: string, path: string): void {
  makePrivateFolder(path)
  const [project, folder] = [realpathSync(root), realpathSync(path)]
  if (folder.startsWith(project + sep)) return
  throw new UsageError({ code: 'folder-unusable', file: '', message: `.klue is a link to a folder outside of the project (${folder}), from where functions do not find their packages`, hint: 'mount that folder at .klue instead of a link to it, or remove the link' })
}

/**
 * Writes a file whole or not at all, for its owner alone, and makes its folder.
 * @throws UsageError where it cannot be written
 */
export function writePrivateFile(path: string, content: string | Uint8Array): void {
  makePrivateFolder(dirname(path))
  const aside = `${path}.${process.pid}.new`
  explained(path, () => {
    try {
      writeFileSync(aside, content, { mode: privateFile })
      renameSync(aside, path)
    } catch (error) {
      rmSync(aside, { force: true })
      throw error
    }
  })
}

/** Takes away what others may do with a folder and with all below it. What is deployed from there keeps its modes: Lambda runs it as another user. */
export function closeBelow(folder: string): void {
  // First, so that nobody comes in any more.
  close(folder)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name === 'infra') close(path)
    else if (entry.isDirectory()) closeBelow(path)
    // A file with several names may be one of the project's own.
    else if (entry.isFile() && lstatSync(path).nlink === 1) close(path)
  }
}

function close(path: string): void {
  const { mode, uid } = lstatSync(path)
  if ((mode & othersRights) === 0) return
  try {
    chmodSync(path, mode & ~othersRights & 0o777)
  } catch (error) {
    // Some file systems know no modes; what belongs to somebody else is a fault.
    if (uid !== process.getuid?.()) throw error
  }
}

function isOpen(folder: string): boolean {
  return process.platform !== 'win32' && (statSync(folder).mode & othersRights) !== 0
}

function workFolderAbove(path: string): string | undefined {
  const parts = path.split(sep)
  const index = parts.lastIndexOf('.klue')
  return index < 0 ? undefined : parts.slice(0, index + 1).join(sep)
}
