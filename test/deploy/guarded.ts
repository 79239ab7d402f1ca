// Starts commands that end with this process, however it ends.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../rules/imports.ts'

export interface GuardedOptions {
  cwd?: string
  env: Readonly<Record<string, string | undefined>>
  /** File that gets what the command prints; appended. */
  log: string
  /** File that the command reads as its standard input; nothing by default. */
  input?: string
  /** Folder to remove once the command and all that it started are gone. */
  remove?: string
}

export interface Guarded {
  /** Process group of the command and of all that it starts. */
  group: number
  /** Exit code of the command. */
  exited: Promise<number>
  /** Ends the group and waits until it is gone. */
  stop(): Promise<void>
}

/** Starts a command under scripts/guard.mjs. */
export async function startGuarded(command: string, args: readonly string[], options: GuardedOptions): Promise<Guarded> {
  const log = openSync(options.log, 'a')
  const input = openSync(options.input ?? '/dev/null', 'r')
  const guard = spawn(process.execPath, [join(root, 'scripts', 'guard.mjs'), ...(options.remove === undefined ? [] : ['--remove', options.remove]), '--', command, ...args], {
    cwd: options.cwd ?? root,
    env: { ...options.env },
    // In a session of its own, so that a Ctrl-C that ends the suite reaches it as the end of the channel.
    detached: true,
    stdio: [input, log, log, 'ipc'],
  })
  for (const file of [log, input]) closeSync(file)
  const exited = new Promise<number>((done) => guard.on('exit', (code) => done(code ?? 1)))
  const group = await new Promise<number>((done, failed) => {
    guard.once('message', (message) => done((message as { group: number }).group))
    guard.once('exit', () => failed(new Error(`${command} did not start`)))
  })
  return { group, exited, stop: () => stop(guard, exited) }
}

/** Runs a command to its end and gives its exit code. */
export async function runGuarded(command: string, args: readonly string[], options: GuardedOptions): Promise<number> {
  return (await startGuarded(command, args, options)).exited
}

async function stop(guard: ChildProcess, exited: Promise<number>): Promise<void> {
  if (guard.connected) guard.send('stop')
  await exited
}
