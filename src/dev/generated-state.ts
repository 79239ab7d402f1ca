// Whether anything changed since documents were last generated here: a look at sources and folders instead of at thousands of files.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { changedSince, fileState } from '../bundle/index.ts'
import { writePrivateFile } from '../workfolder/index.ts'

interface Note {
  /** The documents and what they refer to, relative to the project's folder. */
  sources: string[]
  /** What they, what was generated from them and the generator looked like. */
  state: string
}

const output = 'functions/gen'

/** Whether `klue generate` would find nothing to do. What it wrote counts by its folders: files in them are replaced, never written into. */
export function isGenerated(root: string, basePath: boolean): boolean {
  try {
    const { sources, state } = JSON.parse(readFileSync(notePath(root), 'utf8')) as Note
    return state === stateOf(root, { sources, basePath })
  } catch {
    // No note yet, or something is gone.
    return false
  }
}

/** Notes that all is generated, after a run that began at `startedAt` (epoch milliseconds). */
export function noteGenerated(root: string, { basePath, startedAt }: { basePath: boolean; startedAt: number }): void {
  try {
    // What is left of an API that is gone has no types.
    const apis = readdirSync(join(root, output), { withFileTypes: true }).filter((entry) => entry.isDirectory() && existsSync(join(root, output, `${entry.name}.ts`)))
    const sources = [...new Set(apis.flatMap(({ name }) => Object.keys((JSON.parse(readFileSync(join(root, output, name, 'cache.json'), 'utf8')) as { sources: object }).sources)))].sort()
    // What changed a moment ago may change again without looking different.
    if (changedSince(sources.map((path) => join(root, path)), startedAt)) return
    writePrivateFile(notePath(root), JSON.stringify({ sources, state: stateOf(root, { sources, basePath }) } satisfies Note))
  } catch {
    // Where it cannot be noted, the next start looks at every file.
  }
}

function notePath(root: string): string {
  return join(root, '.klue', 'generated.json')
}

function stateOf(root: string, { sources, basePath }: { sources: string[]; basePath: boolean }): string {
  const looks = [`${basePath} ${process.versions.node}`, lookOf(createRequire(import.meta.url).resolve('ajv/package.json'))]
  for (const part of ['openapi', 'media', 'patterns']) {
    const folder = fileURLToPath(new URL(`../${part}/`, import.meta.url))
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) looks.push(lookOf(join(folder, name)))
  }
  for (const source of sources) looks.push(lookOf(join(root, source)))
  lookBelow(join(root, 'apis'), looks)
  lookAtOutput(join(root, output), looks)
  return createHash('sha256').update(looks.join('\n')).digest('base64url')
}

function lookBelow(folder: string, looks: string[]): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    looks.push(lookOf(join(folder, entry.name)))
    if (entry.isDirectory()) lookBelow(join(folder, entry.name), looks)
  }
}

// The files that are committed, and of each API its folders and the record of what lies in them.
function lookAtOutput(folder: string, looks: string[]): void {
  looks.push(lookOf(folder))
  for (const api of readdirSync(folder, { withFileTypes: true })) {
    looks.push(lookOf(join(folder, api.name)))
    if (!api.isDirectory()) continue
    for (const part of readdirSync(join(folder, api.name), { withFileTypes: true })) looks.push(lookOf(join(folder, api.name, part.name)))
  }
}

function lookOf(path: string): string {
  return `${path} ${fileState(path)}`
}
