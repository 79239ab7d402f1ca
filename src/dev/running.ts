// The note that a running local server leaves for other commands of the same project.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, type ProcessIdentity, thisProcess } from '../platform/local/index.ts'

export interface Running {
  stage: string
  addresses: { name: string; apis: string[]; url: string }[]
}

type Note = Running & ProcessIdentity

/** Leaves the note. */
export function noteRunning(root: string, running: Running): void {
  mkdirSync(join(root, '.klue'), { recursive: true })
  writeFileSync(notePath(root), JSON.stringify({ ...running, ...thisProcess() } satisfies Note))
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
    return JSON.parse(readFileSync(notePath(root), 'utf8')) as Note
  } catch {
    return undefined
  }
}
