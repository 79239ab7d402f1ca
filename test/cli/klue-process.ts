// Runs the klue command as a process of its own, as a user does.
import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { after } from 'node:test'

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

export interface KlueProcess {
  child: ChildProcess
  /** Resolves once stdout holds the text; rejects where the process ends before. */
  until(text: string | RegExp): Promise<string>
  /** The same for stderr. */
  untilError(text: string | RegExp): Promise<string>
  finished: Promise<Finished>
}

const running = new Set<ChildProcess>()
// A test that fails midway leaves its server behind, and the test file would wait for it for ever.
after(() => running.forEach((child) => child.kill('SIGKILL')))

/** Starts `klue` in a folder. */
export function startKlue(root: string, words: string[], options: { env?: Record<string, string>; input?: string } = {}): KlueProcess {
  const main = resolve('src', 'cli', 'main.ts')
  const child = spawn(process.execPath, ['--enable-source-maps', '--conditions=klue-source', '--import', import.meta.resolve('tsx'), main, ...words], {
    cwd: root,
    env: { ...withoutTarget(), NO_COLOR: '1', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  running.add(child)
  child.once('close', () => running.delete(child))
  const seen = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (seen.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (seen.stderr += text))
  child.stdin.end(options.input ?? '')
  const finished = new Promise<Finished>((done) => child.on('close', (code) => done({ code, ...seen })))
  return { child, finished, until: (text) => waitFor({ child, seen, finished }, 'stdout', text), untilError: (text) => waitFor({ child, seen, finished }, 'stderr', text) }
}

/** Runs `klue` to its end. */
export function klue(root: string, words: string[], options: { env?: Record<string, string>; input?: string } = {}): Promise<Finished> {
  return startKlue(root, words, options).finished
}

async function waitFor({ child, seen, finished }: { child: ChildProcess; seen: { stdout: string; stderr: string }; finished: Promise<Finished> }, stream: 'stdout' | 'stderr', text: string | RegExp): Promise<string> {
  const isThere = (): boolean => (typeof text === 'string' ? seen[stream].includes(text) : text.test(seen[stream]))
  let hasEnded = false
  void finished.then(() => (hasEnded = true))
  while (!isThere()) {
    if (hasEnded) throw new Error(`klue ended before it printed ${String(text)}:\n${seen.stdout}\n${seen.stderr}`)
    await new Promise((resume) => {
      child[stream]?.once('data', resume)
      child.once('close', resume)
    })
  }
  return seen[stream]
}

// Test files may themselves run under a test runner that marks its children.
function withoutTarget(): Record<string, string | undefined> {
  const { NODE_TEST_CONTEXT: _context, KLUE_TARGET: _target, KLUE_STAGE: _stage, PORT: _port, ...rest } = process.env
  return rest
}
