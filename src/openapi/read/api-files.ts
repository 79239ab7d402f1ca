// Finds the API documents of a project folder, and reads their text.
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, extname, join, posix } from 'node:path'
import type { Fault } from '../../errors/index.ts'
import { isObject } from './pointers.ts'

/** The files under `apis/` that look like API documents, sorted, relative to the project's folder. */
export async function listApiFiles(root: string, folder: string = 'apis', read: ReadText = readerOf(root)): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name)).map((entry) => posix.join(...slashed(join(entry.parentPath, entry.name)).slice(slashed(root).replace(/\/$/, '').length + 1).split('/')))
  return files.filter((file) => looksLikeApi(read(file))).sort()
}

/** Reads a file by its path relative to the project's folder; throws where it cannot. */
export type ReadText = (file: string) => string

/** Reads files of a project, each once. */
export function readerOf(root: string): ReadText {
  const texts = new Map<string, string>()
  return (file) => {
    const text = texts.get(file) ?? readFileSync(join(root, file), 'utf8')
    texts.set(file, text)
    return text
  }
}

/** The API's name: the file's name without extension. */
export function apiNameOf(file: string): string {
  return basename(file, extname(file))
}

/** Faults of documents that would be the same API; names that differ only in case would share their files. */
export function apiDoubles(files: string[]): Fault[] {
  const known = new Map<string, string>()
  return files.flatMap((file) => {
    const name = apiNameOf(file).toLowerCase()
    const other = known.get(name)
    known.set(name, other ?? file)
    return other === undefined ? [] : [{ code: 'api-double', file, message: `The API ${apiNameOf(file)} is also described by ${other}`, hint: 'give one of the two files another name' }]
  })
}

// A quick test, so that files which are only referred to need not be parsed. It may say yes too often, never no too often.
function looksLikeApi(text: string): boolean {
  if (/^\uFEFF?\s*\{\s*"(openapi|swagger)"/.test(text)) return true
  return /^\uFEFF?\s*\{/.test(text) ? /"(openapi|swagger)"\s*:/.test(text) && topLevelHas(text) : /^\uFEFF?["']?(openapi|swagger)["']?\s*:/m.test(text)
}

function topLevelHas(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return isObject(value) && ('openapi' in value || 'swagger' in value)
  } catch {
    return true
  }
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/')
}
