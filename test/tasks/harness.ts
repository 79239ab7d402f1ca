// A running task project for tests: requests to it, what its handlers told, and waiting for what has to come.
import { setTimeout as sleep } from 'node:timers/promises'
import { type LocalProject, openLocalProject } from '../../src/dev/index.ts'
import type { LocalProjectOptions } from '../../src/dev/local-project.ts'
import { generateToken } from '../../src/runtime/edge.ts'
import type { LogRecord } from '../../src/runtime/index.ts'
import { readTask } from '../../src/store/index.ts'
import { makeTaskProject } from './task-project.ts'

export type Told = Record<string, unknown> & { name: string }

export interface Harness {
  project: LocalProject
  /** What handlers told. */
  told: Told[]
  /** What handlers call, by the name of their task. */
  hooks: Record<string, (input: { id: string }, context: never) => unknown>
  lines: LogRecord[]
  send(path: string, body: unknown, token?: string): Promise<{ status: number; json: never }>
  /** Fires one task; gives its id. */
  fire(task: string, input: object, options?: object): Promise<string>
  token(user: string, options?: object): Promise<string>
  task(id: string): ReturnType<typeof readTask>
  close(): Promise<void>
}

const shared = globalThis as unknown as { taskLog?: Told[]; taskHooks?: Harness['hooks'] }

export async function openHarness(options: Partial<LocalProjectOptions> = {}): Promise<Harness> {
  const fixture = await makeTaskProject()
  const lines: LogRecord[] = []
  const [told, hooks] = [(shared.taskLog ??= []), (shared.taskHooks ??= {})]
  const project = await openLocalProject({ root: fixture.root, inMemory: true, log: (record) => void lines.push(record), ...options })
  const send: Harness['send'] = async (path, body, token) => {
    const answer = await project.services[0]!.answer({ method: 'POST', path, query: '', headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }, body: Buffer.from(JSON.stringify(body)), sourceIp: '' })
    return { status: answer.status, json: JSON.parse(String(answer.body)) as never }
  }
  return {
    project, told, hooks, lines, send,
    async fire(task, input, fireOptions) {
      const { status, json } = await send(`/fire/${task}`, { inputs: [input], ...(fireOptions === undefined ? {} : { options: fireOptions }) })
      if (status !== 200) throw new Error(JSON.stringify(json))
      return (json as { id: string }[])[0]!.id
    },
    token: (user, tokenOptions) => generateToken(project.platform, user, tokenOptions),
    task: (id) => readTask(project.platform.database(), id),
    async close() {
      await project.close()
      await fixture.remove()
    },
  }
}

/** Waits until something is so; the limit only ends a test that would wait for ever. */
export async function until<Value>(what: string, look: () => Value | undefined | false | Promise<Value | undefined | false>, limitMs: number = 30_000): Promise<Value> {
  for (const end = performance.now() + limitMs; performance.now() < end; await sleep(10)) {
    const found = await look()
    if (found !== undefined && found !== false) return found
  }
  throw new Error(`${what} did not come`)
}
