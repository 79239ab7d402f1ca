// Starts a service of the packed kit as its README says.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cleanEnvironment } from './pack.ts'

export interface StartedService {
  url: string
  /** Resolves once it has printed what matches, with all that it printed; rejects where it ends before. */
  until(pattern: RegExp): Promise<string>
  stop(): Promise<void>
}

/** Runs `npm start` in a project, and waits until it serves. */
export async function startService(project: string, node: string): Promise<StartedService> {
  const child = spawn('npm', ['start', '--', '--port', '0'], { cwd: project, env: cleanEnvironment(project, node), stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<void>((done) => child.on('close', () => done()))
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const until = async (pattern: RegExp): Promise<string> => {
    while (!pattern.test(printed)) {
      const hasEnded = await Promise.race([ended.then(() => true), new Promise<false>((done) => setTimeout(() => done(false), 100))])
      assert.ok(!hasEnded, printed)
    }
    return printed
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  try {
    return { url: /service +(http\S+)/.exec(await until(/Ctrl-C stops it\./))![1]!, until, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
