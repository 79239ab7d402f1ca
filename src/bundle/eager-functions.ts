// The esbuild plugin that has V8 compile at once what every first request runs: it reads a function twice otherwise, once to skip it and once to compile it.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'esbuild'
import { eachRequest } from './each-request.ts'

// With a separator at its end.
const kit = fileURLToPath(new URL('..', import.meta.url))
const files = new Map(Object.entries(eachRequest).map(([file, names]) => [file, names.split(' ')]))

/** Puts each function of `each-request.ts` into brackets, which V8 takes for one that is called soon. */
export function eagerFunctions(): Plugin {
  return {
    name: 'klue-eager-functions',
    setup(build) {
      build.onLoad({ filter: /\.[jt]s$/ }, async ({ path }) => {
        const names = path.startsWith(kit) ? files.get(path.slice(kit.length, -'.ts'.length).replaceAll('\\', '/')) : undefined
        return names === undefined ? undefined : { contents: withEager(await readFile(path, 'utf8'), names), loader: path.endsWith('.ts') ? 'ts' : 'js' }
      })
    },
  }
}

/** The text of a file with these of its functions in brackets, in the lines where they were; throws where one is missing. */
export function withEager(text: string, names: readonly string[]): string {
  return names.reduce((before, name) => {
    // The kit's files end a function with a bracket at the beginning of a line, compiled or not.
    const declaration = new RegExp(String.raw`^(?:export )?(?:async )?function ${name}(?=[<(])[\s\S]*?^\}`, 'm')
    if (!declaration.test(before)) throw new Error(`each-request.ts names ${name}, which is no function of its file`)
    return before.replace(declaration, (found) => `${found.replace(/^(export )?(async )?function \w+/, `$1const ${name} = ($2function`)})`)
  }, text)
}
