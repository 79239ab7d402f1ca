// The code of a service as a function holds it: its own files and its packages, without the kit, comments and blanks.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Metafile } from 'esbuild'

const kit = fileURLToPath(new URL('../', import.meta.url))

/** The texts of all files that are not the kit's. Generated files and what only the kit imports are left out. */
export async function ownCode(root: string, entry: string, { inputs }: Pick<Metafile, 'inputs'>): Promise<string[]> {
  const { transform } = await import('esbuild')
  const seen = new Set<string>()
  const waiting = [entry.replaceAll('\\', '/').replace(/^\.\//, '')]
  const isOwn = (path: string): boolean => !join(root, path).startsWith(kit) && !/(^|\/)node_modules\/klue\//.test(path)
  while (waiting.length > 0) {
    const path = waiting.pop()!
    if (seen.has(path) || inputs[path] === undefined || !isOwn(path)) continue
    seen.add(path)
    waiting.push(...inputs[path].imports.map((one) => one.path))
  }
  const files = [...seen].filter((path) => /\.[cm]?[jt]sx?$/.test(path) && !/(^|\/)gen\//.test(path))
  return await Promise.all(files.map(async (path) => {
    const text = await readFile(join(root, path), 'utf8')
    const loader = path.endsWith('x') ? 'tsx' : 'ts'
    return (await transform(text, { loader, minifyWhitespace: true, legalComments: 'none', target: 'esnext' })).code
  }))
}
