// The note that a running local server leaves for other commands of the same project.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Running {
  pid: number
  stage: string
  addresses: { name: string; apis: string[]; url: string }[]
}

/** Leaves the note. */
export function noteRunning(root: string, running: Running): void {
  mkdirSync(join(root, '.klue'), { recursive: true })
  writeFileSync(notePath(root), JSON.stringify(running))
}

/** Takes this process's note away. */
export function forgetRunning(root: string): void {
  if (read(root)?.pid === process.pid) rmSync(notePath(root), { force: true })
}

/** The server that runs now, if there is one. */
export function findRunning(root: string): Running | undefined {
  const running = read(root)
  return running !== undefined && isAlive(running.pid) ? running : undefined
}

function notePath(root: string): string {
  return join(root, '.klue', 'running.json')
}

function read(root: string): Running | undefined {
  try {
    return JSON.parse(readFileSync(notePath(root), 'utf8')) as Running
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
