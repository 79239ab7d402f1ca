// Runs commands of the pipeline whose end is not always a good one, and takes some of them down on the way.
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cloud } from './cloud.ts'

export interface Ended {
  /** Undefined where it was killed. */
  code: number | undefined
  /** The lines of `--json`. */
  events: Record<string, unknown>[]
  /** The line with the outcome. */
  outcome: Record<string, unknown>
  printed: string
}

export interface PipelineRun {
  cloud: Cloud
  project: string
  /** Folder of klue. */
  kit: string
  words: readonly string[]
  /** Told each event; `kill` ends the process as a crash would. */
  onEvent?: (event: Record<string, unknown>, kill: () => void) => void
}

/** Runs `klue <words>` and waits for its end. */
export async function runPipeline({ cloud, project, kit, words, onEvent }: PipelineRun): Promise<Ended> {
  const program = ['--enable-source-maps', '--conditions=klue-source', '--import', import.meta.resolve('tsx'), join(kit, 'src', 'cli', 'main.ts')]
  const child = spawn(process.execPath, [...program, ...words], { cwd: project, env: { ...cloud.env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const log = join(cloud.logs, 'pipeline.log')
  appendFileSync(log, `$ klue ${words.join(' ')}\n`)
  const events: Record<string, unknown>[] = []
  let [printed, rest] = ['', '']
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      appendFileSync(log, text)
      if (stream !== child.stdout) return
      const lines = `${rest}${text}`.split('\n')
      rest = lines.pop()!
      for (const line of lines.filter((one) => one.startsWith('{"'))) {
        const event = JSON.parse(line) as Record<string, unknown>
        events.push(event)
        onEvent?.(event, () => child.kill('SIGKILL'))
      }
    })
  }
  const code = await new Promise<number | undefined>((done) => child.on('close', (exit) => done(exit ?? undefined)))
  return { code, events, outcome: events.findLast((event) => event['result'] !== undefined) ?? {}, printed }
}

/** Calls an address again and again until it is told to stop; gives what came, each kind of answer once with how often. */
export function callThroughout(url: string): { stop(): Promise<Record<string, number>> } {
  const seen: Record<string, number> = {}
  const stopped = new AbortController()
  const loop = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const kind = await fetch(url).then(async (answer) => `${answer.status} ${await answer.text()}`, (error: unknown) => `no answer: ${String((error as Error).cause ?? error)}`)
      seen[kind] = (seen[kind] ?? 0) + 1
      await new Promise((done) => void setTimeout(done, 50))
    }
  }
  const running = loop()
  return {
    async stop() {
      stopped.abort()
      await running
      return seen
    },
  }
}
