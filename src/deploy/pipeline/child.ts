// Runs a command of the project to its end: its output goes to a file, and it does not outlive this process.
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { explained, makePrivateFolder, privateFile } from '../../workfolder/index.ts'

export interface ChildOptions {
  /** Folder in which it runs. */
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** File that gets its output, appended. */
  log: string
  /** Told each line as it comes. */
  onLine?: ((line: string) => void) | undefined
}

export interface ChildResult {
  code: number
  /** What it printed on both of its streams. */
  printed: string
}

// A command that went on alone would change the stage under the hands of the one that repeats the deployment.
const endWithParent = `data:text/javascript,${encodeURIComponent("process.on('disconnect',()=>process.exit(1));process.channel?.unref()")}`

/** Runs a program of Node. */
export function runNode(args: readonly string[], options: ChildOptions): Promise<ChildResult> {
  return finish(spawn(process.execPath, [`--import=${endWithParent}`, ...args], { cwd: options.cwd, env: { ...options.env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }), options)
}

/** Runs a command that is found in PATH. */
export function runCommand(command: string, args: readonly string[], options: ChildOptions): Promise<ChildResult> {
  return finish(spawn(command, args, { cwd: options.cwd, env: { ...options.env }, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' }), options)
}

async function finish(child: ChildProcess, { log, onLine }: ChildOptions): Promise<ChildResult> {
  const printed: string[] = []
  makePrivateFolder(dirname(log))
  for (const stream of [child.stdout!, child.stderr!]) {
    const lines = lineReader((line) => onLine?.(line))
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed.push(text)
      explained(log, () => appendFileSync(log, text, { mode: privateFile }))
      lines(text)
    })
  }
  const code = await new Promise<number>((done, failed) => {
    child.on('error', failed)
    child.on('close', (exit) => done(exit ?? 1))
  })
  return { code, printed: printed.join('') }
}

function lineReader(tell: (line: string) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const lines = `${rest}${text}`.split(/\r?\n/)
    rest = lines.pop()!
    for (const line of lines) tell(line)
  }
}

/** The lines that say what went wrong: those that speak of a failure, else the last ones. */
export function usefulLines(printed: string, most: number = 12): string[] {
  // oxlint-disable-next-line no-control-regex -- colours are what is taken away
  const lines = printed.replace(/\u001b\[[\d;]*m/g, '').split(/\r?\n/).map((line) => line.trimEnd()).filter((line) => line.trim() !== '')
  const telling = lines.filter((line) => /^klue: |_FAILED\b|❌|\bfailed\b|^\s*✖|\berror\b/i.test(line))
  return (telling.length > 0 ? telling : lines).slice(-most)
}
