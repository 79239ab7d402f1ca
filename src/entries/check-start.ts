// Imports and starts the bundled entry files in a thread of their own, within a limit of time.
import { Worker } from 'node:worker_threads'
import type { Fault } from '../errors/index.ts'

/** What the thread is told. */
export interface CheckWish {
  root: string
  stage: string | undefined
  /** Entry → address of its bundle. */
  modules: ReadonlyMap<string, string>
}

/** What the thread tells: the entry that it imports next, or what it found. */
export type CheckNews = { entry: string } | { faults: Fault[] }

// A start takes less than a second; what downloads something at its top would take Lambda's ten.
const limitMs = 30_000

/**
 * Every fault that the start of a project's services finds: what entry files throw at their top, missing security checks, decorators and formats, handlers.
 * What they do at their top stays in the thread: output, open handles, even an end of the process.
 */
export async function checkStart({ root, stage, modules }: { root: string; stage: string | undefined; modules: ReadonlyMap<string, URL> }, limit: number = limitMs): Promise<Fault[]> {
  const wish: CheckWish = { root, stage, modules: new Map([...modules].map(([entry, url]) => [entry, url.href])) }
  const worker = openThread(wish)
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<Fault[]>((resolve) => {
      let current = [...modules.keys()][0] ?? ''
      const fail = (message: string): void => resolve([{ code: 'entry-failed', file: current, message, hint: 'a deployed function would end at this; what needs the environment belongs into a handler' }])
      timer = setTimeout(() => fail(`importing this file has not come to an end within ${limit / 1000} seconds`), limit)
      worker.on('message', (news: CheckNews) => {
        if ('faults' in news) resolve(news.faults)
        else current = news.entry
      })
      worker.on('error', (error: unknown) => fail(`importing this file fails: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`))
      // The thread ends with 13 where a file waits at its top for what never comes.
      worker.on('exit', (code) => fail(code === 13 ? 'this file waits at its top for something that never comes' : `importing this file ends the process with code ${code}`))
    })
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}

function openThread(workerData: CheckWish): Worker {
  // Taken in and left unread: files may print at their top.
  const quiet = { workerData, stdout: true, stderr: true }
  // Beside this file, also where it is bundled with others into dist/local.
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('../entries/check-thread.js', import.meta.url), quiet)
  // From sources: what loads TypeScript has to be told in each thread.
  const [loader, file] = [import.meta.resolve('tsx/esm/api'), new URL('./check-thread.ts', import.meta.url).href]
  return new Worker(`import(${JSON.stringify(loader)}).then(({ register }) => (register(), import(${JSON.stringify(file)})))`, { ...quiet, eval: true })
}
