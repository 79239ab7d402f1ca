// Which process owns a folder: a file with its id, taken over where that process is gone.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { explained, makePrivateFolder, privateFile } from '../../workfolder/index.ts'

/** A process, told apart from a later one that has the same id. */
export interface ProcessIdentity {
  pid: number
  /** When the kernel started it, in its own unit; absent where the system does not tell. */
  started?: string
}

/** Takes the lock, or returns the living process that holds it. */
export async function takeLock(path: string): Promise<{ held: true } | { held: false; by: number }> {
  makePrivateFolder(dirname(path))
  if (createLock(path)) return { held: true }
  // Only one process at a time may judge a lock stale: two that both did would both take it.
  return await withShortLock(`${path}.takeover`, async () => {
    const owner = await readOwner(path)
    if (owner !== undefined && isAlive(owner)) return { held: false, by: owner.pid }
    rmSync(path, { force: true })
    return createLock(path) ? { held: true } : { held: false, by: (await readOwner(path))?.pid ?? 0 }
  })
}

/** Gives the lock up. */
export function releaseLock(path: string): void {
  rmSync(path, { force: true })
}

/** This process. */
export function thisProcess(): ProcessIdentity {
  const started = startOf(process.pid)
  return { pid: process.pid, ...(started === undefined ? {} : { started }) }
}

/** Whether what a file held names a process; 0 and below would mean whole groups of them. */
export function isIdentity(value: unknown): value is ProcessIdentity {
  const { pid, started } = (value ?? {}) as Partial<ProcessIdentity>
  return Number.isInteger(pid) && pid! > 0 && (started === undefined || typeof started === 'string')
}

/** Whether the process still runs. */
export function isAlive({ pid, started }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0)
  } catch (failure) {
    // EPERM: it runs under another user.
    if ((failure as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = startOf(pid)
  return started === undefined || now === undefined || started === now
}

/** Runs an action while no other process runs one under the same path; for work of milliseconds. */
export async function withShortLock<Result>(path: string, action: () => Promise<Result> | Result): Promise<Result> {
  const deadline = Date.now() + 10_000
  while (!createLock(path)) {
    if (Date.now() > deadline) throw new Error(`The lock ${path} was not given up within 10 seconds; delete it if no process of this project runs`)
    if (isAbandoned(path)) rmSync(path, { force: true })
    else await wait(5 + Math.floor(Math.random() * 10))
  }
  try {
    return await action()
  } finally {
    releaseLock(path)
  }
}

function createLock(path: string): boolean {
  try {
    writeFileSync(path, JSON.stringify(thisProcess()), { flag: 'wx', mode: privateFile })
    return true
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'EEXIST' && isFile(path)) return false
    return explained(path, () => {
      throw failure
    })
  }
}

// A folder in the place of a lock belongs to nobody, and would be waited for in vain.
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true
}

/** The process in the file; a file that is just being written is read again. */
async function readOwner(path: string): Promise<ProcessIdentity | undefined> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const owner = parseOwner(path)
    if (owner !== undefined) return owner
    await wait(20)
  }
  return undefined
}

function parseOwner(path: string): ProcessIdentity | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isIdentity(owner) ? owner : undefined
  } catch {
    return undefined
  }
}

// Its process died within the few milliseconds of its work.
function isAbandoned(path: string): boolean {
  try {
    const owner = parseOwner(path)
    return owner === undefined ? Date.now() - statSync(path).mtimeMs > 2000 : !isAlive(owner)
  } catch {
    return false
  }
}

// Field 22 of /proc/<pid>/stat, counted after the name, which may hold spaces: containers give the same ids again and again.
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
