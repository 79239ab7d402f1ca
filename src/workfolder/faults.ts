// What goes wrong with files below `.klue`, in one sentence with what to do about it.
import { accessSync, constants, lstatSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { type Fault, UsageError } from '../errors/index.ts'

type Sentence = Pick<Fault, 'message' | 'hint'>

/** Does something with a file or folder of klue's own; where the system refuses it, a UsageError says what and what to do. */
export function explained<Result>(path: string, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    throw folderFault(error, path) ?? error
  }
}

/**
 * The sentence for an error of the system about something below `.klue`; undefined for any other error.
 * @param path the file or folder that was meant; that of the error by default
 */
export function folderFault(error: unknown, path?: string): UsageError | undefined {
  for (const one of withCauses(error)) {
    if (typeof one.code !== 'string' || typeof one.errno !== 'number') continue
    const place = path ?? [one.path, one.dest].find((candidate) => typeof candidate === 'string' && candidate.split(sep).includes('.klue'))
    // A write into an open file does not say into which.
    if (place === undefined && !isFull(one.code)) continue
    return new UsageError({ code: 'folder-unusable', file: '', ...sentenceFor(one.code, place) })
  }
  return undefined
}

type SystemError = { [Key in 'code' | 'errno' | 'path' | 'dest' | 'cause']?: unknown } & { path?: string; dest?: string }

function* withCauses(error: unknown): Generator<SystemError> {
  for (let [one, depth] = [error, 0]; typeof one === 'object' && one !== null && depth < 5; depth++) {
    yield one
    one = (one as SystemError).cause
  }
}

function sentenceFor(given: string, path: string | undefined): Sentence {
  // Making several folders at once fails with ENOENT, whatever the system had against it.
  const code = given === 'ENOENT' && path !== undefined ? (refusalAt(path) ?? given) : given
  if (isFull(code)) return { message: `${shown(path)} cannot be written: ${code === 'ENOSPC' ? 'there is no room left on its file system' : 'your share of its file system is used up'}`, hint: 'make room there; "klue dev --reset-data" deletes the local data and its log' }
  const place = path!
  const obstacle = obstacleTo(place, code)
  if (obstacle !== undefined) return obstacle
  if (code === 'EROFS') return { message: `${shown(place)} cannot be written: its file system is read-only`, hint: 'mount it for writing, or mount a folder that can be written at .klue' }
  if (code === 'EACCES' || code === 'EPERM') return refused(place)
  if (code === 'ENOENT') return { message: `${shown(place)} is gone`, hint: 'leave .klue alone while klue runs, and run the command again' }
  return { message: `${shown(place)} cannot be used (${code})`, hint: 'check the file system that it lies on; without .klue klue begins anew, with new secrets and no data' }
}

function isFull(code: string): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT'
}

// What stands where a folder or file belongs: the first part of the path that is of the wrong kind.
function obstacleTo(path: string, code: string): Sentence | undefined {
  if (!['EEXIST', 'ENOTDIR', 'ENOENT', 'EISDIR', 'ELOOP', 'ENOTEMPTY'].includes(code)) return undefined
  for (const part of partsFrom(path)) {
    const found = lstatSync(part, { throwIfNoEntry: false })
    if (found === undefined) break
    const target = targetOf(part)
    if (found.isSymbolicLink() && target === undefined) return { message: `${shown(part)} is a link that leads nowhere`, hint: 'make the folder that it leads to, or remove the link' }
    if (target?.isDirectory() !== true && part !== path) return notAFolder(part)
    if (part === path && target?.isDirectory() !== true && code !== 'ENOENT') return notAFolder(part)
    if (part === path && target?.isDirectory() === true) return { message: `${shown(part)} is a folder where klue keeps a file`, hint: 'remove or rename it; klue makes the file anew' }
  }
  return undefined
}

// What the system has against writing into the folder that is nearest to a path.
function refusalAt(path: string): string | undefined {
  const nearest = partsFrom(path).reverse().find((part) => targetOf(part)?.isDirectory() === true)
  try {
    if (nearest !== undefined) accessSync(nearest, constants.W_OK)
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}

function notAFolder(path: string): Sentence {
  return { message: `${shown(path)} is no folder, and klue keeps one there`, hint: 'remove or rename what is there; klue makes the folder anew' }
}

function targetOf(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    // A circle of links.
    return undefined
  }
}

function refused(path: string): Sentence {
  const owner = ownerOf(path)
  if (owner !== undefined && process.getuid !== undefined && owner !== process.getuid()) return { message: `${shown(path)} cannot be used: it belongs to another user (uid ${owner})`, hint: 'give it back with: sudo chown -R "$(id -u)" .klue; or delete .klue, and with it the local data and secrets' }
  return { message: `${shown(path)} cannot be used: its rights do not let you`, hint: 'give them back with: chmod -R u+rwX .klue' }
}

// Of what is there: a folder that cannot be entered hides what lies in it.
function ownerOf(path: string): number | undefined {
  for (const part of partsFrom(path).reverse()) {
    try {
      return lstatSync(part).uid
    } catch {
      continue
    }
  }
  return undefined
}

// `.klue` and each part below it, down to the path itself; only the path where it lies elsewhere.
function partsFrom(path: string): string[] {
  const parts = path.split(sep)
  const index = parts.lastIndexOf('.klue')
  return index < 0 ? [path] : parts.slice(index).map((_, below) => parts.slice(0, index + below + 1).join(sep))
}

function shown(path: string | undefined): string {
  if (path === undefined) return 'A file'
  const parts = path.split(sep)
  const index = parts.lastIndexOf('.klue')
  return index < 0 ? path : join(...parts.slice(index))
}
