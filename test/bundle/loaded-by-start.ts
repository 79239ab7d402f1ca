// What a bundled function loads when it starts, counted in a process of its own, and by which sources.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { relative, resolve } from 'node:path'
import { promisify } from 'node:util'

/** One step of a start: the import, or a request with the status of its answer. */
export interface Step {
  name: string
  status?: number
  loaded: { file: string; bytes: number }[]
}

/** Method, path, query and headers of a request. */
export type Asked = [method: string, path: string, query?: string, headers?: Record<string, string>]

/** Imports the function in `folder` and asks it, step by step. */
export async function traceStart(folder: string, { requests, env = {} }: { requests: Asked[]; env?: Record<string, string> }): Promise<Step[]> {
  const events = requests.map(([method, rawPath, rawQueryString = '', headers = {}]) => ({ version: '2.0', rawPath, rawQueryString, headers, requestContext: { requestId: 'r', stage: '$default', http: { method, sourceIp: '192.0.2.1' } } }))
  const { stderr } = await promisify(execFile)(process.execPath, [resolve('test/bundle/trace-start.mjs'), folder, JSON.stringify(events)], { env: { ...env, LAMBDA_TASK_ROOT: folder } })
  const line = stderr.split('\n').find((text) => text.startsWith('LOADED '))
  if (line === undefined) throw new Error(stderr)
  return JSON.parse(line.slice('LOADED '.length)) as Step[]
}

/** All bytes of the steps. */
export function bytesOf(steps: Step[]): number {
  return steps.flatMap(({ loaded }) => loaded).reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Bytes by source, the largest first: modules by what their source maps tell, other files as a whole. */
export function inputsOf(steps: Step[], root: string): [source: string, bytes: number][] {
  const sums = new Map<string, number>()
  const add = (source: string, bytes: number): void => void sums.set(source, (sums.get(source) ?? 0) + bytes)
  for (const { file, bytes } of steps.flatMap(({ loaded }) => loaded)) {
    if (existsSync(`${file}.map`)) for (const source of sourcesOf(file)) add(source === undefined ? 'what esbuild adds' : nameOf(root, resolve(file, '..', source)), 1)
    else add(nameOf(root, file), bytes)
  }
  return [...sums].sort(([, one], [, other]) => other - one)
}

// As people look for it: within the project, or by its package.
function nameOf(root: string, file: string): string {
  const path = relative(root, file)
  return path.startsWith('..') ? path.split('node_modules/').at(-1)!.split('/').slice(-3).join('/') : path
}

// The source of each character; what is bundled is ASCII.
function* sourcesOf(file: string): Generator<string | undefined> {
  const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as ConstructorParameters<typeof SourceMap>[0])
  for (const [line, text] of readFileSync(file, 'utf8').split(/(?<=\n)/).entries()) {
    for (let column = 0; column < text.length; column += 1) yield (map.findEntry(line, column) as { originalSource?: string }).originalSource
  }
}
