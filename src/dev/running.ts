// The note that a running local server leaves for other commands of the same project.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, isIdentity, type ProcessIdentity, thisProcess } from '../platform/local/index.ts'
import { writePrivateFile } from '../workfolder/index.ts'

export interface Running {
  stage: string
  addresses: { name: string; apis: string[]; url: string }[]
  /** What opens its door for other commands: `control.ts`. */
  key?: string
}

type Note = Running & ProcessIdentity

/** Leaves the note. */
export function noteRunning(root: string, running: Running): void {
  writePrivateFile(notePath(root), JSON.stringify({ ...running, ...thisProcess() } satisfies Note))
}

/** Takes this process's note away. */
export function forgetRunning(root: string): void {
  if (read(root)?.pid === process.pid) rmSync(notePath(root), { force: true })
}

/** The server that runs now, if there is one. */
export function findRunning(root: string): Running | undefined {
  const running = read(root)
  return running !== undefined && isAlive(running) ? running : undefined
}

function notePath(root: string): string {
  return join(root, '.klue', 'running.json')
}

function read(root: string): Note | undefined {
  try {
    const note = JSON.parse(readFileSync(notePath(root), 'utf8')) as Note
    return isIdentity(note) && isRunning(note) ? note : undefined
  } catch {
    return undefined
  }
}

// A damaged note is none.
function isRunning({ stage, addresses }: Running): boolean {
  const isAddress = (one: Partial<Running['addresses'][number]> | null): boolean => typeof one?.name === 'string' && Array.isArray(one.apis) && typeof one.url === 'string' && URL.canParse(one.url)
  return typeof stage === 'string' && Array.isArray(addresses) && addresses.length > 0 && addresses.every(isAddress)
}
