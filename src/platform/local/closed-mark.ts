// Whether a database was closed in order and not touched since: a mark that names its files, there only while nobody has it open.
import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivateFile } from '../../workfolder/index.ts'
import { damaged } from './level-failures.ts'

interface Seen {
  name: string
  bytes: number
  changed: number
  /** Of the log of last writes alone: where it is broken LevelDB goes on without what it held, and says nothing. */
  hash?: string
}

/** Leaves the mark. */
export function markClosed(folder: string, data: string): void {
  writePrivateFile(pathIn(folder), JSON.stringify(look(data).map((seen) => (isLog(seen) ? { ...seen, hash: hashOf(data, seen) } : seen))))
}

/**
 * Takes the mark away, and says whether it was there and is true; a database without files was never open.
 * @throws UsageError where a file is not the one that was left
 */
export function takeClosedMark(folder: string, data: string): boolean {
  const seen = look(data)
  const left = read(pathIn(folder))
  for (const file of seen) {
    const before = left?.find(({ name }) => name === file.name)
    if (before !== undefined && isBroken(data, before, file)) throw damaged(data, `the file ${file.name} is not the one that was left at the last stop`)
  }
  if (existsSync(pathIn(folder))) {
    rmSync(pathIn(folder), { force: true, recursive: true })
    settle(folder)
  }
  return seen.length === 0 || (left?.length === seen.length && seen.every(({ name, bytes, changed }, index) => left[index]!.name === name && left[index]!.bytes === bytes && left[index]!.changed === changed))
}

// A database that was open since has written other files; a copy has other times.
function isBroken(data: string, before: Seen, now: Seen): boolean {
  if (!/^(\d+\.(log|ldb|sst)|MANIFEST-\d+)$/.test(now.name)) return false
  return before.bytes !== now.bytes || (before.changed !== now.changed && before.hash !== undefined && before.hash !== hashOf(data, now))
}

function isLog({ name }: Seen): boolean {
  return name.endsWith('.log')
}

function hashOf(data: string, { name }: Seen): string {
  return createHash('sha256').update(readFileSync(join(data, name))).digest('base64url')
}

function pathIn(folder: string): string {
  return join(folder, 'closed.json')
}

function look(data: string): Seen[] {
  return readdirSync(data).sort().map((name) => {
    const { size, mtimeMs } = statSync(join(data, name))
    return { name, bytes: size, changed: mtimeMs }
  })
}

function read(path: string): Seen[] | undefined {
  try {
    const left = JSON.parse(readFileSync(path, 'utf8')) as (Seen | null)[] | null
    return Array.isArray(left) && left.every((one) => typeof one?.name === 'string') ? (left as Seen[]) : undefined
  } catch {
    return undefined
  }
}

// Gone for good before anything is written: else it would be back after a power failure, and untrue.
function settle(folder: string): void {
  try {
    const handle = openSync(folder, 'r')
    fsyncSync(handle)
    closeSync(handle)
  } catch {
    // Not every system can do that with folders.
  }
}
